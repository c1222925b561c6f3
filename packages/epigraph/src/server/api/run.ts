import { EpigraphError } from "../../errors/epigraph-error.ts";
import { canonicalFunctionPath } from "../../functions/function-path.ts";
import { authenticate } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { optionalString, readJsonBody, requiredField } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { answerCall } from "./function-answer.ts";
import { credentialsOf, positionalArgs, prepareCall } from "./function-request.ts";

/** What the paths of this endpoint begin with. */
export const RUN_PREFIX = "/api/run/";

/** Not the age of the client but the endpoint decides here. */
const DEFAULT_FORMAT = "json";

/** POST /api/run/{folder}/{module}/{function}: the URL names the function, its own kind decides how it runs. */
export async function postRun(exchange: Exchange, parts: ServerParts): Promise<void> {
  const credentials = credentialsOf(exchange);
  const body = await readJsonBody(exchange);
  const argsJson = positionalArgs(requiredField(body, "args"));
  const format = optionalString(body, "format") ?? DEFAULT_FORMAT;
  const caller = await authenticate(credentials, parts);
  const path = functionPathOfUrl(exchange.path.slice(RUN_PREFIX.length));
  await answerCall(
    exchange,
    parts,
    prepareCall(exchange, { path, argsJson, format }, { kind: "any", caller, at: null }),
  );
}

function functionPathOfUrl(path: string): string {
  const segments = path.split("/").map(decodeSegment);
  const name = segments.pop();
  if (name === undefined || segments.length === 0) {
    throw new EpigraphError(
      "MissingIdentifier",
      "Path or function name not provided in path, e.g. /api/run/messages/list",
    );
  }
  return canonicalFunctionPath(`${segments.join("/")}:${name}`);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Left as it is, the percent sign is refused with the whole path in the message.
    return segment;
  }
}

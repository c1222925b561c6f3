import { EpigraphError } from "../../errors/epigraph-error.ts";
import { canonicalFunctionPath } from "../../functions/function-path.ts";
import { authenticate } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { answerCall } from "./function-answer.ts";
import { credentialsOf, positionalArgs, prepareCall } from "./function-request.ts";
import { answerPublicCall } from "./public-call.ts";

/** POST /api/query */
export function postQuery(exchange: Exchange, parts: ServerParts): Promise<void> {
  return answerPublicCall(exchange, parts, "query");
}

/** GET /api/query?path=&args=&format=, where `args` is JSON text. */
export async function getQuery(exchange: Exchange, parts: ServerParts): Promise<void> {
  const credentials = credentialsOf(exchange);
  const parameters = new URLSearchParams(exchange.query);
  const path = canonicalFunctionPath(required(parameters, "path"));
  const argsJson = positionalArgs(parseArgs(required(parameters, "args")));
  const caller = await authenticate(credentials, parts);
  const request = { path, argsJson, format: parameters.get("format") };
  await answerCall(exchange, parts, prepareCall(exchange, request, { kind: "query", caller, at: null }));
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (value !== null) return value;
  throw badQueryArgs(`missing field \`${name}\``);
}

function parseArgs(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badQueryArgs(`args: ${(error as Error).message}`);
  }
}

function badQueryArgs(detail: string): EpigraphError {
  return new EpigraphError("BadQueryArgs", `Failed to deserialize query string: ${detail}`);
}

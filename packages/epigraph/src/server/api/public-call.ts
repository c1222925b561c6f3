import type { FunctionKind } from "../../functions/calls.ts";
import { authenticate } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { readJsonBody } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { answerCall } from "./function-answer.ts";
import { credentialsOf, parseFunctionRequest, prepareCall } from "./function-request.ts";

/** The way of `/api/query`, `/api/mutation` and `/api/action`: the endpoint says which kind the function must be. */
export async function answerPublicCall(
  exchange: Exchange,
  parts: ServerParts,
  kind: FunctionKind,
): Promise<void> {
  const credentials = credentialsOf(exchange);
  const request = parseFunctionRequest(await readJsonBody(exchange));
  const known = authenticate(credentials, parts);
  // Most callers are known at once, and pay for no promise.
  const caller = known instanceof Promise ? await known : known;
  await answerCall(exchange, parts, prepareCall(exchange, request, { kind, caller, at: null }));
}

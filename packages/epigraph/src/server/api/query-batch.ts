import { isPlainObject } from "../../values/value.ts";
import { authenticate } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { readJsonBody, requiredArray, wrongShape } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { outcomeJson, sendJson } from "./function-answer.ts";
import { credentialsOf, type PreparedCall, parseFunctionRequest, prepareCall } from "./function-request.ts";

/** POST /api/query_batch: many queries on one snapshot. One that fails is an entry; a malformed one fails all. */
export async function postQueryBatch(exchange: Exchange, parts: ServerParts): Promise<void> {
  const credentials = credentialsOf(exchange);
  const requests = requiredArray(await readJsonBody(exchange), "queries").map((query) => {
    if (isPlainObject(query)) return parseFunctionRequest(query);
    throw wrongShape("queries: expected objects");
  });
  const caller = await authenticate(credentials, parts);
  const at = parts.functions.latestTs();
  const calls = requests.map((request) => prepareCall(exchange, request, { kind: "query", caller, at }));
  const results = await Promise.all(calls.map((call) => runOne(call, parts)));
  sendJson(exchange, `{"results":[${results.join(",")}]}`);
}

async function runOne({ call, format }: PreparedCall, parts: ServerParts): Promise<string> {
  const outcome = await parts.functions.invoke(call);
  return outcomeJson(outcome, format, call.request.requestId, parts.redactErrors);
}

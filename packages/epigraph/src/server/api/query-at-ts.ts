import { decodeTimestamp } from "../../functions/timestamp.ts";
import { authenticate } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { readJsonBody, requiredString, wrongShape } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { answerCall } from "./function-answer.ts";
import { credentialsOf, parseFunctionRequest, prepareCall } from "./function-request.ts";

/** POST /api/query_at_ts: a query as it would have answered at a past instant. */
export async function postQueryAtTs(exchange: Exchange, parts: ServerParts): Promise<void> {
  const credentials = credentialsOf(exchange);
  const body = await readJsonBody(exchange);
  const request = parseFunctionRequest(body);
  const at = decodeTimestamp(requiredString(body, "ts"));
  if (at === null) throw wrongShape("ts: expected a timestamp of `/api/query_ts`");
  const caller = await authenticate(credentials, parts);
  await answerCall(exchange, parts, prepareCall(exchange, request, { kind: "query", caller, at }));
}

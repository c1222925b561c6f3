import { authenticate } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { answerCall } from "./function-answer.ts";
import { credentialsOf, prepareCall } from "./function-request.ts";
import { answerPublicCall } from "./public-call.ts";
import { parseQueryString } from "./query-string.ts";

/** POST /api/query */
export function postQuery(exchange: Exchange, parts: ServerParts): Promise<void> {
  return answerPublicCall(exchange, parts, "query");
}

/** GET /api/query?path=&args=&format=, where `args` is JSON text. */
export async function getQuery(exchange: Exchange, parts: ServerParts): Promise<void> {
  const credentials = credentialsOf(exchange);
  const request = parseQueryString(exchange.query);
  const caller = await authenticate(credentials, parts);
  await answerCall(exchange, parts, prepareCall(exchange, request, { kind: "query", caller, at: null }));
}

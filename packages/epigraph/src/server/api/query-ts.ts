import { encodeTimestamp } from "../../functions/timestamp.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";

/** POST /api/query_ts: the instant that later reads of `/api/query_at_ts` can agree on. */
export function postQueryTs(exchange: Exchange, { functions }: ServerParts): void {
  sendJson(exchange, JSON.stringify({ ts: encodeTimestamp(functions.latestTs()) }));
}

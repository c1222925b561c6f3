import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { answerPublicCall } from "./public-call.ts";

/** POST /api/action */
export function postAction(exchange: Exchange, parts: ServerParts): Promise<void> {
  return answerPublicCall(exchange, parts, "action");
}

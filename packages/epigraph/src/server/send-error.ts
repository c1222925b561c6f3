import { toEpigraphError } from "../errors/epigraph-error.ts";
import { ClientGoneError } from "./body.ts";
import type { Exchange } from "./exchange.ts";
import type { ServerParts } from "./server-parts.ts";

/**
 * Answers with the envelope of an error and reports what is the server's own fault.
 * @param headers what the answer carries besides, as alternating names and values.
 */
export function sendError(exchange: Exchange, parts: ServerParts, thrown: unknown, headers: string[]): void {
  if (thrown instanceof ClientGoneError) {
    exchange.abandon();
    return;
  }
  const error = toEpigraphError(thrown);
  if (!error.isForCaller) {
    parts.reportFault(error, { requestId: exchange.requestId, path: exchange.path });
  }
  headers.push("content-type", "application/json");
  exchange.send(error.status, headers, JSON.stringify(error.toEnvelope()));
}

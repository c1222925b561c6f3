import type { Exchange } from "../exchange.ts";

/** To the dashboard's own page alone: no page of another origin may read it, and nobody keeps it. */
export function sendPrivateJson(exchange: Exchange, json: string): void {
  exchange.send(200, ["content-type", "application/json", "cache-control", "no-store"], json);
}

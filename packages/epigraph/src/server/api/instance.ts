import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";

const TEXT = "text/plain; charset=utf-8";

/** GET / */
export function getRoot(exchange: Exchange): void {
  sendText(exchange, "This Convex deployment is running. See https://docs.convex.dev/.");
}

/** GET /version: the usual health check, so without CORS. */
export function getVersion(exchange: Exchange, { version }: ServerParts): void {
  exchange.send(200, ["content-type", TEXT], version);
}

/** GET /health: whether work can be done, for those who start it anew when it can't. Asks nothing of runners or disk. */
export function getHealth(exchange: Exchange, { version, isWorking }: ServerParts): void {
  const isWell = isWorking();
  const body = JSON.stringify({ status: isWell ? "ok" : "failing", version });
  exchange.send(isWell ? 200 : 503, ["content-type", "application/json", "cache-control", "no-store"], body);
}

/** GET /instance_version */
export function getInstanceVersion(exchange: Exchange, { version }: ServerParts): void {
  sendText(exchange, version);
}

/** GET /instance_name */
export function getInstanceName(exchange: Exchange, { instanceName }: ServerParts): void {
  sendText(exchange, instanceName);
}

function sendText(exchange: Exchange, text: string): void {
  const headers = corsHeaders(exchange.request);
  headers.push("content-type", TEXT);
  exchange.send(200, headers, text);
}

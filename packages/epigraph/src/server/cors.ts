import type { IncomingMessage } from "node:http";

const VARY = "origin, access-control-request-method, access-control-request-headers";
const METHODS = "GET,POST,OPTIONS,PATCH,DELETE,PUT";
const MAX_AGE_SECONDS = "86400";

/** Whether pages of other origins may use what is at the path. Never HTTP actions: there the app decides. */
export function hasCors(path: string): boolean {
  return path !== "/version" && path !== "/metrics" && !path.startsWith("/_dashboard");
}

/** The headers of an answer, as alternating names and values. */
export function corsHeaders(request: IncomingMessage): string[] {
  const { origin } = request.headers;
  return origin === undefined
    ? ["access-control-allow-credentials", "true", "vary", VARY]
    : ["access-control-allow-credentials", "true", "vary", VARY, "access-control-allow-origin", origin];
}

/** The headers that answer a preflight request. */
export function preflightHeaders(request: IncomingMessage): string[] {
  const headers = corsHeaders(request);
  headers.push("access-control-allow-methods", METHODS, "access-control-max-age", MAX_AGE_SECONDS);
  const requested = request.headers["access-control-request-headers"];
  if (typeof requested === "string") headers.push("access-control-allow-headers", requested);
  return headers;
}

import { ACCEPTED_CODINGS } from "./content-decoders.ts";
import type { OutgoingRequest } from "./exchange.ts";

/** Headers about the connection and about how the body is framed: they are the transport's own, as in the Fetch standard. */
const TRANSPORT_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** What a request says of itself unless app code says something else. */
const DEFAULTS: readonly (readonly [string, string])[] = [
  ["accept", "*/*"],
  ["accept-encoding", ACCEPTED_CODINGS],
  ["user-agent", "Epigraph"],
];
/** Requests of other methods say so when they have no body (RFC 9110, 8.6). */
const MAYBE_BODYLESS: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS"]);

/** All headers that go out, as alternating names and values: Node adds `connection` alone. */
export function outgoingHeaders(request: OutgoingRequest, host: string): string[] {
  const own = request.headers.filter(([name]) => !TRANSPORT_HEADERS.has(name));
  const missing = DEFAULTS.filter(([name]) => !own.some(([known]) => known === name));
  return [["host", host] as const, ...own, ...missing, ...framing(request)].flat();
}

function framing({ method, body, headers }: OutgoingRequest): readonly (readonly [string, string])[] {
  switch (body.type) {
    case "none":
      return MAYBE_BODYLESS.has(method) ? [] : [["content-length", "0"]];
    case "whole":
      return [["content-length", String(body.bytes.length)]];
    case "stream": {
      // What app code knows of a stream counts: some servers take no body without a length.
      const told = headers.find(
        ([name, value]) => name === "content-length" && /^\d{1,15}$/.test(value),
      )?.[1];
      const length = body.lengthBytes ?? told;
      return [length === undefined ? ["transfer-encoding", "chunked"] : ["content-length", String(length)]];
    }
  }
}

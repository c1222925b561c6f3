import type { FetchedHead } from "../kernel/bridge.ts";
import { utf8Decode } from "./codecs.ts";
import type { SentRequest } from "./fetch-exchange.ts";
import { url as urlPart } from "./lazy-parts.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What describes a body that a redirect takes away. */
const BODY_HEADERS: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
  "content-length",
]);
/** What was said to one origin is not for another. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

/** The `Location` of a redirect; null for any other answer, which is one to give to app code. */
export function redirectLocation({ status, headers }: FetchedHead): string | null {
  if (!REDIRECTS.has(status)) return null;
  const location = headers.find(([name]) => name === "location")?.[1];
  return location === undefined ? null : textOf(location);
}

/**
 * The request that follows a redirect (HTTP-redirect fetch of the Fetch standard).
 * @throws Error when the place is no URL, or the body was a stream and can't be sent again.
 */
export function redirectedRequest(request: SentRequest, status: number, location: string): SentRequest {
  const { URL } = urlPart.get();
  if (!URL.canParse(location, request.url)) {
    throw new Error(`fetch was redirected to what is no URL: ${location}`);
  }
  const from = new URL(request.url);
  const to = new URL(location, request.url);
  to.username = "";
  to.password = "";
  to.hash = "";
  const { body, method } = request;
  if (status !== 303 && body !== null && typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw new Error("fetch cannot redirect with streamed body");
  }
  const becomesGet =
    status === 303 ? method !== "GET" && method !== "HEAD" : status < 303 && method === "POST";
  const isElsewhere = from.origin !== to.origin;
  const headerPairs = request.headerPairs.filter(
    ([name]) => !(becomesGet && BODY_HEADERS.has(name)) && !(isElsewhere && CREDENTIALS.has(name)),
  );
  return becomesGet
    ? { url: to.href, method: "GET", headerPairs, body: null }
    : { ...request, url: to.href, headerPairs };
}

/** Headers come as bytes, one a character; places are written in UTF-8. */
function textOf(header: string): string {
  const isAscii = /^[\0-\x7f]*$/.test(header);
  return isAscii ? header : utf8Decode(Uint8Array.from(header, (character) => character.charCodeAt(0)));
}

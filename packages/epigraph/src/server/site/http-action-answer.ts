import type { FunctionError, HttpActionOutcome } from "../../functions/calls.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { discardResponseStream, pumpResponseStream } from "./response-stream.ts";

const TEXT = "text/plain; charset=utf-8";
const NOT_ENABLED = "This Convex deployment does not have HTTP actions enabled.";
const NO_ROUTE = "No matching routes found";

/** Headers about the connection: they are the door's own, and an app's would contradict what is really sent. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

type HttpActionResponse = Extract<HttpActionOutcome, { readonly type: "response" }>;

/** Answers with what the HTTP action came to. */
export async function answerHttpAction(
  exchange: Exchange,
  parts: ServerParts,
  outcome: HttpActionOutcome,
  errorId: () => string,
): Promise<void> {
  switch (outcome.type) {
    case "response":
      return sendResponse(exchange, outcome, parts.limits.httpActionResponseBytes);
    case "notEnabled":
      return exchange.send(404, ["content-type", TEXT], NOT_ENABLED);
    case "noRoute":
      return exchange.send(404, ["content-type", TEXT], NO_ROUTE);
    case "error": {
      const json = errorJson(outcome.error, errorId(), parts.redactErrors);
      return exchange.send(500, ["content-type", "application/json"], json);
    }
  }
}

/** @param id a fresh one: it is neither the request's nor in the logs. */
function errorJson({ message, frames, data }: FunctionError, id: string, redactErrors: boolean): string {
  const head = `[Request ID: ${id}] Server Error`;
  const texts = redactErrors
    ? `"code":${JSON.stringify(head)}`
    : `"code":${JSON.stringify(`${head}: ${message}`)},"trace":${JSON.stringify(`${message}\n${frames}`)}`;
  return data === null ? `{${texts}}` : `{${texts},"data":${data}}`;
}

async function sendResponse(
  exchange: Exchange,
  { status, headers, body }: HttpActionResponse,
  limitBytes: number,
): Promise<void> {
  const { flat, declaredLength } = flatten(headers);
  const isHead = exchange.request.method === "HEAD";
  if (status === 204 || status === 304 || isHead) {
    const length = knownLength(body);
    if (status === 304 || isHead) pushLength(flat, length ?? declaredLength);
    if (isStream(body)) discardResponseStream(body);
    if (exchange.sendHead(status, flat)) exchange.end();
  } else if (isStream(body)) {
    pushLength(flat, declaredLength);
    await sendStream(exchange, status, flat, body, { limitBytes, promisedBytes: declaredLength });
  } else if ((knownLength(body) ?? 0) > limitBytes) {
    sendTooLarge(exchange, status, flat, knownLength(body) as number);
  } else {
    exchange.send(status, flat, body ?? "");
  }
}

async function sendStream(
  exchange: Exchange,
  status: number,
  headers: string[],
  body: AsyncIterable<Uint8Array>,
  options: { readonly limitBytes: number; readonly promisedBytes: number | null },
): Promise<void> {
  let isBegun = false;
  try {
    isBegun = exchange.sendHead(status, headers);
  } finally {
    if (!isBegun) discardResponseStream(body);
  }
  if (!isBegun) return;
  exchange.response.flushHeaders();
  if (await pumpResponseStream(exchange.response, body, options)) exchange.end();
}

/** The head stands as the app made it; that the body may not follow shows as a broken connection. */
function sendTooLarge(exchange: Exchange, status: number, headers: string[], length: number): void {
  pushLength(headers, length);
  if (!exchange.sendHead(status, headers)) return;
  exchange.response.flushHeaders();
  exchange.response.socket?.destroySoon();
}

/** Headers as alternating names and values, without those that say how the body is framed. */
function flatten(headers: HttpActionResponse["headers"]): {
  readonly flat: string[];
  /** What the app says the length is; null if it doesn't, or what it says is no length. */
  readonly declaredLength: number | null;
} {
  const flat: string[] = [];
  let declaredLength: number | null = null;
  for (const [name, value] of headers) {
    const lowerCased = name.toLowerCase();
    if (lowerCased === "content-length") {
      if (/^\d{1,15}$/.test(value)) declaredLength = Number(value);
    } else if (!CONNECTION_HEADERS.has(lowerCased)) {
      flat.push(name, value);
    }
  }
  return { flat, declaredLength };
}

function pushLength(headers: string[], length: number | null): void {
  if (length !== null) headers.push("content-length", String(length));
}

/** Null for a stream; a body that is not there has no bytes. */
function knownLength(body: HttpActionResponse["body"]): number | null {
  if (body === null) return 0;
  if (typeof body === "string") return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : null;
}

function isStream(body: HttpActionResponse["body"]): body is AsyncIterable<Uint8Array> {
  return body !== null && typeof body !== "string" && !(body instanceof Uint8Array);
}

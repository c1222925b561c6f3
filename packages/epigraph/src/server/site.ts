import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { type Caller, Disconnect, type FunctionError, type HttpActionOutcome } from "../functions/calls.ts";
import type { RequestContext, ServerParts } from "./server-parts.ts";

const ROUTABLE = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);
const BODILESS = new Set(["GET", "HEAD", "OPTIONS"]);
const MAX_RESPONSE_BYTES = 20 * 1024 * 1024;

/** Answers an HTTP action. `target` is the path and query that the app sees. */
export async function serveHttpAction(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  context: RequestContext,
  parts: ServerParts,
): Promise<void> {
  const method = request.method as string;
  if (!ROUTABLE.has(method)) {
    response.writeHead(405, { Allow: [...ROUTABLE].join(", ") }).end();
    return;
  }
  const disconnect = new Disconnect();
  response.on("close", () => {
    if (!response.writableFinished) disconnect.abort();
  });
  const query = target.indexOf("?");
  const outcome = await parts.functions.httpAction({
    method,
    url: `${originOf(request)}${target}`,
    path: query === -1 ? target : target.slice(0, query),
    headers: headerPairs(request, context.info.requestId),
    body: BODILESS.has(method) ? null : await incomingBody(request, parts.maxRequestBytes),
    caller: callerOf(context),
    request: context.info,
    disconnect,
  });
  if (disconnect.aborted) return;
  await respond(response, outcome, method, parts.redactErrors);
}

/** Scheme and host as the client named them, through proxies too. */
function originOf(request: IncomingMessage): string {
  const { headers } = request;
  const forwarded = typeof headers["forwarded"] === "string" ? headers["forwarded"] : "";
  const proto = headers["x-forwarded-proto"] ?? /proto="?([^";,\s]+)/i.exec(forwarded)?.[1] ?? "http";
  const host =
    /host="?([^";,\s]+)/i.exec(forwarded)?.[1] ?? headers["x-forwarded-host"] ?? headers.host ?? "localhost";
  return `${String(proto).split(",")[0]}://${String(host).split(",")[0]}`;
}

function headerPairs(request: IncomingMessage, requestId: string): [string, string][] {
  const { rawHeaders } = request;
  const pairs: [string, string][] = [];
  let hasId = false;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (name === "convex-request-id") hasId = true;
    pairs.push([name, rawHeaders[i + 1] as string]);
  }
  if (!hasId) pairs.push(["convex-request-id", requestId]);
  return pairs;
}

/** The header never makes the host refuse an HTTP action: bad credentials travel along and show when they are used. */
function callerOf(context: RequestContext): Caller {
  try {
    return context.caller();
  } catch (error) {
    return { type: "rejected", message: (error as Error).message };
  }
}

/** Small bodies that have arrived are handed over whole; others as they come. @throws EpigraphError 413 */
async function incomingBody(
  request: IncomingMessage,
  limit: number,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const tooLarge = (): EpigraphError =>
    new EpigraphError(
      "RequestTooLarge",
      `The request body is larger than ${limit} bytes. Send less, or raise the limit of the deployment.`,
    );
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  // One turn of the loop: what came in the same packet as the head is there afterwards.
  await new Promise(setImmediate);
  for (let chunk = readNow(request); chunk !== null; chunk = readNow(request)) chunks.push(chunk);
  if (request.readableEnded || request.complete) {
    const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    if (whole.length > limit) throw tooLarge();
    return whole;
  }
  return limited(chunks, request, limit, tooLarge);
}

function readNow(request: IncomingMessage): Buffer | null {
  return request.read() as Buffer | null;
}

async function* limited(
  first: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
  limit: number,
  tooLarge: () => EpigraphError,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  const count = (chunk: Buffer): Uint8Array => {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    return chunk;
  };
  for (const chunk of first) yield count(chunk);
  for await (const chunk of rest) yield count(chunk);
}

async function respond(
  response: ServerResponse,
  outcome: HttpActionOutcome,
  method: string,
  redact: boolean,
): Promise<void> {
  switch (outcome.type) {
    case "notEnabled":
      return plain(response, 404, "This Convex deployment does not have HTTP actions enabled.");
    case "noRoute":
      return plain(response, 404, "No matching routes found");
    case "error":
      return failed(response, outcome.error, redact);
    case "response":
      return deliver(response, outcome, method);
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Length": Buffer.byteLength(text),
    })
    .end(text);
}

function failed(response: ServerResponse, error: FunctionError, redact: boolean): void {
  const id = `[Request ID: ${randomBytes(8).toString("hex")}] Server Error`;
  const data = error.data === null ? {} : { data: JSON.parse(error.data) as unknown };
  const body = JSON.stringify(
    redact
      ? { code: id, ...data }
      : { code: `${id}: ${error.message}`, trace: `${error.message}\n${error.frames}`, ...data },
  );
  response
    .writeHead(500, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) })
    .end(body);
}

async function deliver(
  response: ServerResponse,
  outcome: Extract<HttpActionOutcome, { type: "response" }>,
  method: string,
): Promise<void> {
  const { status, body } = outcome;
  const headers = outcome.headers.flat();
  const bodiless = method === "HEAD" || status === 204 || status === 304;
  if (body === null || typeof body === "string" || body instanceof Uint8Array) {
    const bytes = body === null ? Buffer.alloc(0) : typeof body === "string" ? Buffer.from(body) : body;
    const sent = bytes.length > MAX_RESPONSE_BYTES ? bytes.subarray(0, 0) : bytes;
    const named = outcome.headers.some(([name]) => name === "content-length");
    if (!named && status !== 204 && status !== 304) headers.push("Content-Length", String(sent.length));
    response.writeHead(status, headers);
    response.end(bodiless ? undefined : sent);
    return;
  }
  response.writeHead(status, headers);
  if (bodiless) {
    response.end();
    return;
  }
  response.flushHeaders();
  await pump(response, body);
}

async function pump(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  let sent = 0;
  try {
    for await (const chunk of body) {
      if (response.destroyed) return;
      if (sent + chunk.length > MAX_RESPONSE_BYTES) continue;
      sent += chunk.length;
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
  } catch {
    // The host failed, not the app: a broken connection tells the client that the body is not whole.
    response.destroy();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

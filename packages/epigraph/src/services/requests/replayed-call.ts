import { Disconnect, type HttpActionCall, type HttpActionOutcome } from "../../functions/calls.ts";
import type { HeaderPairs } from "./recorded-request.ts";

/** What is changed of a request that is sent again. */
export interface ReplayChange {
  readonly method?: string | null;
  /** With the query. */
  readonly path?: string | null;
  /** In place of all that it had. */
  readonly headers?: HeaderPairs | null;
  readonly body?: string | null;
}

/** A request without what lives only as long as it does. */
export type SentCall = Omit<HttpActionCall, "body" | "disconnect" | "watcher">;

const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** A request as it was sent before, with its own secrets and what is changed of it. */
export function replayedCall(
  call: SentCall,
  body: Uint8Array,
  change: ReplayChange,
  requestId: string,
): HttpActionCall {
  const method = change.method ?? call.method;
  const url = change.path == null ? call.url : new URL(change.path, call.url).href;
  const headers = (change.headers ?? call.headers).filter(([name]) => name !== "convex-request-id");
  return {
    ...call,
    method,
    url,
    path: change.path == null ? call.path : new URL(url).pathname,
    headers: [...headers, ["convex-request-id", requestId]],
    body: METHODS_WITHOUT_BODY.has(method) ? null : body,
    request: { ...call.request, requestId },
    disconnect: new Disconnect(),
    watcher: null,
  };
}

/** Reads a response as a client would. @throws what the stream throws. */
export async function readToEnd(
  body: Extract<HttpActionOutcome, { readonly type: "response" }>["body"],
): Promise<void> {
  if (body === null || typeof body === "string" || body instanceof Uint8Array) return;
  for await (const _chunk of body);
}

import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { ExecutionEvent, ExecutionRecord } from "../../functions/execution-event.ts";
import type { CalledFunction } from "../../runtime/runner/call-tree.ts";

/** Makes spans of what there is to tell of executions that have ended: one for each, and one for each call in it. */
export class Tracing {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** @param nowMs when the execution ended, in ms since 1970. */
  record(event: ExecutionEvent, nowMs: number): void {
    // What did not run takes no time.
    if (event.type !== "end" || event.isCached) return;
    const startMs = nowMs - event.durationMs;
    const span = this.#tracer.startSpan(nameOf(event), {
      kind: SpanKind.SERVER,
      root: true,
      startTime: startMs,
      attributes: attributesOf(event),
    });
    setFailure(span, event.error?.message ?? event.fault?.message ?? null);
    this.#addCalls(span, startMs, event.usage?.calls ?? []);
    span.end(nowMs);
  }

  #addCalls(parent: Span, originMs: number, calls: readonly CalledFunction[]): void {
    const within = trace.setSpan(context.active(), parent);
    for (const { path, kind, startMs, durationMs, error, calls: nested } of calls) {
      const name = functionName(path);
      const attributes = { "code.function.name": name, "epigraph.function.kind": kind };
      const startTime = originMs + startMs;
      const span = this.#tracer.startSpan(name, { kind: SpanKind.INTERNAL, startTime, attributes }, within);
      setFailure(span, error);
      this.#addCalls(span, originMs, nested);
      span.end(startTime + durationMs);
    }
  }
}

/** Names that callers make up must not become names of spans: backends keep a list of those. */
function nameOf({ identifier, kind, isKnown }: ExecutionRecord): string {
  return isKnown ? functionName(identifier) : (kind ?? "unknown");
}

function attributesOf(record: ExecutionRecord): Attributes {
  const { identifier, kind, requestId, status, usage, fault, isKnown } = record;
  const attributes: Attributes = {
    "epigraph.function.kind": kind ?? "unknown",
    "epigraph.request_id": requestId,
    "code.function.name": functionName(identifier),
  };
  if (kind === "httpAction") {
    const [method = "", path = ""] = identifier.split(" ");
    attributes["http.request.method"] = method;
    attributes[isKnown ? "http.route" : "url.path"] = path;
  }
  if (status !== null) attributes["http.response.status_code"] = status;
  if (fault !== null) attributes["error.type"] = fault.code;
  if (usage !== null) {
    attributes["epigraph.user_time_ms"] = usage.userMs;
    attributes["epigraph.retries"] = usage.retries;
    attributes["epigraph.documents_read"] = usage.documentsRead;
    attributes["epigraph.bytes_read"] = usage.bytesRead;
    attributes["epigraph.documents_written"] = usage.documentsWritten;
    attributes["epigraph.bytes_written"] = usage.bytesWritten;
  }
  return attributes;
}

function setFailure(span: Span, message: string | null): void {
  if (message !== null) span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** `messages:send` */
function functionName(path: string): string {
  return path.replace(/\.js:/, ":");
}

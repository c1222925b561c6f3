import { EpigraphError } from "../../errors/epigraph-error.ts";
import { Disconnect, type HttpActionCall, type HttpActionOutcome } from "../../functions/calls.ts";
import type { ExecutionEvent } from "../../functions/execution-event.ts";
import { CapturedBody } from "./captured-body.ts";
import { maskHeaders } from "./mask-headers.ts";
import type {
  HeaderPairs,
  RecordedEnd,
  RecordedRequest,
  RecordedTransaction,
  RequestSummary,
} from "./recorded-request.ts";

type RunHttpAction = (call: HttpActionCall) => Promise<HttpActionOutcome>;

export interface RequestRecorderOptions {
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly newRequestId: () => string;
  readonly maxRequests?: number;
  readonly maxBodyBytes?: number;
}

/** What is changed of a request that is sent again. */
export interface ReplayChange {
  readonly method?: string | null;
  /** With the query. */
  readonly path?: string | null;
  /** In place of all that it had. */
  readonly headers?: HeaderPairs | null;
  readonly body?: string | null;
}

interface Entry {
  readonly id: number;
  readonly call: HttpActionCall;
  readonly startMs: number;
  readonly startedMs: number;
  readonly body: CapturedBody;
  readonly responseBody: CapturedBody;
  readonly replayOf: number | null;
  readonly transactions: RecordedTransaction[];
  route: string | null;
  end: RecordedEnd;
  status: number | null;
  responseHeaders: HeaderPairs;
  durationMs: number | null;
  error: string | null;
}

const MAX_REQUESTS = 200;
const MAX_BODY_BYTES = 64 * 1024;
const MAX_TRANSACTIONS = 100;
const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** The last requests to HTTP actions, with all that came of them. In memory and bounded: the oldest goes first. */
export class RequestRecorder {
  readonly #options: Required<RequestRecorderOptions>;
  /** By id, oldest first. */
  readonly #entries = new Map<number, Entry>();
  /** The newest of each request id, for events. */
  readonly #byRequestId = new Map<string, Entry>();
  #nextId = 1;

  constructor(options: RequestRecorderOptions) {
    this.#options = { maxRequests: MAX_REQUESTS, maxBodyBytes: MAX_BODY_BYTES, ...options };
  }

  /** Runs an HTTP action and keeps what goes in and comes out. @throws what `run` throws. */
  async run(
    call: HttpActionCall,
    run: RunHttpAction,
    replayOf: number | null = null,
  ): Promise<HttpActionOutcome> {
    const entry = this.#begin(call, replayOf);
    try {
      const outcome = await run({ ...call, body: entry.body.watch(call.body) });
      this.#settle(entry, outcome);
      return outcome.type === "response"
        ? { ...outcome, body: entry.responseBody.watch(outcome.body) }
        : outcome;
    } catch (error) {
      this.#fail(entry, error as Error);
      throw error;
    }
  }

  /** Hears of executions, to know the routes and the transactions of what is recorded. */
  readonly event = (event: ExecutionEvent): void => {
    const entry = this.#byRequestId.get(event.requestId);
    if (entry === undefined) return;
    if (event.type === "end" && event.kind === "httpAction" && event.isKnown) entry.route = event.identifier;
    if (event.type !== "explained" || entry.transactions.length >= MAX_TRANSACTIONS) return;
    const toldMs = this.#options.elapsedMs() - entry.startedMs;
    entry.transactions.push({ toldMs, explanation: event.explanation });
  };

  /** The newest first. */
  list(): readonly RequestSummary[] {
    return [...this.#entries.values()].reverse().map(({ call, ...entry }) => ({
      id: entry.id,
      requestId: call.request.requestId,
      startMs: entry.startMs,
      method: call.method,
      url: call.url,
      route: entry.route,
      end: entry.end,
      status: entry.status,
      durationMs: entry.durationMs,
      replayOf: entry.replayOf,
    }));
  }

  /** @throws EpigraphError `RequestNotRecorded` */
  get(id: number): RecordedRequest {
    const { call, body, responseBody, startedMs: _started, ...entry } = this.#find(id);
    return {
      ...entry,
      requestId: call.request.requestId,
      method: call.method,
      url: call.url,
      headers: maskHeaders(call.headers),
      body: body.toRecord(),
      responseHeaders: maskHeaders(entry.responseHeaders),
      responseBody: responseBody.toRecord(),
    };
  }

  /**
   * Sends a request again, with its own secrets, to the code that runs now; the response is read to its end.
   * @returns the id of the new one.
   * @throws EpigraphError `RequestNotRecorded`, also where its body was too large to be kept.
   */
  async replay(id: number, change: ReplayChange, run: RunHttpAction): Promise<number> {
    const { call, body } = this.#find(id);
    const whole = change.body == null ? body.whole() : Buffer.from(change.body);
    if (whole === null) {
      throw new EpigraphError("RequestNotRecorded", `The body of the request ${id} was too large to be kept`);
    }
    const method = change.method ?? call.method;
    const requestId = this.#options.newRequestId();
    const url = change.path == null ? call.url : new URL(change.path, call.url).href;
    const headers = (change.headers ?? call.headers).filter(([name]) => name !== "convex-request-id");
    const again: HttpActionCall = {
      ...call,
      method,
      url,
      path: change.path == null ? call.path : new URL(url).pathname,
      headers: [...headers, ["convex-request-id", requestId]],
      body: METHODS_WITHOUT_BODY.has(method) ? null : whole,
      request: { ...call.request, requestId },
      disconnect: new Disconnect(),
    };
    const newId = this.#nextId;
    // What it fails with is part of the record.
    const outcome = await this.run(again, run, id).catch(() => null);
    if (outcome?.type === "response") await readToEnd(outcome.body).catch(() => {});
    return newId;
  }

  #begin(call: HttpActionCall, replayOf: number | null): Entry {
    const { nowMs, elapsedMs, maxBodyBytes, maxRequests } = this.#options;
    const entry: Entry = {
      id: this.#nextId++,
      call: { ...call, body: null },
      startMs: nowMs(),
      startedMs: elapsedMs(),
      body: new CapturedBody(maxBodyBytes),
      responseBody: new CapturedBody(maxBodyBytes),
      replayOf,
      transactions: [],
      route: null,
      end: "running",
      status: null,
      responseHeaders: [],
      durationMs: null,
      error: null,
    };
    this.#entries.set(entry.id, entry);
    this.#byRequestId.set(call.request.requestId, entry);
    for (const oldest of this.#entries.values()) {
      if (this.#entries.size <= maxRequests) break;
      this.#entries.delete(oldest.id);
      // It may be under way for long.
      oldest.body.forget();
      oldest.responseBody.forget();
      const { requestId } = oldest.call.request;
      if (this.#byRequestId.get(requestId) === oldest) this.#byRequestId.delete(requestId);
    }
    return entry;
  }

  #settle(entry: Entry, outcome: HttpActionOutcome): void {
    entry.durationMs = this.#options.elapsedMs() - entry.startedMs;
    entry.end = outcome.type;
    switch (outcome.type) {
      case "response":
        entry.status = outcome.status;
        entry.responseHeaders = outcome.headers;
        return;
      case "error":
        entry.status = 500;
        entry.error = `${outcome.error.message}\n${outcome.error.frames}`.trimEnd();
        return;
      default:
        entry.status = 404;
    }
  }

  #fail(entry: Entry, error: Error): void {
    entry.durationMs = this.#options.elapsedMs() - entry.startedMs;
    entry.end = "fault";
    entry.status = error instanceof EpigraphError ? error.status : 500;
    entry.error = error.message;
  }

  #find(id: number): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    throw new EpigraphError("RequestNotRecorded", `There is no recorded request ${id}, or no longer`);
  }
}

async function readToEnd(body: Uint8Array | string | AsyncIterable<Uint8Array> | null): Promise<void> {
  if (body === null || typeof body === "string" || body instanceof Uint8Array) return;
  for await (const _chunk of body);
}

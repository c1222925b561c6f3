import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { HttpActionCall, HttpActionOutcome, HttpActionWatcher } from "../../functions/calls.ts";
import {
  type CallRecord,
  decodeCallRecord,
  type EncodedCallRecord,
} from "../../runtime/runner/call-record.ts";
import type { LogLine } from "../../runtime/runner/log-lines.ts";
import { CapturedBody } from "./captured-body.ts";
import { CapturedLines } from "./captured-lines.ts";
import { maskHeaders } from "./mask-headers.ts";
import type {
  HeaderPairs,
  RecordedEnd,
  RecordedRequest,
  RecordedRun,
  RequestSummary,
} from "./recorded-request.ts";
import type { SentCall } from "./replayed-call.ts";

const NO_CALLS: CallRecord = { calls: [], omitted: 0 };

/** One request on its way, as the recorder keeps it. Shown it is only when somebody asks. */
export class RequestEntry implements HttpActionWatcher {
  readonly id: number;
  readonly call: SentCall;
  readonly body: CapturedBody;
  readonly #replayOf: number | null;
  readonly #startMs: number;
  readonly #startedMs: number;
  readonly #elapsedMs: () => number;
  readonly #responseBody: CapturedBody;
  #lines: CapturedLines | null = null;
  #route: string | null = null;
  #end: RecordedEnd = "running";
  #status: number | null = null;
  #responseHeaders: HeaderPairs = [];
  #durationMs: number | null = null;
  #error: string | null = null;
  #record: EncodedCallRecord | null = null;
  /** Until its function began; null until that has ended. */
  #waitedMs: number | null = null;

  constructor(
    { method, url, path, headers, caller, request }: SentCall,
    given: {
      readonly id: number;
      readonly replayOf: number | null;
      /** Wall clock in milliseconds. */
      readonly startMs: number;
      readonly elapsedMs: () => number;
      readonly maxBodyBytes: number;
    },
  ) {
    this.id = given.id;
    this.call = { method, url, path, headers, caller, request };
    this.#replayOf = given.replayOf;
    this.#startMs = given.startMs;
    this.#elapsedMs = given.elapsedMs;
    this.#startedMs = given.elapsedMs();
    this.body = new CapturedBody(given.maxBodyBytes);
    this.#responseBody = new CapturedBody(given.maxBodyBytes);
  }

  line(line: LogLine, elapsedMs: number): void {
    this.#lines ??= new CapturedLines();
    this.#lines.add(line, elapsedMs);
  }

  called(record: EncodedCallRecord): void {
    this.#record = record;
  }

  ended(route: string | null, durationMs: number | null): void {
    this.#route = route;
    if (durationMs === null) return;
    this.#waitedMs = Math.max(0, this.#elapsedMs() - this.#startedMs - durationMs);
  }

  /** Keeps nothing of the bodies any more: nobody can ask for it. */
  forget(): void {
    this.body.forget();
    this.#responseBody.forget();
  }

  /** @returns the call with everything that goes through it watched. */
  watched(call: HttpActionCall): HttpActionCall {
    const { method, url, path, headers, caller, request, disconnect } = call;
    const body = this.body.watch(call.body);
    return { method, url, path, headers, body, caller, request, disconnect, watcher: this };
  }

  /** There is an answer. @returns it, with its body watched. */
  settle(outcome: HttpActionOutcome): HttpActionOutcome {
    this.#durationMs = this.#elapsedMs() - this.#startedMs;
    this.#end = outcome.type;
    switch (outcome.type) {
      case "response": {
        const { type, status, headers } = outcome;
        this.#status = status;
        this.#responseHeaders = headers;
        return { type, status, headers, body: this.#responseBody.watch(outcome.body) };
      }
      case "error":
        this.#status = 500;
        this.#error = `${outcome.error.message}\n${outcome.error.frames}`.trimEnd();
        return outcome;
      default:
        this.#status = 404;
        return outcome;
    }
  }

  /** The server could not do it. */
  fail(error: Error): void {
    this.#durationMs = this.#elapsedMs() - this.#startedMs;
    this.#end = "fault";
    this.#status = error instanceof EpigraphError ? error.status : 500;
    this.#error = error.message;
  }

  toSummary(): RequestSummary {
    const { method, url, request } = this.call;
    return {
      id: this.id,
      requestId: request.requestId,
      startMs: this.#startMs,
      method,
      url,
      route: this.#route,
      end: this.#end,
      status: this.#status,
      durationMs: this.#durationMs,
      replayOf: this.#replayOf,
    };
  }

  toRecord(): RecordedRequest {
    return {
      ...this.toSummary(),
      headers: maskHeaders(this.call.headers),
      body: this.body.toRecord(),
      responseHeaders: maskHeaders(this.#responseHeaders),
      responseBody: this.#responseBody.toRecord(),
      error: this.#error,
      run: this.#run,
      lines: this.#lines?.all ?? [],
    };
  }

  get #run(): RecordedRun | null {
    if (this.#waitedMs === null) return null;
    const record = this.#record === null ? NO_CALLS : decodeCallRecord(this.#record);
    return { ...record, waitedMs: this.#waitedMs };
  }
}

import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { HttpActionCall, HttpActionOutcome } from "../../functions/calls.ts";
import type { ExecutionEvent } from "../../functions/execution-event.ts";
import type { CallRecord } from "../../runtime/runner/call-recorder.ts";
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
import { type ReplayChange, readToEnd, replayedCall, type SentCall } from "./replayed-call.ts";

type RunHttpAction = (call: HttpActionCall) => Promise<HttpActionOutcome>;

export interface RequestRecorderOptions {
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly newRequestId: () => string;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** The share of requests that is recorded, above 0; all unless told. */
  readonly share?: number;
  readonly maxRequests?: number;
  readonly maxBodyBytes?: number;
}

interface Entry {
  readonly id: number;
  readonly call: SentCall;
  readonly startMs: number;
  readonly startedMs: number;
  readonly body: CapturedBody;
  readonly responseBody: CapturedBody;
  readonly replayOf: number | null;
  readonly lines: CapturedLines;
  /** JSON text: of most requests nobody ever looks at it. */
  run: { readonly json: string; readonly endMs: number } | null;
  route: string | null;
  end: RecordedEnd;
  status: number | null;
  responseHeaders: HeaderPairs;
  durationMs: number | null;
  error: string | null;
}

const MAX_REQUESTS = 200;
const MAX_BODY_BYTES = 64 * 1024;

/** The last requests to HTTP actions, with all that came of them. In memory and bounded: the oldest goes first. */
export class RequestRecorder {
  readonly #options: Required<RequestRecorderOptions>;
  /** By id, oldest first. */
  readonly #entries = new Map<number, Entry>();
  /** The newest of each request id, for events. */
  readonly #byRequestId = new Map<string, Entry>();
  #nextId = 1;

  constructor(options: RequestRecorderOptions) {
    this.#options = { share: 1, maxRequests: MAX_REQUESTS, maxBodyBytes: MAX_BODY_BYTES, ...options };
  }

  /** Runs an HTTP action that came from outside; those that are to be recorded are. @throws what `run` throws. */
  run(call: HttpActionCall, run: RunHttpAction): Promise<HttpActionOutcome> {
    const { share, random } = this.#options;
    return share < 1 && random() >= share ? run(call) : this.#record(call, run, null);
  }

  /** Hears of executions, to know the routes and the lines of what is recorded. */
  readonly event = (event: ExecutionEvent): void => {
    if (event.kind !== "httpAction" || event.type === "explained") return;
    const entry = this.#byRequestId.get(event.requestId);
    if (entry === undefined) return;
    if (event.type === "lines") for (const line of event.lines) entry.lines.add(line, event.elapsedMs);
    else if (event.isKnown) entry.route = event.identifier;
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
    const { call, body, responseBody, startedMs: _started, lines, run, ...entry } = this.#find(id);
    return {
      ...entry,
      run: run === null ? null : toRun(run),
      lines: lines.all,
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
    const again = replayedCall(call, whole, change, this.#options.newRequestId());
    const newId = this.#nextId;
    // What it fails with is part of the record.
    const outcome = await this.#record(again, run, id).catch(() => null);
    if (outcome?.type === "response") await readToEnd(outcome.body).catch(() => {});
    return newId;
  }

  async #record(
    call: HttpActionCall,
    run: RunHttpAction,
    replayOf: number | null,
  ): Promise<HttpActionOutcome> {
    const entry = this.#begin(call, replayOf);
    try {
      const outcome = await run({
        ...call,
        body: entry.body.watch(call.body),
        onRecord: (json) => {
          entry.run = { json, endMs: this.#options.elapsedMs() - entry.startedMs };
        },
      });
      this.#settle(entry, outcome);
      return outcome.type === "response"
        ? { ...outcome, body: entry.responseBody.watch(outcome.body) }
        : outcome;
    } catch (error) {
      this.#fail(entry, error as Error);
      throw error;
    }
  }

  #begin(sent: HttpActionCall, replayOf: number | null): Entry {
    const { body: _body, disconnect: _disconnect, onRecord: _onRecord, ...call } = sent;
    const { nowMs, elapsedMs, maxBodyBytes, maxRequests } = this.#options;
    const entry: Entry = {
      id: this.#nextId++,
      call,
      startMs: nowMs(),
      startedMs: elapsedMs(),
      body: new CapturedBody(maxBodyBytes),
      responseBody: new CapturedBody(maxBodyBytes),
      replayOf,
      lines: new CapturedLines(),
      run: null,
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

/** @param endMs when it was told, from the arrival of the request. */
function toRun({ json, endMs }: { readonly json: string; readonly endMs: number }): RecordedRun {
  const record = JSON.parse(json) as CallRecord;
  return { ...record, waitedMs: Math.max(0, endMs - record.elapsedMs) };
}

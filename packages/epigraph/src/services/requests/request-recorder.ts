import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { HttpActionCall, HttpActionOutcome } from "../../functions/calls.ts";
import type { RecordedRequest, RequestSummary } from "./recorded-request.ts";
import { type ReplayChange, readToEnd, replayedCall } from "./replayed-call.ts";
import { RequestEntry } from "./request-entry.ts";

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

const MAX_REQUESTS = 200;
const MAX_BODY_BYTES = 64 * 1024;

/** The last requests to HTTP actions, with all that came of them. In memory and bounded: the oldest goes first. */
export class RequestRecorder {
  readonly #options: Required<RequestRecorderOptions>;
  /** Each at its id modulo the length, in place of an older one. */
  readonly #entries: RequestEntry[] = [];
  #nextId = 1;

  constructor(options: RequestRecorderOptions) {
    this.#options = { share: 1, maxRequests: MAX_REQUESTS, maxBodyBytes: MAX_BODY_BYTES, ...options };
  }

  /** Runs an HTTP action that came from outside; those that are to be recorded are. @throws what `run` throws. */
  run(call: HttpActionCall, run: RunHttpAction): Promise<HttpActionOutcome> {
    const { share, random } = this.#options;
    return share < 1 && random() >= share ? run(call) : this.#record(call, run, null);
  }

  /** The newest first. */
  list(): readonly RequestSummary[] {
    return this.#entries.toSorted((a, b) => b.id - a.id).map((entry) => entry.toSummary());
  }

  /** @throws EpigraphError `RequestNotRecorded` */
  get(id: number): RecordedRequest {
    return this.#find(id).toRecord();
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
    const { nowMs, elapsedMs, maxBodyBytes, maxRequests } = this.#options;
    const id = this.#nextId++;
    const entry = new RequestEntry(call, { id, replayOf, startMs: nowMs(), elapsedMs, maxBodyBytes });
    // It may be under way for long.
    this.#entries[(id - 1) % maxRequests]?.forget();
    this.#entries[(id - 1) % maxRequests] = entry;
    try {
      return entry.settle(await run(entry.watched(call)));
    } catch (error) {
      entry.fail(error as Error);
      throw error;
    }
  }

  #find(id: number): RequestEntry {
    const entry = this.#entries[(id - 1) % this.#options.maxRequests];
    if (entry?.id === id) return entry;
    throw new EpigraphError("RequestNotRecorded", `There is no recorded request ${id}, or no longer`);
  }
}

import { EpigraphError, type ErrorEnvelope, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { Queries } from "../../functions/queries/queries.ts";
import type { QueryOutcome, QueryResult } from "../../functions/queries/query-result.ts";
import type { Ticks } from "../../store/ticks.ts";
import { type LiveQuery, LiveQuerySet, type Refreshed } from "../live-query-set.ts";
import type { SyncToken } from "../protocol/client-message.ts";
import { type Accepted, AcceptedCredentials } from "../session/accepted-credentials.ts";
import type { Authenticate } from "../session/session-identity.ts";
import { UPDATE_STEPS, type UpdateEvent, type UpdateState } from "../session/update-state.ts";
import type { Turns } from "../turns.ts";
import type { EventSink } from "./event-sink.ts";

/** A result as readers get it. */
export interface ResultEvent {
  /** Equal for results that read the same. */
  readonly id: string;
  readonly text: Uint8Array;
}

/** What a reader asks for. */
export interface StreamRequest {
  readonly query: Pick<LiveQuery, "path" | "componentPath" | "argsJson">;
  readonly token: SyncToken;
  readonly accepted: Accepted;
  /** The first result shows everything up to this commit. */
  readonly minTs: Ticks;
  /** Of the result that the reader has already; null for none. */
  readonly lastId: string | null;
  readonly toEvent: (result: QueryResult, outcome: QueryOutcome) => ResultEvent;
}

export interface StreamTimes {
  /** How long readers are asked to wait before they connect again. */
  readonly retryMs: number;
  /** How long nothing may be sent before a comment is. */
  readonly heartbeatMs: number;
  /** How long a reader may take nothing of what is there for it. */
  readonly stallMs: number;
}

export interface StreamParts {
  readonly queries: Queries;
  readonly authenticate: Authenticate;
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly turns: Turns;
  readonly times: StreamTimes;
  /** Gets what is the server's own fault. */
  readonly reportFault: (error: EpigraphError) => void;
  /** The stream is over. */
  readonly onClosed: (stream: LiveStream) => void;
}

const HEARTBEAT = ":\n\n";

/** One reader of one query: its result at once, then each result that differs from the one before. */
export class LiveStream {
  readonly #sink: EventSink;
  readonly #request: StreamRequest;
  readonly #parts: StreamParts;
  readonly #live: LiveQuerySet;
  readonly #credentials: AcceptedCredentials;
  #update: UpdateState = "idle";
  #isScheduled = false;
  #isClosed = false;
  #isBegun = false;
  #lastId: string | null;
  #lastSentMs: number;
  #lastTakenMs: number;
  #lastUnsentBytes = 0;

  constructor(sink: EventSink, request: StreamRequest, parts: StreamParts) {
    const nowMs = parts.nowMs();
    this.#sink = sink;
    this.#request = request;
    this.#parts = parts;
    this.#lastId = request.lastId;
    this.#lastSentMs = nowMs;
    this.#lastTakenMs = nowMs;
    this.#credentials = new AcceptedCredentials(request.token, request.accepted, nowMs);
    this.#live = new LiveQuerySet({
      queries: parts.queries,
      origin: "HttpApi",
      sleep: parts.sleep,
      onDue: () => this.#advance("call"),
      onTrouble: (error) => parts.reportFault(toEpigraphError(error)),
    });
    this.#send(`retry: ${parts.times.retryMs}\n\n`);
    this.#advance("call");
  }

  /** Bytes that were sent to the reader and have not left. */
  get unsentBytes(): number {
    return this.#sink.unsentBytes;
  }

  /** The sink has room again. */
  drained(): void {
    this.#advance("room");
  }

  /** The sink is gone. */
  gone(): void {
    this.#close();
  }

  /** The server goes; the reader finds the next one. */
  shutDown(): void {
    if (this.#isClosed) return;
    this.#close();
    this.#sink.end();
  }

  /** To be called about once a second. */
  tick(): void {
    const nowMs = this.#parts.nowMs();
    const { unsentBytes } = this.#sink;
    if (unsentBytes === 0 || unsentBytes < this.#lastUnsentBytes) this.#lastTakenMs = nowMs;
    this.#lastUnsentBytes = unsentBytes;
    const { heartbeatMs, stallMs } = this.#parts.times;
    if (nowMs - this.#lastTakenMs >= stallMs) {
      this.#close();
      this.#sink.terminate();
    } else if (this.#credentials.haveExpired(nowMs)) this.#expire();
    // Whoever has something to take needs no sign of life.
    else if (unsentBytes === 0 && nowMs - this.#lastSentMs >= heartbeatMs) this.#send(HEARTBEAT);
  }

  #advance(event: UpdateEvent): void {
    const { next, begins } = UPDATE_STEPS[this.#update][event];
    this.#update = next;
    if (begins) void this.#refresh();
    else if (next === "due" && this.#sink.hasRoom && !this.#isScheduled) {
      this.#isScheduled = true;
      this.#parts.turns.schedule(() => {
        this.#isScheduled = false;
        if (this.#sink.hasRoom) this.#advance("room");
      });
    }
  }

  async #refresh(): Promise<void> {
    const { authenticate, nowMs, turns } = this.#parts;
    const { query, minTs } = this.#request;
    try {
      if (this.#credentials.areOld(nowMs())) {
        await authenticate(this.#credentials.token);
        this.#credentials.checkedAgain(nowMs());
      }
      const first = { type: "add", query: { ...query, id: 0, journal: null } } as const;
      const changes = this.#isBegun ? [] : [first];
      this.#isBegun = true;
      const refreshed = await this.#live.refresh({ changes, caller: this.#credentials.caller, minTs });
      if (refreshed !== null) turns.schedule(() => this.#show(refreshed));
    } catch (thrown) {
      const error = toEpigraphError(thrown);
      if (!error.isForCaller) this.#parts.reportFault(error);
      this.#endWith(error.toEnvelope());
    }
  }

  #show({ updated }: Refreshed): void {
    if (this.#isClosed) return;
    if (this.#credentials.haveExpired(this.#parts.nowMs())) {
      this.#expire();
      return;
    }
    for (const { result, outcome } of updated) {
      const { id, text } = this.#request.toEvent(result, outcome);
      if (id === this.#lastId) continue;
      this.#lastId = id;
      this.#send(text);
    }
    this.#advance("ended");
  }

  #expire(): void {
    this.#endWith(new EpigraphError("Unauthenticated", "Convex token identity expired").toEnvelope());
  }

  #endWith(envelope: ErrorEnvelope): void {
    if (this.#isClosed) return;
    this.#send(`event: end\ndata: ${JSON.stringify(envelope)}\n\n`);
    this.shutDown();
  }

  #send(text: string | Uint8Array): void {
    this.#lastSentMs = this.#parts.nowMs();
    this.#sink.write(text);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#update = "idle";
    this.#live.close();
    this.#parts.onClosed(this);
  }
}

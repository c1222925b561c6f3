import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { LiveState } from "../live-state.ts";
import type { EventSink } from "./event-sink.ts";
import { LiveStream, type StreamParts, type StreamRequest, type StreamTimes } from "./live-stream.ts";

export interface StreamsLimits extends StreamTimes {
  /** Streams that may be open at a time. */
  readonly streams: number;
}

export const DEFAULT_STREAMS_LIMITS: StreamsLimits = {
  retryMs: 1_000,
  heartbeatMs: 15_000,
  stallMs: 120_000,
  streams: 10_000,
};

export interface LiveStreamsOptions extends Omit<StreamParts, "onClosed" | "times"> {
  readonly limits: StreamsLimits;
  /** Sets a timer and gives what takes it back. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
}

const TICK_MS = 1_000;

/** All readers that are connected. */
export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #streams = new Set<LiveStream>();
  #stopTimer: (() => void) | null = null;
  #isClosed = false;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
  }

  /** Each of them keeps one query live. */
  get state(): Pick<LiveState, "streams" | "unsentBytes"> {
    let unsentBytes = 0;
    for (const stream of this.#streams) unsentBytes += stream.unsentBytes;
    return { streams: this.#streams.size, unsentBytes };
  }

  /** @throws EpigraphError `TooManyLiveStreams` where no other may be opened. */
  checkRoom(): void {
    const { streams } = this.#options.limits;
    if (this.#streams.size < streams) return;
    throw new EpigraphError(
      "TooManyLiveStreams",
      `${streams} live streams are open, and no more are allowed. Close others, or ask for the result without a stream.`,
    );
  }

  /** A reader has connected. */
  open(sink: EventSink, request: StreamRequest): LiveStream {
    const stream = new LiveStream(sink, request, {
      ...this.#options,
      times: this.#options.limits,
      onClosed: (closed) => void this.#streams.delete(closed),
    });
    if (this.#isClosed) stream.shutDown();
    else {
      this.#streams.add(stream);
      if (this.#stopTimer === null) this.#startTimer();
    }
    return stream;
  }

  /** Ends all streams, and those that still come. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
    for (const stream of [...this.#streams]) stream.shutDown();
  }

  #startTimer(): void {
    this.#stopTimer = this.#options.setTimer(() => {
      this.#stopTimer = null;
      for (const stream of this.#streams) stream.tick();
      if (this.#streams.size > 0) this.#startTimer();
    }, TICK_MS);
  }
}

import type { ExecutionEvent } from "../../functions/execution-event.ts";
import { type CalledRecord, calledRecords } from "./called-records.ts";

/** Something that an execution has told: its end, a call of an action, or lines of an action that runs. */
export interface LogEntry {
  /** Milliseconds since the epoch; greater than that of every entry before. */
  readonly timeMs: number;
  readonly event: LoggedEvent;
}

export type LoggedEvent = Extract<ExecutionEvent, { readonly type: "lines" | "end" }> | CalledRecord;

export interface LogHistoryOptions {
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  readonly maxEnds?: number;
  readonly maxCharacters?: number;
}

/** What keeps the times of two entries apart: a microsecond. */
const STEP_MS = 0.001;
const MAX_ENDS = 1_000;
/** Of console lines and errors together. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** How far the front may be empty before it is cut off. */
const MAX_HOLE = 1_024;
/** In the place of an entry that is no longer kept. */
const GONE: LogEntry = {
  timeMs: 0,
  event: { type: "lines", identifier: "", kind: null, requestId: "", lines: [], elapsedMs: 0 },
};

/** What executions have told lately, for whoever follows the log. In memory, and bounded: the oldest goes first. */
export class LogHistory {
  readonly #options: Required<LogHistoryOptions>;
  #entries: LogEntry[] = [];
  /** Entries before this one are gone. */
  #first = 0;
  #ends = 0;
  #characters = 0;
  #lastMs = 0;
  readonly #waiting = new Set<() => void>();

  constructor(options: LogHistoryOptions) {
    this.#options = { maxEnds: MAX_ENDS, maxCharacters: MAX_CHARACTERS, ...options };
  }

  add(event: ExecutionEvent): void {
    if (event.type === "explained") return;
    if (event.type === "end" && event.usage?.calls !== undefined) {
      for (const called of calledRecords(event)) this.#add(called);
      const { calls: _calls, ...usage } = event.usage;
      this.#add({ ...event, usage });
    } else this.#add(event);
    if (this.#waiting.size === 0) return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #add(event: LoggedEvent): void {
    const timeMs = Math.max(this.#options.nowMs(), this.#lastMs + STEP_MS);
    this.#lastMs = timeMs;
    this.#entries.push({ timeMs, event });
    if (event.type !== "lines") this.#ends++;
    this.#characters += charactersOf(event);
    while (this.#ends > this.#options.maxEnds || this.#characters > this.#options.maxCharacters) this.#drop();
  }

  /** A time that no entry has yet and that all to come will be after. */
  get end(): number {
    return Math.max(this.#options.nowMs(), this.#lastMs);
  }

  /** Entries after a time, oldest first. */
  after(timeMs: number): readonly LogEntry[] {
    let from = this.#entries.length;
    // Who follows asks for the last few.
    while (from > this.#first && (this.#entries[from - 1] as LogEntry).timeMs > timeMs) from--;
    return this.#entries.slice(from);
  }

  /** Resolves with the next entry, or when the signal says so. */
  next(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal.aborted) return Promise.resolve();
    const wake = (): void => {
      signal.removeEventListener("abort", wake);
      this.#waiting.delete(wake);
      resolve();
    };
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    return promise;
  }

  #drop(): void {
    const { event } = this.#entries[this.#first] as LogEntry;
    this.#entries[this.#first] = GONE;
    this.#characters -= charactersOf(event);
    if (event.type !== "lines") this.#ends--;
    this.#first++;
    if (this.#first < MAX_HOLE) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

function charactersOf(event: LoggedEvent): number {
  let characters = 0;
  for (const { text } of event.lines) characters += text.length;
  if (event.type !== "lines" && event.error !== null) {
    characters += event.error.message.length + event.error.frames.length;
  }
  return characters;
}

import type { Database } from "../database.ts";
import { forgetSessionRequests } from "./forget-session-requests.ts";

export interface SessionCleanupOptions {
  readonly database: Database;
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** Calls back after a while; the result ends the wait. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** What failed is tried again at the next time. */
  readonly onFailure: (error: Error) => void;
}

/** Clients send a request again for as long as they are open, which is rarely days. */
const KEPT_MS = 14 * 24 * 60 * 60 * 1000;
const EVERY_MS = 10 * 60 * 1000;
/** Each step is a transaction among those of everybody else: it holds them up for a few milliseconds. */
const STEP_RECORDS = 128;
const PAUSE_MS = 20;

/** Forgets requests of sessions that nobody will send again, in short steps. */
export class SessionCleanup {
  readonly #options: SessionCleanupOptions;
  #cancel: () => void;
  #isClosed = false;

  constructor(options: SessionCleanupOptions) {
    this.#options = options;
    this.#cancel = options.setTimer(() => void this.#step(), EVERY_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #step(): Promise<void> {
    const { database, nowMs, setTimer, onFailure } = this.#options;
    let isDone = true;
    try {
      const beforeMs = nowMs() - KEPT_MS;
      isDone = await forgetSessionRequests(database, { beforeMs, limit: STEP_RECORDS });
    } catch (error) {
      if (!this.#isClosed) onFailure(error as Error);
    }
    if (!this.#isClosed) this.#cancel = setTimer(() => void this.#step(), isDone ? EVERY_MS : PAUSE_MS);
  }
}

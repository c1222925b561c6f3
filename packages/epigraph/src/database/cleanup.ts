export interface CleanupOptions {
  /**
   * Removes some of what is too old, in one short transaction.
   * @param limit how many at most.
   * @returns whether none is left.
   */
  readonly remove: (old: { readonly beforeMs: number; readonly limit: number }) => Promise<boolean>;
  /** How long things are kept. */
  readonly keptMs: number;
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** Calls back after a while; the result ends the wait. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** What failed is tried again at the next time. */
  readonly onFailure: (error: Error) => void;
}

const EVERY_MS = 10 * 60 * 1000;
/** Each step is a transaction among those of everybody else: it holds them up for a few milliseconds. */
const STEP_RECORDS = 128;
const PAUSE_MS = 20;

/** Removes what nobody will ask for any more, in short steps. */
export class Cleanup {
  readonly #options: CleanupOptions;
  #cancel: () => void;
  #isClosed = false;

  constructor(options: CleanupOptions) {
    this.#options = options;
    this.#cancel = options.setTimer(() => void this.#step(), EVERY_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #step(): Promise<void> {
    const { remove, keptMs, nowMs, setTimer, onFailure } = this.#options;
    let isDone = true;
    try {
      isDone = await remove({ beforeMs: nowMs() - keptMs, limit: STEP_RECORDS });
    } catch (error) {
      if (!this.#isClosed) onFailure(error as Error);
    }
    if (!this.#isClosed) this.#cancel = setTimer(() => void this.#step(), isDone ? EVERY_MS : PAUSE_MS);
  }
}

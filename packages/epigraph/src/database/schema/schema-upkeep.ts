import type { IndexId } from "../../store/store.ts";
import type { Database } from "../database.ts";
import { backfillStagedIndexes } from "./backfill-indexes.ts";
import { findDroppedIndexes, forgetDroppedIndexes } from "./forget-dropped-indexes.ts";

export interface SchemaUpkeepOptions {
  readonly database: Database;
  /** Deletes all entries of an index; only the store's writer can. */
  readonly removeEntries: (index: IndexId) => Promise<void>;
  /** Drops what unfinished pushes have left. Resolves to whether some are still under way, to be asked for again. */
  readonly abandonUnfinished: () => Promise<boolean>;
  /** How long dropped indexes and unfinished pushes are kept. Longer than history is. */
  readonly delayMs?: number;
  /** Gets what the operator should know. */
  readonly report: (text: string) => void;
}

const DELAY_MS = 60_000;

/**
 * What pushes leave to be done behind them, in the background. Nothing of it is remembered: all is found in the
 * catalogue, so that a deployment that was killed goes on with it at its next start.
 *
 * - Staged indexes are filled, for no push waits for them.
 * - What a push that failed or was killed has left is dropped, unless another push comes within the delay and uses it.
 * - Dropped indexes are removed from the store, once no read of the past can need them.
 */
export class SchemaUpkeep {
  readonly #options: SchemaUpkeepOptions;
  readonly #delayMs: number;
  readonly #timers = new Set<NodeJS.Timeout>();
  #abandonment: NodeJS.Timeout | null = null;
  #filling: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SchemaUpkeepOptions) {
    this.#options = options;
    this.#delayMs = options.delayMs ?? DELAY_MS;
  }

  /** To be called at the start and at the end of each push, whatever became of it. */
  begin(): void {
    if (this.#closed) return;
    this.#filling = this.#filling.then(() => this.#fillStaged());
    this.#forgetDroppedLater();
    this.#abandonLater();
  }

  /** To be called when indexes were dropped by anything but a push. */
  forgetDropped(): void {
    if (!this.#closed) this.#forgetDroppedLater();
  }

  /** Starts nothing more. What is under way fails with the committer, and is done again after the next start. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) this.#cancel(timer);
  }

  #abandonLater(): void {
    if (this.#abandonment !== null) this.#cancel(this.#abandonment);
    this.#abandonment = this.#later("Dropping what an unfinished push has left", async () => {
      const isMoreToCome = await this.#options.abandonUnfinished();
      this.#forgetDroppedLater();
      if (isMoreToCome) this.#abandonLater();
    });
  }

  async #fillStaged(): Promise<void> {
    await this.#do("Filling staged indexes", () => backfillStagedIndexes(this.#options.database));
  }

  /** Those that are dropped now: the delay of others begins when they are. */
  #forgetDroppedLater(): void {
    const { database, removeEntries } = this.#options;
    const dropped = findDroppedIndexes(database);
    if (dropped.length === 0) return;
    this.#later("Removing dropped indexes", () => forgetDroppedIndexes(database, dropped, removeEntries));
  }

  #later(what: string, work: () => Promise<void>): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#do(what, work);
    }, this.#delayMs);
    // Not a reason for the process to stay.
    timer.unref();
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  async #do(what: string, work: () => Promise<void>): Promise<void> {
    if (this.#closed) return;
    try {
      await work();
    } catch (error) {
      if (this.#closed) return;
      const why = (error as Error).message;
      this.#options.report(`${what} failed, and is tried again after the next push or start: ${why}`);
    }
  }
}

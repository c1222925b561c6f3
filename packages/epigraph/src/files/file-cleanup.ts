import type { Database } from "../database/database.ts";
import { findFilesSince, forgetFile, giveUpFile } from "../database/stored-files/removable-files.ts";
import type { FileStore } from "./file-store.ts";

export interface FileCleanupOptions {
  readonly database: Database;
  readonly openStore: () => Promise<FileStore>;
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** Calls back after a while; the result ends the wait. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** Whether all bytes must stay for now: somebody copies those of an older moment. */
  readonly isHeld: () => boolean;
  /** What failed is tried again at the next time. */
  readonly onFailure: (error: Error) => void;
}

/** Longer than the past can be read: whoever saw the file may have begun to read it. */
const DELETED_MS = 60_000;
/** Longer than anything may take to store a file. */
const WRITING_MS = 2 * 60 * 60 * 1000;
const EVERY_MS = 60_000;
/** Each step is two short transactions among those of everybody else. */
const STEP_FILES = 32;
const PAUSE_MS = 20;

/**
 * Removes bytes that belong to no file: of files that were deleted a while ago, and what was left by those who never came
 * to make a file of them. What a deployment left that ran here before can go sooner, for nobody reads or writes it.
 */
export class FileCleanup {
  readonly #options: FileCleanupOptions;
  readonly #startMs: number;
  #cancel: () => void;
  #isClosed = false;

  constructor(options: FileCleanupOptions) {
    this.#options = options;
    this.#startMs = options.nowMs();
    // Processes that ran functions for a deployment that was killed end a moment after it.
    this.#cancel = options.setTimer(() => void this.#step(), EVERY_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #step(): Promise<void> {
    const { setTimer, onFailure } = this.#options;
    let isDone = true;
    try {
      isDone = this.#options.isHeld() || (await this.#clean());
    } catch (error) {
      if (!this.#isClosed) onFailure(error as Error);
    }
    if (!this.#isClosed) this.#cancel = setTimer(() => void this.#step(), isDone ? EVERY_MS : PAUSE_MS);
  }

  /** @returns whether nothing is left to be done for now. */
  async #clean(): Promise<boolean> {
    const { database, openStore, nowMs } = this.#options;
    const since = (state: "writing" | "deleted", forMs: number): ReturnType<typeof findFilesSince> => {
      const beforeMs = Math.max(this.#startMs, nowMs() - forMs);
      return database.read((transaction) =>
        findFilesSince(transaction, state, { beforeMs, limit: STEP_FILES }),
      );
    };
    const left = since("writing", WRITING_MS);
    if (left.length > 0) {
      await database.write("removal of unfinished files", (transaction) => {
        for (const { _id, key } of left) giveUpFile(transaction, { id: _id, key });
      });
    }
    const deleted = since("deleted", DELETED_MS);
    if (deleted.length > 0) {
      const store = await openStore();
      const removals = await Promise.allSettled(deleted.map(({ key }) => store.remove(key)));
      await database.write("removal of deleted files", (transaction) => {
        deleted.forEach(({ _id }, i) => {
          if (removals[i]?.status === "fulfilled") forgetFile(transaction, _id);
        });
      });
      const failed = removals.find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
    }
    return left.length < STEP_FILES && deleted.length < STEP_FILES;
  }
}

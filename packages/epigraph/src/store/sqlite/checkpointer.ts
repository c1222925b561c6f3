import type { DatabaseSync, StatementSync } from "node:sqlite";
import { CheckpointThread } from "./checkpoint-thread.ts";
import { BUSY_TIMEOUT_MS } from "./open-database.ts";
import { WalFile } from "./wal-file.ts";

/** 4 MiB: what the log grows by from one checkpoint, or try of one, to the next. */
const STEP_FRAMES = 1024;
/** A pass of the thread that lasts while the log grows by so many steps is not waited for. */
const LATE_STEPS = 3;
/**
 * How long commits wait for open snapshots: so long for each step that the log has grown. One query or mutation reads
 * for far less; longer ones must not pause commits as long as the log is short, nor let it grow without end.
 */
const WAIT_PER_STEP_MS = 20;
const MAX_WAIT_MS = 1_000;

/**
 * Keeps the write-ahead log short, in two steps. A thread copies most of the log into the database file while commits
 * go on. Then, between two groups, the connection that writes copies the rest and *restarts* the log, which only it can
 * do at once: it waits for the few snapshots that still need the log, while new ones read the database file itself.
 *
 * Measured with 64 commits a group: with the second step alone commits pause for 16 ms at a time instead of 8, and a
 * fifth fewer are done; with the first alone the log grows to hundreds of megabytes under readers. Both together keep
 * it below 20 MB, or 50 MB where two threads read all the time and more threads want to run than there are cores.
 */
export class Checkpointer {
  readonly #database: DatabaseSync;
  readonly #wal: WalFile;
  readonly #thread: CheckpointThread;
  readonly #checkpoint: StatementSync;
  #nextAtFrames = STEP_FRAMES;
  #isAssisted = false;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#wal = new WalFile(path);
    this.#thread = new CheckpointThread(path);
    this.#checkpoint = database.prepare("PRAGMA wal_checkpoint(RESTART)");
  }

  /** A step, if it is time for one. */
  run(): void {
    if (this.#wal.startedAnew()) {
      this.#nextAtFrames = STEP_FRAMES;
      this.#isAssisted = false;
    }
    if (!this.#wal.holds(this.#nextAtFrames)) return;
    if (!this.#isAssisted) {
      this.#isAssisted = true;
      this.#thread.start();
    } else if (this.#thread.isIdle || this.#wal.holds(this.#nextAtFrames + LATE_STEPS * STEP_FRAMES)) {
      this.#isAssisted = false;
      this.#restart();
    }
  }

  /** Whether the thread is copying what was written: what is written meanwhile is left to the second step. */
  get isCopying(): boolean {
    return this.#isAssisted && !this.#thread.isIdle;
  }

  close(): void {
    this.#thread.close();
    this.#wal.close();
  }

  #restart(): void {
    const waitMs = Math.min(MAX_WAIT_MS, WAIT_PER_STEP_MS * Math.floor(this.#nextAtFrames / STEP_FRAMES));
    this.#database.exec(`PRAGMA busy_timeout = ${waitMs}`);
    let log = 0;
    try {
      ({ log } = this.#checkpoint.get() as { log: number });
    } finally {
      // A full disk can meet a checkpoint, and it is tried again later.
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
    this.#nextAtFrames = Math.max(log, this.#nextAtFrames) + STEP_FRAMES;
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { BUSY_TIMEOUT_MS } from "./open-database.ts";
import { WalFile } from "./wal-file.ts";

/** 8 MiB. At half of it a tenth of the throughput goes into syncs; at twice of it commits pause twice as long. */
const CHECKPOINT_AT_FRAMES = 2048;
/** How long commits wait for snapshots that are open; one query or mutation reads for far less. */
const WAIT_FOR_READERS_MS = 10;
/** A snapshot that is held longer lets the log grow by half before the next try. */
const RETRY_GROWTH = 1.5;

/**
 * Keeps the write-ahead log short. It runs between two groups of commits on the connection that writes, because only
 * there can it *restart* the log at once: it waits for the few snapshots that still need it, while new ones read the
 * database file itself. Measured with 64 commits a group and two threads that read all the time, the log stays below
 * 22 MB; passive checkpoints, from here or from a thread of their own, let it grow to hundreds.
 */
export class Checkpointer {
  readonly #database: DatabaseSync;
  readonly #wal: WalFile;
  readonly #checkpoint: StatementSync;
  #nextAtFrames = CHECKPOINT_AT_FRAMES;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#wal = new WalFile(path);
    this.#checkpoint = database.prepare("PRAGMA wal_checkpoint(RESTART)");
  }

  run(): void {
    if (this.#wal.startedAnew()) this.#nextAtFrames = CHECKPOINT_AT_FRAMES;
    if (!this.#wal.holds(this.#nextAtFrames)) return;
    this.#database.exec(`PRAGMA busy_timeout = ${WAIT_FOR_READERS_MS}`);
    let log = 0;
    try {
      ({ log } = this.#checkpoint.get() as { log: number });
    } finally {
      // A full disk can meet a checkpoint, and it is tried again later.
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
    this.#nextAtFrames = Math.ceil(Math.max(log, this.#nextAtFrames) * RETRY_GROWTH);
  }

  close(): void {
    this.#wal.close();
  }
}

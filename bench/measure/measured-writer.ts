import { SqliteWriter } from "../../packages/epigraph/src/store/sqlite/sqlite-writer.ts";
import { WalFile } from "../../packages/epigraph/src/store/sqlite/wal-file.ts";
import type { StoreCommit } from "../../packages/epigraph/src/store/store.ts";

/** A step of housekeeping that lasted so long has copied pages of the log, whether or not it came to its end. */
const LONG_STEP_MS = 1;

/** The writer of a store, with a clock at its seam. */
export class MeasuredWriter extends SqliteWriter {
  /** Commits in each group that was stored. */
  readonly groups: number[] = [];
  /** How long the writer was held up by each of its own steps of a checkpoint. */
  readonly checkpointMs: number[] = [];
  readonly #wal: WalFile;
  readonly #syncDelayMs: number;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #lastStepMs: number | null = null;

  /** @param syncDelayMs what the sync of a group takes longer, as if the disk were slow. */
  constructor(path: string, syncDelayMs: number) {
    super(path);
    this.#wal = new WalFile(path);
    this.#syncDelayMs = syncDelayMs;
  }

  override apply(commits: readonly StoreCommit[]): void {
    super.apply(commits);
    if (this.#syncDelayMs > 0) Atomics.wait(this.#sleeper, 0, 0, this.#syncDelayMs);
    this.groups.push(commits.length);
    // A log begins anew with the first write after a checkpoint that reached its end.
    if (this.#wal.startedAnew() && this.#lastStepMs !== null) this.checkpointMs.push(this.#lastStepMs);
    this.#lastStepMs = null;
  }

  override maintain(): boolean {
    const startMs = performance.now();
    const isDone = super.maintain();
    const ms = performance.now() - startMs;
    if (ms > LONG_STEP_MS) this.checkpointMs.push(ms);
    else this.#lastStepMs = Math.max(ms, this.#lastStepMs ?? 0);
    return isDone;
  }

  override close(): void {
    this.#wal.close();
    super.close();
  }
}

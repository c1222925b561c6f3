import { type IndexId, StoreError, type StoreLoad, type StoreWriter } from "../../store/store.ts";
import { type Ticks, ticksFromMilliseconds } from "../../store/ticks.ts";
import type { CommitLog } from "./commit-log.ts";
import { type Errand, Errands } from "./errands.ts";

export interface HousekeepingOptions {
  readonly nowMs: () => number;
  readonly historyMs: number;
  readonly onBroken: (error: StoreError) => void;
}

/** A group of 64 updates leaves about as many rows: pruning keeps up without pausing commits for more than a millisecond. */
const PRUNE_ROWS = 512;
/**
 * How far back conflicts are looked for. A transaction is committed within a second or two of its snapshot; one that is
 * older runs again. What a busy deployment writes in all the time that history is kept would be much memory.
 */
const CONFLICTS_MS = 5_000;
const PRUNE_EVERY_MS = 1_000;
const DROP_ROWS = 512;

/**
 * What the writer does besides commits: short steps, one after each group, and on its own while nobody commits. When
 * nothing is left it sleeps until the next commit.
 */
export class Housekeeping {
  readonly #writer: StoreWriter;
  readonly #log: CommitLog;
  readonly #options: HousekeepingOptions;
  readonly #historyTicks: Ticks;
  readonly #errands = new Errands();
  #prunedAtMs: number;
  /** Up to here no history is left. */
  #prunedTo: Ticks = 0;
  #isPruning = false;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #closed = false;

  constructor(writer: StoreWriter, log: CommitLog, options: HousekeepingOptions) {
    this.#writer = writer;
    this.#log = log;
    this.#options = options;
    this.#historyTicks = ticksFromMilliseconds(options.historyMs);
    this.#prunedAtMs = options.nowMs();
    this.#schedule(PRUNE_EVERY_MS);
  }

  dropIndexEntries(index: IndexId): Promise<void> {
    return this.#begin({
      step: () => (this.#writer.dropIndexEntries(index, DROP_ROWS) ? "done" : "more"),
      end: () => {},
      isPatient: true,
      stopped: () =>
        new Error("The committer stopped before the index was removed. It goes on after the next start."),
    });
  }

  /** @throws StoreError, or the signal's reason: what has come in by then stays. */
  load(path: string, signal: AbortSignal): Promise<void> {
    let load: StoreLoad | null = null;
    return this.#begin({
      step: () => {
        signal.throwIfAborted();
        load ??= this.#writer.openLoad(path);
        return load.step();
      },
      end: () => load?.close(),
      isPatient: false,
      stopped: () => new StoreError("LoadStopped", "The committer stopped before all documents were loaded."),
    });
  }

  /** One short step, then more of them as long as there is work. */
  step(): void {
    let isDone = false;
    try {
      isDone = this.#work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === "StoreBroken") {
        this.#options.onBroken(error);
        return;
      }
      // On a full disk there is nothing to do but to try again later.
      this.#errands.giveUp(error);
      this.#schedule(PRUNE_EVERY_MS);
      return;
    }
    if (this.#errands.isReady) this.#scheduleNow();
    else if (!isDone || !this.#errands.isEmpty) this.#schedule(0);
    else if (this.#prunedTo < this.#writer.lastTs) this.#schedule(PRUNE_EVERY_MS);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#errands.close();
  }

  /** True when nothing is left to do for now. */
  #work(): boolean {
    const isMaintained = this.#writer.maintain();
    const nowMs = this.#options.nowMs();
    // The clock may have been set back.
    if (this.#isPruning || Math.abs(nowMs - this.#prunedAtMs) >= PRUNE_EVERY_MS) {
      const bound = ticksFromMilliseconds(nowMs) - this.#historyTicks;
      this.#log.forget(Math.max(bound, ticksFromMilliseconds(nowMs - CONFLICTS_MS)), this.#writer.lastTs);
      this.#isPruning = !this.#writer.prune(bound, PRUNE_ROWS);
      this.#prunedAtMs = nowMs;
      if (!this.#isPruning) this.#prunedTo = bound;
    }
    this.#errands.step();
    return isMaintained && !this.#isPruning;
  }

  #begin(errand: Errand): Promise<void> {
    const done = this.#errands.add(errand);
    if (this.#closed) this.#errands.close();
    else this.#scheduleNow();
    return done;
  }

  /** Behind what has arrived by then. */
  #scheduleNow(): void {
    if (this.#closed || this.#immediate !== null) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = null;
      this.step();
    });
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.step(), delayMs);
    // Not a reason for the process to stay.
    this.#timer.unref();
  }
}

import { type IndexId, StoreError, type StoreLoad, type StoreWriter } from "../../store/store.ts";
import { type Ticks, ticksFromMilliseconds } from "../../store/ticks.ts";
import type { CommitLog } from "./commit-log.ts";

export interface HousekeepingOptions {
  readonly nowMs: () => number;
  readonly historyMs: number;
  readonly onBroken: (error: StoreError) => void;
}

/** What somebody waits for. */
interface Errand {
  /** True when it is done. */
  readonly step: () => boolean;
  /** Lets go of what it holds. */
  readonly end: () => void;
  /** Done again when the disk was full, where it fails otherwise. */
  readonly isPatient: boolean;
  /** What it ends with when the committer stops. */
  readonly stopped: () => Error;
}

interface AwaitedErrand extends Errand {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
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
  readonly #errands: AwaitedErrand[] = [];
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
      step: () => this.#writer.dropIndexEntries(index, DROP_ROWS),
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
      // On a full disk there is nothing to do but to try again later.
      if (error.code === "StoreBroken") this.#options.onBroken(error);
      else this.#schedule(PRUNE_EVERY_MS);
      return;
    }
    if (this.#errands.length > 0) this.#scheduleNow();
    else if (!isDone) this.#schedule(0);
    else if (this.#prunedTo < this.#writer.lastTs) this.#schedule(PRUNE_EVERY_MS);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    for (const errand of this.#errands.splice(0)) {
      errand.end();
      errand.reject(errand.stopped());
    }
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
    const errand = this.#errands[0];
    if (errand !== undefined) this.#goOn(errand);
    return isMaintained && !this.#isPruning;
  }

  #goOn(errand: AwaitedErrand): void {
    let error: Error | null = null;
    try {
      if (!errand.step()) return;
    } catch (thrown) {
      const isBroken = thrown instanceof StoreError && thrown.code === "StoreBroken";
      if (isBroken || errand.isPatient) throw thrown;
      error = thrown as Error;
    }
    this.#errands.shift();
    errand.end();
    if (error === null) errand.resolve();
    else errand.reject(error);
  }

  #begin(errand: Errand): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#errands.push({ ...errand, resolve, reject });
      if (this.#closed) this.close();
      else this.#scheduleNow();
    });
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

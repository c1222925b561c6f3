import type { ServiceEffects } from "../timers.ts";

/** Something that is to be done. */
export interface DueItem {
  /** Tells it from all others. */
  readonly id: string;
}

/** What is due now, the oldest first, and when the next one behind it will be; null: none is known. */
export interface DuePage<Item extends DueItem> {
  readonly due: readonly Item[];
  readonly nextMs: number | null;
}

export interface DueLoopOptions<Item extends DueItem> extends Omit<ServiceEffects, "random"> {
  /** How many are done at once. */
  readonly parallel: number;
  /** Looks what is due. @param limit how many to give at most; `nextMs` may be left out when there are as many. */
  readonly read: (nowMs: number, limit: number) => DuePage<Item>;
  /** Does it, until it is not due any more. @throws what keeps it from that: the item waits for a moment then. */
  readonly run: (item: Item) => Promise<void>;
  readonly report: (error: Error) => void;
}

/** Read ahead, so that not every start costs a look. */
const PAGE_ITEMS = 64;
/** The clock may be set meanwhile: timers know nothing of that. */
const LONGEST_SLEEP_MS = 60_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/**
 * Does what a table says is due, some at a time, the oldest first. What waits costs nothing: the table is looked at when
 * a place is free, when it changes (`wake`), and when the next item's time comes.
 */
export class DueLoop<Item extends DueItem> {
  readonly #options: DueLoopOptions<Item>;
  readonly #running = new Map<string, Promise<void>>();
  #queue: Item[] = [];
  #turn: NodeJS.Immediate | null = null;
  #cancelTimer: () => void = () => {};
  #isStarted = false;
  #isClosed = false;

  constructor(options: DueLoopOptions<Item>) {
    this.#options = options;
  }

  /** From now on it does what is due. */
  start(): void {
    this.#isStarted = true;
    this.wake();
  }

  /** The table may have changed. */
  wake(): void {
    if (!this.#isStarted || this.#isClosed || this.#running.size >= this.#options.parallel) return;
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#fill();
    });
  }

  /** Begins nothing more. @returns resolves when what runs is over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue = [];
    this.#cancelTimer();
    if (this.#turn !== null) clearImmediate(this.#turn);
    await Promise.all(this.#running.values());
  }

  #fill(): void {
    this.#cancelTimer();
    try {
      while (this.#running.size < this.#options.parallel) {
        const item = this.#queue.shift() ?? this.#refill();
        if (item === undefined) return;
        this.#begin(item);
      }
    } catch (error) {
      this.#options.report(error as Error);
      this.#sleep(PAUSE_AFTER_FAILURE_MS);
    }
  }

  /** The next item, or nothing but a timer for when there will be one. */
  #refill(): Item | undefined {
    const { nowMs, read } = this.#options;
    const now = nowMs();
    const { due, nextMs } = read(now, this.#running.size + PAGE_ITEMS);
    // What runs is due until its end is written down.
    this.#queue = due.filter(({ id }) => !this.#running.has(id));
    const item = this.#queue.shift();
    if (item === undefined && nextMs !== null) this.#sleep(Math.max(0, nextMs - now));
    return item;
  }

  #sleep(ms: number): void {
    this.#cancelTimer = this.#options.setTimer(() => this.wake(), Math.min(ms, LONGEST_SLEEP_MS));
  }

  #begin(item: Item): void {
    const done = this.#run(item).then(() => {
      this.#running.delete(item.id);
      this.wake();
    });
    this.#running.set(item.id, done);
  }

  async #run(item: Item): Promise<void> {
    try {
      await this.#options.run(item);
    } catch (error) {
      if (this.#isClosed) return;
      this.#options.report(error as Error);
      await new Promise<void>((resolve) => void this.#options.setTimer(resolve, PAUSE_AFTER_FAILURE_MS));
    }
  }
}

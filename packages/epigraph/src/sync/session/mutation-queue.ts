export interface QueuedMutation {
  /** Length of its message. */
  readonly size: number;
  /** Runs it to its end; must not reject. */
  readonly run: () => Promise<void>;
}

/** Mutations of one session, one at a time, in the order of their arrival. */
export class MutationQueue {
  readonly #waiting: QueuedMutation[] = [];
  #isRunning = false;
  #size = 0;

  /** Those that wait behind the one that runs. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Of all that wait. */
  get size(): number {
    return this.#size;
  }

  push(mutation: QueuedMutation): void {
    this.#waiting.push(mutation);
    this.#size += mutation.size;
    if (!this.#isRunning) void this.#work();
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.#waiting.length = 0;
    this.#size = 0;
  }

  async #work(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#size -= next.size;
      await next.run();
    }
    this.#isRunning = false;
  }
}

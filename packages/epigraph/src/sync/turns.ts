const SLICE_MS = 5;

/**
 * Work of many sessions that became due at once, in order, in slices between which the loop of events turns: no
 * client's heartbeat waits for all others.
 */
export class Turns {
  readonly #elapsedMs: () => number;
  #due: (() => void)[] = [];
  #isScheduled = false;

  /** @param elapsedMs a clock that never goes back. */
  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  /** @param work must not throw. */
  schedule(work: () => void): void {
    this.#due.push(work);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    const due = this.#due;
    const endMs = this.#elapsedMs() + SLICE_MS;
    this.#due = [];
    let done = 0;
    while (done < due.length) {
      due[done++]!();
      if (this.#elapsedMs() >= endMs) break;
    }
    if (done < due.length) this.#due = due.slice(done).concat(this.#due);
    this.#isScheduled = this.#due.length > 0;
    if (this.#isScheduled) setImmediate(() => this.#run());
  }
}

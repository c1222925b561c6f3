interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that goes on when a test says so, and the timers that wait for it. */
export class TestClock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  /** @param start an ISO date. */
  constructor(start: string) {
    this.#nowMs = Date.parse(start);
  }

  readonly nowMs = (): number => this.#nowMs;

  readonly setTimer = (callback: () => void, delayMs: number): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Lets time go by: what waits for it is called in its order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#next(untilMs); next !== null; next = this.#next(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  /** Sets the clock; timers know nothing of that. */
  jump(ms: number): void {
    this.#nowMs += ms;
    const timers = [...this.#timers];
    this.#timers.clear();
    for (const { atMs, callback } of timers) this.#timers.add({ atMs: atMs + ms, callback });
  }

  #next(untilMs: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (next === null || timer.atMs < next.atMs)) next = timer;
    }
    return next;
  }
}

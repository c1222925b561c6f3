import { ActionExchanges } from "./action-exchanges.ts";
import type { ActionFrame, ActionOutcome } from "./action-frame.ts";
import type { Effects } from "./effects.ts";

/** State of one action between its start and its end. */
export class ActionState {
  /** Number of the host's job that it belongs to. */
  readonly job: number;
  readonly frame: ActionFrame;
  readonly #effects: Effects;
  readonly #settle: (outcome: ActionOutcome) => void;
  /** What clears each of its timers. */
  readonly #timers = new Map<number, () => void>();
  #exchanges: ActionExchanges | null = null;
  #awaited = 0;
  #clearEndTimer: (() => void) | null = null;

  constructor(job: number, frame: ActionFrame, effects: Effects, settle: (outcome: ActionOutcome) => void) {
    this.job = job;
    this.frame = frame;
    this.#effects = effects;
    this.#settle = settle;
  }

  /** Most actions begin none. */
  get exchanges(): ActionExchanges {
    this.#exchanges ??= new ActionExchanges(this.#effects.fetch);
    return this.#exchanges;
  }

  /** Whether something will enter the realm for it: while nothing does and it has not ended, it never will. */
  get isAwaiting(): boolean {
    return this.#awaited > 0;
  }

  /** What comes later for it: it is awaited from now until the function that this gives is called with it. */
  await(): (arrival: () => void) => void {
    this.#awaited++;
    return (arrival) => {
      this.#awaited--;
      arrival();
    };
  }

  /** A timer of app code. */
  setTimer(timer: number, delayMs: number, onTime: () => void): void {
    const arrive = this.await();
    const clear = this.#effects.setTimer(() => {
      this.#timers.delete(timer);
      arrive(onTime);
    }, delayMs);
    this.#timers.set(timer, () => {
      clear();
      arrive(() => {});
    });
  }

  clearTimer(timer: number): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }

  /** Has it ended by `end` after this time, instead of what was set before. */
  endAfter(delayMs: number, end: () => void): void {
    this.#clearEndTimer?.();
    this.#clearEndTimer = this.#effects.setTimer(end, delayMs);
  }

  end(outcome: ActionOutcome): void {
    this.#clearEndTimer?.();
    for (const clear of this.#timers.values()) clear();
    this.frame.body?.cancel();
    this.#exchanges?.cancelAll();
    this.#settle(outcome);
  }
}

import { type CallError, plainError, timeoutError } from "./call-error.ts";
import type { Effects } from "./effects.ts";
import type { Slices } from "./slices.ts";

/** Of syscalls. */
const SYSTEM_LIMIT_MS = 15_000;
/** Of both, before whoever watches hears that there is progress. */
const RENEW_EVERY_MS = 1_000;

/**
 * The time of one attempt at a query or mutation: its own, and that of its syscalls. Nested calls have a part in both. A
 * realm's own limit stands still in syscalls, and so in nested calls: what they have taken counts from the next syscall
 * or entry on.
 */
export class TransactionTime {
  /** Of JavaScript, nested calls included. */
  readonly limitMs: number;
  readonly #elapsedMs: () => number;
  readonly #slices: Slices;
  #userMs = 0;
  #systemMs = 0;
  #sinceMs: number;
  #renewedMs: number;

  constructor({ elapsedMs }: Pick<Effects, "elapsedMs">, slices: Slices, limitMs: number) {
    this.limitMs = limitMs;
    this.#elapsedMs = elapsedMs;
    this.#slices = slices;
    this.#sinceMs = elapsedMs();
    this.#renewedMs = this.#sinceMs;
  }

  /** App code runs from now on. */
  enterApp(): void {
    this.#systemMs += this.#lap();
  }

  /** The host runs from now on. */
  leaveApp(): void {
    this.#userMs += this.#lap();
    if (this.#sinceMs - this.#renewedMs < RENEW_EVERY_MS) return;
    this.#renewedMs = this.#sinceMs;
    this.#slices.renew();
  }

  /** Of JavaScript, up to the last `leaveApp`. */
  get userMs(): number {
    return this.#userMs;
  }

  /** The time limit of the next entry. */
  get entryMs(): number {
    return Math.max(1, Math.ceil(this.limitMs - this.#userMs));
  }

  /** What the limit says that is passed; null while none is. */
  exceeded(): CallError | null {
    if (this.#userMs > this.limitMs) return timeoutError(this.limitMs);
    if (this.#systemMs <= SYSTEM_LIMIT_MS) return null;
    return plainError("Your request timed out performing too many system operations.");
  }

  #lap(): number {
    const nowMs = this.#elapsedMs();
    const ms = nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    return ms;
  }
}

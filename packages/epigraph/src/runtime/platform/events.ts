// @ts-expect-error its "exports" map names no types
import { Event as ShimEvent, EventTarget as ShimEventTarget } from "event-target-shim";

interface EventTargetLike {
  addEventListener(type: string, listener: (event: unknown) => void): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
  dispatchEvent(event: unknown): boolean;
}

export const Event: new (type: string) => { readonly type: string } = ShimEvent;
export const EventTarget: new () => EventTargetLike = ShimEventTarget;

const CODES: Readonly<Record<string, number>> = {
  SyntaxError: 12,
  NotSupportedError: 9,
  DataCloneError: 25,
  AbortError: 20,
  TimeoutError: 23,
  QuotaExceededError: 22,
  TypeMismatchError: 17,
};

export class DOMException extends Error {
  readonly #name: string;

  constructor(message = "", name = "Error") {
    super(message);
    this.#name = name;
  }
  override get name(): string {
    return this.#name;
  }
  get code(): number {
    return CODES[this.#name] ?? 0;
  }
  get [Symbol.toStringTag](): string {
    return "DOMException";
  }
}

interface Timers {
  setTimeout(callback: () => void, ms: number): number;
}

let timers: Timers = { setTimeout: () => 0 };

export function setAbortTimers(given: Timers): void {
  timers = given;
}

let constructing = false;

export class AbortSignal extends EventTarget {
  #reason: unknown = undefined;
  #aborted = false;
  onabort: ((event: unknown) => void) | null = null;

  constructor() {
    super();
    if (!constructing) throw new TypeError("Illegal constructor");
  }

  static create(): AbortSignal {
    constructing = true;
    try {
      return new AbortSignal();
    } finally {
      constructing = false;
    }
  }

  static trip(signal: AbortSignal, reason: unknown): void {
    if (signal.#aborted) return;
    signal.#aborted = true;
    signal.#reason = reason ?? new DOMException("This operation was aborted", "AbortError");
    const event = new Event("abort");
    signal.onabort?.(event);
    signal.dispatchEvent(event);
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = AbortSignal.create();
    AbortSignal.trip(signal, reason);
    return signal;
  }

  static timeout(ms: number): AbortSignal {
    const signal = AbortSignal.create();
    timers.setTimeout(
      () => AbortSignal.trip(signal, new DOMException("The operation timed out.", "TimeoutError")),
      ms,
    );
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const all = [...signals];
    const combined = AbortSignal.create();
    const tripped = all.find((signal) => signal.aborted);
    if (tripped !== undefined) AbortSignal.trip(combined, tripped.reason);
    else
      for (const signal of all)
        signal.addEventListener("abort", () => AbortSignal.trip(combined, signal.reason));
    return combined;
  }

  get aborted(): boolean {
    return this.#aborted;
  }
  get reason(): unknown {
    return this.#reason;
  }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }
  get [Symbol.toStringTag](): string {
    return "AbortSignal";
  }
}

export class AbortController {
  readonly signal: AbortSignal = AbortSignal.create();

  abort(reason?: unknown): void {
    AbortSignal.trip(this.signal, reason);
  }
  get [Symbol.toStringTag](): string {
    return "AbortController";
  }
}

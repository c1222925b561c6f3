import { DOMException } from "./dom-exception.ts";
import { Event, EventTarget, getEventAttributeValue, setEventAttributeValue } from "./events.ts";
import { platformHost } from "./host.ts";

const INTERNAL = Symbol("internal");

/** Aborts a signal and the signals made from it. A second abort changes nothing. */
export let signalAbort: (signal: AbortSignal, reason: unknown) => void;

/** `AbortSignal` of the DOM standard. */
export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown;
  /** Signals of `any()` that this one aborts, and for such a signal the plain signals it follows. */
  readonly #dependents: Set<AbortSignal> = new Set();
  readonly #sources: Set<AbortSignal> = new Set();

  constructor(token?: unknown) {
    super();
    if (token !== INTERNAL) throw new TypeError("Illegal constructor");
  }

  static {
    signalAbort = (signal, reason) => {
      if (signal.#aborted) return;
      const why = reason === undefined ? new DOMException("The operation was aborted", "AbortError") : reason;
      // The standard marks all of them before any listener runs.
      const together = [signal, ...[...signal.#dependents].filter((dependent) => !dependent.#aborted)];
      for (const one of together) {
        one.#aborted = true;
        one.#reason = why;
        one.#forgetSources();
      }
      signal.#dependents.clear();
      for (const one of together) one.dispatchEvent(new Event("abort"));
    };
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = newSignal();
    signalAbort(signal, reason);
    return signal;
  }

  /** Aborts with a `TimeoutError` after so many milliseconds. */
  static timeout(milliseconds: number): AbortSignal {
    const ms = Number(milliseconds);
    if (!Number.isFinite(ms) || ms < 0)
      throw new TypeError("The timeout of AbortSignal.timeout is out of range");
    const signal = newSignal();
    platformHost().setTimeout(() => {
      signalAbort(signal, new DOMException("The operation timed out", "TimeoutError"));
    }, Math.trunc(ms));
    return signal;
  }

  /** A signal that aborts with the first of the given ones, and with its reason. */
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const result = newSignal();
    const sources = [...signals];
    if (!sources.every((source) => #aborted in source)) {
      throw new TypeError("AbortSignal.any takes a sequence of AbortSignal");
    }
    const aborted = sources.find((source) => source.#aborted);
    if (aborted !== undefined) {
      signalAbort(result, aborted.#reason);
      return result;
    }
    for (const source of sources) {
      for (const plain of source.#sources.size > 0 ? source.#sources : [source]) {
        plain.#dependents.add(result);
        result.#sources.add(plain);
      }
    }
    return result;
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

  get onabort(): unknown {
    return getEventAttributeValue(this, "abort");
  }

  set onabort(listener: unknown) {
    setEventAttributeValue(this, "abort", listener);
  }

  get [Symbol.toStringTag](): string {
    return "AbortSignal";
  }

  #forgetSources(): void {
    for (const source of this.#sources) source.#dependents.delete(this);
    this.#sources.clear();
  }
}

/** A signal that nothing aborts but `signalAbort`. */
export function newSignal(): AbortSignal {
  return new AbortSignal(INTERNAL);
}

/** `AbortController` of the DOM standard. */
export class AbortController {
  readonly #signal: AbortSignal = newSignal();

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason?: unknown): void {
    signalAbort(this.#signal, reason);
  }

  get [Symbol.toStringTag](): string {
    return "AbortController";
  }
}

import type { ExecutionUsage } from "./execution-usage.ts";

/** What a call used, with all that it called. */
export type CallUse = Omit<ExecutionUsage, "calls">;

/** A function that an execution called, nested or as a transaction of its own. */
export interface CalledFunction {
  /** `messages.js:send` */
  readonly path: string;
  readonly kind: "query" | "mutation" | "action";
  /** Milliseconds from the beginning of the execution. */
  readonly startMs: number;
  readonly durationMs: number;
  /** What it failed with; null where it did not. */
  readonly error: string | null;
  /** Null for what ran in the transaction of its caller: that has its figures. */
  readonly use: CallUse | null;
  readonly calls: readonly CalledFunction[];
}

/** A call that has begun. */
export interface OpenCall {
  /** Takes down what it calls itself. */
  readonly tree: CallTree;
  end(error: string | null, usage: ExecutionUsage | null): void;
}

/** An execution that calls on and on tells of so many, and its record stays a message. */
const MAX_CALLS = 1000;

/** Takes down what an execution calls. There is one only where somebody wants to know: everybody else has null. */
export class CallTree {
  readonly #elapsedMs: () => number;
  readonly #originMs: number;
  /** Of the whole execution. */
  readonly #count: { calls: number };
  #calls: CalledFunction[] = [];

  constructor(elapsedMs: () => number, parent?: CallTree) {
    this.#elapsedMs = elapsedMs;
    this.#originMs = parent === undefined ? elapsedMs() : parent.#originMs;
    this.#count = parent === undefined ? { calls: 0 } : parent.#count;
  }

  /** What has ended, in that order. */
  get calls(): readonly CalledFunction[] {
    return this.#calls;
  }

  begin(path: string, kind: CalledFunction["kind"]): OpenCall {
    const tree = new CallTree(this.#elapsedMs, this);
    const startMs = this.#elapsedMs();
    return {
      tree,
      end: (error, usage) => {
        if (this.#count.calls++ >= MAX_CALLS) return;
        this.#calls.push({
          path,
          kind,
          startMs: startMs - this.#originMs,
          durationMs: this.#elapsedMs() - startMs,
          error,
          use: usage === null ? null : withoutCalls(usage),
          calls: tree.calls,
        });
      },
    };
  }

  /** Forgets what was called: it is going to be called again. */
  clear(): void {
    this.#calls = [];
  }
}

function withoutCalls({ calls: _calls, ...use }: ExecutionUsage): CallUse {
  return use;
}

import { type CallResult, isCallError } from "./call-error.ts";
import type { TransactionExplanation } from "./explanation.ts";
import type { Explain } from "./transaction-explainer.ts";

/** A text as far as it is kept. */
export interface KeptText {
  readonly text: string;
  readonly isCut: boolean;
}

/** A function that an execution called: a transaction of its own, or an action. */
export interface RecordedCall {
  /** `messages.js:send` */
  readonly path: string;
  readonly kind: "query" | "mutation" | "action";
  /** Milliseconds from the beginning of the execution. */
  readonly startMs: number;
  /** Null for one that had not ended when the execution did. */
  readonly durationMs: number | null;
  /** JSON text of the positional arguments, encoded values. */
  readonly args: KeptText;
  /** JSON text of the result, encoded; null where there is none. */
  readonly result: KeptText | null;
  /** What it failed with; null where it did not. */
  readonly error: KeptText | null;
  /** Its attempts, reads and writes; null for an action, and where nothing ran. */
  readonly transaction: TransactionExplanation | null;
  /** What an action called in turn. */
  readonly calls: readonly RecordedCall[];
}

/** What an execution called, in the order in which that began. */
export interface CallRecord {
  /** How long the execution took. */
  readonly elapsedMs: number;
  readonly calls: readonly RecordedCall[];
  /** How many calls were too many to be kept. */
  readonly omitted: number;
}

/** A call that has begun. */
export interface OpenRecord {
  /** For what it calls itself. */
  readonly recorder: CallRecorder;
  /** Takes what its transaction did, and hands it on. */
  explaining(explain: Explain): NonNullable<Explain>;
  end(result: CallResult): void;
}

const MAX_CALLS = 100;
const MAX_TEXT_LENGTH = 8 * 1024;
/** Of all texts of an execution. */
const MAX_TEXTS_LENGTH = 64 * 1024;

/** Takes down what one execution calls, within limits. There is one only where somebody asked: everybody else has null. */
export class CallRecorder {
  readonly #elapsedMs: () => number;
  readonly #originMs: number;
  /** What may still be kept of the whole execution, and what was not. */
  readonly #room: { calls: number; characters: number; omitted: number };
  readonly #calls: Mutable<RecordedCall>[] = [];

  constructor(elapsedMs: () => number, parent?: CallRecorder) {
    this.#elapsedMs = elapsedMs;
    this.#originMs = parent === undefined ? elapsedMs() : parent.#originMs;
    this.#room =
      parent === undefined ? { calls: MAX_CALLS, characters: MAX_TEXTS_LENGTH, omitted: 0 } : parent.#room;
  }

  begin(path: string, kind: RecordedCall["kind"], argsJson: string): OpenRecord {
    const recorder = new CallRecorder(this.#elapsedMs, this);
    const startMs = this.#elapsedMs();
    const call: Mutable<RecordedCall> = {
      path,
      kind,
      startMs: startMs - this.#originMs,
      durationMs: null,
      args: this.#keep(argsJson),
      result: null,
      error: null,
      transaction: null,
      calls: recorder.#calls,
    };
    if (this.#room.calls > 0) {
      this.#room.calls--;
      this.#calls.push(call);
    } else this.#room.omitted++;
    return {
      recorder,
      explaining: (explain) => (explanation) => {
        call.transaction = explanation;
        explain?.(explanation);
      },
      end: (result) => {
        call.durationMs = this.#elapsedMs() - startMs;
        if (isCallError(result)) call.error = this.#keep(result.message);
        else call.result = this.#keep(result.json);
      },
    };
  }

  /** As it is now. */
  toRecord(): CallRecord {
    return {
      elapsedMs: this.#elapsedMs() - this.#originMs,
      calls: this.#calls,
      omitted: this.#room.omitted,
    };
  }

  #keep(whole: string): KeptText {
    const text = whole.slice(0, Math.min(MAX_TEXT_LENGTH, this.#room.characters));
    this.#room.characters -= text.length;
    return { text, isCut: text.length < whole.length };
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

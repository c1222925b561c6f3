import { type CallResult, isCallError } from "./call-error.ts";
import type { EncodedCallRecord, RecordedCallOf, StoredText } from "./call-record.ts";
import type { Explain } from "./transaction-explainer.ts";

/** A call that has begun. */
export interface OpenRecord {
  /** For what it calls itself. */
  readonly recorder: CallRecorder;
  /** Takes what its transaction did, and hands it on. */
  explaining(explain: Explain): NonNullable<Explain>;
  end(result: CallResult): void;
}

type Call = { -readonly [K in keyof RecordedCallOf<StoredText>]: RecordedCallOf<StoredText>[K] };

const MAX_CALLS = 100;
const MAX_TEXT_LENGTH = 8 * 1024;
/** Of all texts of an execution. */
const MAX_TEXTS_LENGTH = 64 * 1024;

/** Takes down what one execution calls, within limits. There is one only where somebody asked: everybody else has null. */
export class CallRecorder {
  readonly #elapsedMs: () => number;
  readonly #originMs: number;
  /** Of the whole execution. */
  readonly #whole: { calls: number; omitted: number; texts: string };
  readonly #calls: Call[] = [];

  constructor(elapsedMs: () => number, parent?: CallRecorder) {
    this.#elapsedMs = elapsedMs;
    this.#originMs = parent === undefined ? elapsedMs() : parent.#originMs;
    this.#whole = parent === undefined ? { calls: 0, omitted: 0, texts: "" } : parent.#whole;
  }

  begin(path: string, kind: Call["kind"], argsJson: string): OpenRecord {
    const recorder = new CallRecorder(this.#elapsedMs, this);
    const startMs = this.#elapsedMs();
    const call: Call = {
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
    if (this.#whole.calls < MAX_CALLS) {
      this.#whole.calls++;
      this.#calls.push(call);
    } else this.#whole.omitted++;
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

  /** As it is now; null where nothing was called. */
  toRecord(): EncodedCallRecord | null {
    if (this.#calls.length === 0) return null;
    const { omitted, texts } = this.#whole;
    return { json: JSON.stringify({ calls: this.#calls, omitted }), texts };
  }

  #keep(text: string): StoredText {
    const at = this.#whole.texts.length;
    const length = Math.min(text.length, MAX_TEXT_LENGTH, MAX_TEXTS_LENGTH - at);
    this.#whole.texts += length === text.length ? text : text.slice(0, length);
    return { at, length, isCut: length < text.length };
  }
}

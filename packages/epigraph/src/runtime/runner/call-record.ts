import type { TransactionExplanation } from "./explanation.ts";

/** A text as far as it is kept. */
export interface KeptText {
  readonly text: string;
  readonly isCut: boolean;
}

/** A function that an execution called: a transaction of its own, or an action. */
export interface RecordedCallOf<Text> {
  /** `messages.js:send` */
  readonly path: string;
  readonly kind: "query" | "mutation" | "action";
  /** Milliseconds from the beginning of the execution. */
  readonly startMs: number;
  /** Null for one that had not ended when the execution did. */
  readonly durationMs: number | null;
  /** JSON text of the positional arguments, encoded values. */
  readonly args: Text;
  /** JSON text of the result, encoded; null where there is none. */
  readonly result: Text | null;
  /** What it failed with; null where it did not. */
  readonly error: Text | null;
  /** Its attempts, reads and writes; null for an action, and where nothing ran. */
  readonly transaction: TransactionExplanation | null;
  /** What an action called in turn. */
  readonly calls: readonly RecordedCallOf<Text>[];
}

export type RecordedCall = RecordedCallOf<KeptText>;

/** What an execution called, in the order in which that began. */
export interface CallRecord {
  readonly calls: readonly RecordedCall[];
  /** How many calls were too many to be kept. */
  readonly omitted: number;
}

/** Where a text stands among all texts of a record. */
export interface StoredText {
  readonly at: number;
  readonly length: number;
  readonly isCut: boolean;
}

/**
 * A record on its way: its texts are apart from the rest, for escaping JSON into JSON took most of the time of the whole,
 * and most records nobody ever reads.
 */
export interface EncodedCallRecord {
  /** JSON text of a `CallRecord` with `StoredText`s. */
  readonly json: string;
  readonly texts: string;
}

export function decodeCallRecord({ json, texts }: EncodedCallRecord): CallRecord {
  const { calls, omitted } = JSON.parse(json) as {
    readonly calls: readonly RecordedCallOf<StoredText>[];
    readonly omitted: number;
  };
  return { calls: calls.map((call) => withTexts(call, texts)), omitted };
}

function withTexts(call: RecordedCallOf<StoredText>, texts: string): RecordedCall {
  const { args, result, error, calls } = call;
  const find = ({ at, length, isCut }: StoredText): KeptText => ({
    text: texts.slice(at, at + length),
    isCut,
  });
  return {
    ...call,
    args: find(args),
    result: result && find(result),
    error: error && find(error),
    calls: calls.map((each) => withTexts(each, texts)),
  };
}

export type HeaderPairs = readonly (readonly [string, string])[];

export interface RecordedBody {
  readonly text: string;
  readonly isBase64: boolean;
  readonly bytes: number;
  readonly isCut: boolean;
}

export interface RequestSummary {
  readonly id: number;
  readonly requestId: string;
  readonly startMs: number;
  readonly method: string;
  readonly url: string;
  readonly route: string | null;
  readonly end: "running" | "response" | "noRoute" | "notEnabled" | "error" | "fault";
  readonly status: number | null;
  readonly durationMs: number | null;
  readonly replayOf: number | null;
}

/** A text as far as it is kept. */
export interface KeptText {
  readonly text: string;
  readonly isCut: boolean;
}

interface ReadCost {
  readonly scanned: number;
  readonly returned: number;
  readonly bytes: number;
}

/** One function of a transaction, with those that it called. */
export interface ExplainedCall {
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly calls: number;
  readonly reads: readonly {
    readonly index: string;
    readonly order: "asc" | "desc";
    readonly ranges: readonly (ReadCost & { readonly bounds: string })[];
    readonly others: ReadCost & { readonly ranges: number };
  }[];
  readonly writes: readonly { readonly table: string; readonly documents: number; readonly bytes: number }[];
  readonly nested: readonly ExplainedCall[];
}

export interface ExplainedAttempt {
  readonly waitedMs: number;
  readonly ranMs: number;
  readonly commit: {
    readonly durationMs: number;
    readonly end: "committed" | "conflict" | "failed";
    readonly conflict: {
      readonly cause: string;
      readonly table?: string;
      readonly documentId?: string | null;
      readonly source?: string | null;
    } | null;
  } | null;
}

/** A function that a request called: a transaction, or an action. Times in milliseconds from the beginning of its function. */
export interface RecordedCall {
  readonly path: string;
  readonly kind: "query" | "mutation" | "action";
  readonly startMs: number;
  /** Null for one that had not ended when the function did. */
  readonly durationMs: number | null;
  readonly args: KeptText;
  readonly result: KeptText | null;
  readonly error: KeptText | null;
  readonly transaction: {
    readonly attempts: readonly ExplainedAttempt[];
    readonly used: { readonly documentsRead: number; readonly documentsWritten: number };
    readonly call: ExplainedCall;
  } | null;
  readonly calls: readonly RecordedCall[];
}

export interface RecordedLine {
  readonly atMs: number;
  readonly level: "DEBUG" | "INFO" | "LOG" | "WARN" | "ERROR";
  readonly text: string;
  readonly path: string | null;
}

export interface RecordedRequest extends RequestSummary {
  readonly headers: HeaderPairs;
  readonly body: RecordedBody;
  readonly responseHeaders: HeaderPairs;
  readonly responseBody: RecordedBody;
  readonly error: string | null;
  /** Null until its function has ended, and where that is not known. */
  readonly run: {
    readonly waitedMs: number;
    readonly calls: readonly RecordedCall[];
    readonly omitted: number;
  } | null;
  readonly lines: readonly RecordedLine[];
}

export interface RequestList {
  readonly isOn: boolean;
  readonly requests: readonly RequestSummary[];
}

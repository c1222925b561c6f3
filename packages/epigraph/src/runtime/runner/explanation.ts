import type { QueryCost } from "../../database/transaction/transaction-observer.ts";

/** What one query or mutation did, with all its attempts: what a person needs to see why it is slow. */
export interface TransactionExplanation {
  /** From the beginning of the first attempt to the outcome of the last, waits included. */
  readonly durationMs: number;
  readonly attempts: readonly AttemptExplanation[];
  /** Of the last attempt, nested calls included. */
  readonly used: UsedExplanation;
  /** What the last attempt did, call by call. */
  readonly call: CallExplanation;
}

/** As counted against the limits. */
export interface UsedExplanation {
  readonly documentsRead: number;
  readonly bytesRead: number;
  readonly documentsWritten: number;
  readonly bytesWritten: number;
}

export interface AttemptExplanation {
  /** Between the outcome of the attempt before and the beginning of this one. */
  readonly waitedMs: number;
  /** App code, and the reads that it made. */
  readonly ranMs: number;
  /** Null when there was nothing to commit. */
  readonly commit: CommitExplanation | null;
}

export interface CommitExplanation {
  /** Until the outcome was there: the wait for the disk included. */
  readonly durationMs: number;
  readonly end: "committed" | "conflict" | "failed";
  /** What it lost against; null where it did not lose. */
  readonly conflict: ConflictExplanation | null;
}

export type ConflictExplanation =
  | {
      readonly cause: "document";
      readonly table: string;
      readonly documentId: string | null;
      /** Path of the function that wrote it, or a name of the host's own. */
      readonly source: string | null;
    }
  /** Tables, indexes, schema, code or environment variables changed; or the snapshot had become too old to be checked. */
  | { readonly cause: "catalogue" | "history" };

/** One function of the transaction: itself, or all calls of a nested function that one parent made. */
export interface CallExplanation {
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly calls: number;
  /** Of all the calls, those nested in them included. */
  readonly durationMs: number;
  readonly reads: readonly IndexReadExplanation[];
  readonly writes: readonly TableWriteExplanation[];
  readonly nested: readonly CallExplanation[];
}

/** Reads of one index in one order. */
export interface IndexReadExplanation {
  /** `messages.by_channel` */
  readonly index: string;
  readonly order: "asc" | "desc";
  /** Those that scanned most, in the order in which they ended. */
  readonly ranges: readonly RangeExplanation[];
  /** The rest, added up. */
  readonly others: QueryCost & { readonly ranges: number };
}

export interface RangeExplanation extends QueryCost {
  /** `channel == "general", _creationTime > 5.0`; empty for the whole index. */
  readonly bounds: string;
}

export interface TableWriteExplanation {
  readonly table: string;
  /** Calls that wrote: twice the same document counts twice. */
  readonly documents: number;
  readonly bytes: number;
}

import type { BackfillEntry, DocumentWrite, IndexId } from "../store/store.ts";
import type { Ticks } from "../store/ticks.ts";

/** Half-open interval of index keys that was read; `end` null means no upper bound. */
export interface KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
}

/** What a transaction depends on in one index: disjoint, ascending, merged ranges; a point read is `[key, key+00)`. */
export interface IndexReads {
  readonly index: IndexId;
  readonly ranges: readonly KeyRange[];
}

/** One document written, with what subscriptions and conflict messages need besides what the store needs. */
export interface TransactionWrite extends DocumentWrite {
  /** Name of the table, for the conflict message. */
  readonly tableName: string;
  /** The document's id as clients see it. */
  readonly documentId: string;
  /**
   * Keys of the old and new version in EVERY index of the table (also where the key did not change: the body did),
   * which is what other transactions' read sets are checked against.
   */
  readonly touched: readonly TouchedKey[];
  /**
   * Set when the document holds the placeholder of the commit's timestamp: for each entry of `indexes`, where in the
   * key that is added the eight bytes of each placeholder start. Null for all other documents, which cost nothing then.
   */
  readonly commitTsOffsets: readonly (readonly number[])[] | null;
}

export interface TouchedKey {
  readonly index: IndexId;
  readonly key: Uint8Array;
}

/** Everything the committer needs to decide on a transaction and to make it durable. */
export interface CommitRequest {
  /** The snapshot that all reads saw. */
  readonly snapshotTs: Ticks;
  /** The catalogue that the transaction ran with: any newer catalogue is a conflict. */
  readonly catalogueTs: Ticks;
  readonly reads: readonly IndexReads[];
  readonly writes: readonly TransactionWrite[];
  readonly backfill: readonly BackfillEntry[];
  readonly changesCatalogue: boolean;
  /** Who writes, for the conflict message of others: `messages.js:send`, or a name of the host's own. */
  readonly source: string;
  /**
   * Set when the main process shall be told of the outcome directly (a client waits for this mutation):
   * the job and its ready answer. Null for transactions whose caller is the sender itself.
   */
  readonly notify: { readonly job: number; readonly answer: string } | null;
  /** Of a transaction that has lost before; null for the first run. */
  readonly retry: Retry | null;
}

export interface Retry {
  /** Conflicts that it has met. */
  readonly losses: number;
  /** What the last one was answered with. */
  readonly turn: number | null;
}

export type CommitOutcome =
  | { readonly type: "committed"; readonly ts: Ticks }
  | {
      readonly type: "conflict";
      /** Retry only with a snapshot at least this new. */
      readonly after: Ticks;
      /** Table and document of the other writer, null when unknown or when the catalogue changed. */
      readonly table: string | null;
      readonly documentId: string | null;
      readonly source: string | null;
      /** Identifies what was fought over (index and key), for queueing retries behind each other. */
      readonly contention: string;
      /**
       * Set when the transaction has lost before and has the turn now: nothing is committed that would make it lose
       * again, for as long as it needs to run again at once.
       */
      readonly turn: number | null;
    }
  | {
      readonly type: "failed";
      readonly code: "StoreFull" | "WriteRefused" | "StoreBroken" | "ShuttingDown";
      readonly message: string;
    };

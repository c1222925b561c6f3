import type { Ticks } from "./ticks.ts";

/** Identity of a table: survives renames, never reused. System tables are below 1000. */
export type TableId = number;
/** Identity of an index, unique in the deployment, never reused. */
export type IndexId = number;
/** Identity of a document's place in the store: given at insert, stable over updates, never reused. */
export type DocumentRow = number;

/** One version of a document. `json` is the encoded JSON of the whole document, `_id` and `_creationTime` included. */
export interface StoredDocument {
  readonly row: DocumentRow;
  readonly tableId: TableId;
  /** Commit that wrote this version. */
  readonly ts: Ticks;
  /** Size in bytes by the value arithmetic (not the length of `json`). */
  readonly size: number;
  readonly json: string;
}

export interface IndexEntry {
  readonly key: Uint8Array;
  readonly document: StoredDocument;
}

export type Order = "asc" | "desc";

/**
 * The database at one timestamp. All calls are synchronous and see the same state until `close`.
 * Callers keep it short (one query or mutation), close it always, and never use it after closing.
 */
export interface Snapshot {
  /** Newest commit that this snapshot sees. */
  readonly ts: Ticks;
  /**
   * Newest commit that changed the catalogue (tables, indexes, schemas, pushes, environment). Where that is newer than
   * `ts`, the snapshot is of the past and sees an older catalogue whose own timestamp is not known.
   */
  readonly catalogueTs: Ticks;
  /** The document at exactly this key of this index. */
  get(index: IndexId, key: Uint8Array): StoredDocument | null;
  /**
   * Up to `limit` entries with `start <= key < end` (`end` null: no upper bound), in key order or reversed.
   * To go on, the caller passes the last key it got: as exclusive `end` when descending, its successor
   * (the key followed by a zero byte) as `start` when ascending.
   */
  scan(
    index: IndexId,
    start: Uint8Array,
    end: Uint8Array | null,
    order: Order,
    limit: number,
  ): readonly IndexEntry[];
  close(): void;
}

/** The read side of a store, one per process or thread that reads. */
export interface SnapshotSource {
  /**
   * Opens a snapshot of the newest durable state, or of the past.
   * @throws StoreError `SnapshotTooOld` when `at` is older than the history kept, `SnapshotInFuture` when newer than the newest commit.
   */
  open(at?: Ticks): Snapshot;
  close(): void;
}

/**
 * The entry of one index that a write takes away or adds. The caller leaves out equal keys, but for an index that is
 * being filled: there the entry may be missing, and is there afterwards.
 */
export interface IndexChange {
  readonly index: IndexId;
  readonly remove: Uint8Array | null;
  readonly add: Uint8Array | null;
}

/**
 * One document written by a commit.
 * - insert: `previous` null, `json` set, every index of the table adds a key;
 * - update: `previous` and `json` set, `indexes` lists the keys that changed;
 * - delete: `json` null, every index of the table removes its key.
 */
export interface DocumentWrite {
  readonly tableId: TableId;
  readonly previous: { readonly row: DocumentRow; readonly ts: Ticks } | null;
  readonly json: string | null;
  readonly size: number;
  readonly indexes: readonly IndexChange[];
}

export interface StoreCommit {
  readonly ts: Ticks;
  readonly changesCatalogue: boolean;
  readonly writes: readonly DocumentWrite[];
  /** Entries added for existing documents, without a new version. */
  readonly backfill: readonly BackfillEntry[];
}

/**
 * An index entry made for a document that already exists, keeping the document's own version. One that is there already
 * is passed over. Reads of the past find it since `ts`, so nobody may read the index at instants before it was enabled.
 */
export interface BackfillEntry {
  readonly index: IndexId;
  readonly key: Uint8Array;
  readonly row: DocumentRow;
  /** Version of the document the key was computed from. */
  readonly ts: Ticks;
}

/** The write side: exactly one per store, in one thread. */
export interface StoreWriter {
  /** Timestamp of the newest durable commit; every later commit must be greater. */
  readonly lastTs: Ticks;
  readonly catalogueTs: Ticks;
  /**
   * Applies commits, ascending by timestamp, in ONE storage transaction. On return all of them are durable and
   * visible to new snapshots; on a throw none is. A commit may hand a key from one document to another, and may remove
   * an entry that a backfill has not made yet.
   * @throws StoreError `StoreFull` or `WriteRefused` (a `previous` version or a key is not what the caller thinks):
   * nothing applied, state known; `StoreBroken`: outcome unknown, the caller must stop.
   */
  apply(commits: readonly StoreCommit[]): void;
  /** Deletes all entries of an index that the catalogue no longer has, at most `limit` a call; true when none is left. */
  dropIndexEntries(index: IndexId, limit: number): boolean;
  /**
   * Forgets history that only snapshots older than `before` need, at most `limit` rows of each kind a call; true when
   * none is left. Those snapshots are refused from the first call on.
   */
  prune(before: Ticks, limit: number): boolean;
  /** A bounded piece of housekeeping between two groups of commits (write-ahead log, freed pages); true when none is left. */
  maintain(): boolean;
  close(): void;
}

/** A store of one deployment: how a process opens its two sides. */
export interface Store {
  openWriter(): StoreWriter;
  openSnapshots(): SnapshotSource;
}

export type StoreErrorCode =
  | "SnapshotTooOld"
  | "SnapshotInFuture"
  | "StoreFull"
  | "WriteRefused"
  | "StoreBroken"
  | "StoreLocked"
  | "StoreCorrupt"
  | "StoreVersion";

/** What went wrong below; `code` is stable, the message says what happened, why, and what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

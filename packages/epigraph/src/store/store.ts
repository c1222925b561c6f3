/**
 * The contract between the database and what keeps it; `conformance/` is the same in tests.
 *
 * **What a store holds.** Versions of documents, and for each index entries that lead from a key to a document. It
 * knows neither what a document means nor how keys are made: whoever writes says which entries a write takes away and
 * adds.
 *
 * **Order.** Keys are any bytes, of any length up to that of a document (1 MiB); the empty key is one. They order as
 * unsigned bytes, a prefix before what it is a prefix of, in every index, both ways, at every instant.
 *
 * **Atomicity.** A group of commits is applied whole or not at all, whatever happens on the way. Within it each commit
 * is an instant of its own and sees what those before it wrote. A commit may be empty.
 *
 * **Durability.** When `apply` returns, a loss of power takes nothing of it. All else (pruning, dropped entries, house
 * keeping) may be lost and is then done again.
 *
 * **Visibility.** A snapshot that is opened after `apply` has returned sees it, by whatever read side, in whatever
 * process. It never sees a part of a commit, nor anything that was applied after it was opened.
 *
 * **History.** Every instant from the bound of `prune` to the newest commit can be read, those between two commits too,
 * and gives what the newest snapshot gave then. The newest state can always be read.
 *
 * **Loads.** Many documents of a table that nobody reads yet come in as a draft, past commits, piece by piece: first the
 * entries of each index in their order, then the documents. So at any moment every document that is there is found by
 * each of its indexes; entries whose document is not there lead to nothing. A load that ends early leaves what it has
 * brought, and all of a load may be lost until the next commit has returned.
 *
 * **What callers guarantee, and stores need not check.** There is one writer, in one process (who opens a second one
 * has taken care that the first is gone). `indexes` of a write are complete and true: a key is removed from the document
 * that has it, and no change has equal keys but in an index that is being filled. A document is written once in a commit
 * at most. An entry of a backfill was computed from the version it names, which is still the newest. Nobody reads the
 * indexes of a load before it is complete, nor later at instants before its end, and nobody else writes to them. A dropped index is never read again. Keys and
 * documents that were handed in or out are not changed afterwards.
 */

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
  /** The document at exactly this key of this index; null as well for an index that nobody ever wrote to. */
  get(index: IndexId, key: Uint8Array): StoredDocument | null;
  /**
   * Up to `limit` entries with `start <= key < end` (`end` null: no upper bound), in key order or reversed; fewer only
   * where the range has no more. None for an empty range or a limit of zero.
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
  /** Again is allowed, and does nothing. */
  close(): void;
}

/** The read side of a store, one per process or thread that reads. Any number of its snapshots may be open at once. */
export interface SnapshotSource {
  /**
   * Opens a snapshot of the newest durable state, or of the past.
   * @throws StoreError `SnapshotTooOld` when `at` is older than the history kept, `SnapshotInFuture` when newer than the newest commit.
   */
  open(at?: Ticks): Snapshot;
  /** Opens no more; snapshots that are open stay so until they are closed themselves. */
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
  /** Greater than that of every commit before. */
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

/** What a draft is for: documents of one table with their entries. */
export interface DraftTarget {
  readonly tableId: TableId;
  /** Every index of the table, one at least. */
  readonly indexes: readonly IndexId[];
}

/**
 * Documents that are got ready beside a store, by one who is not its writer, in a file that is the caller's. Memory does
 * not follow their number.
 */
export interface Draft {
  /**
   * @param size in bytes by the value arithmetic.
   * @param keys of the document, in the order in which the target names its indexes.
   * @throws StoreError `StoreFull`: nothing can become of the draft.
   */
  add(json: string, size: number, keys: readonly Uint8Array[]): void;
  /**
   * Orders the entries and ends the draft. Takes about a microsecond for each entry.
   * @returns an index in which two documents have the same key, so that the draft is good for nothing; null: it is complete.
   * @throws StoreError `StoreFull`.
   */
  complete(): IndexId | null;
  /** Lets go of the file, which stays. Again is allowed, and does nothing. */
  close(): void;
}

/**
 * What became of a step of a load. `done`: all is there. `more`: a piece has come in, and there is another one. `wait`: the
 * store has to catch up with what came in before, so nothing was done; to be tried again in a millisecond or so.
 */
export type LoadStep = "done" | "more" | "wait";

/** A draft on its way into the store. */
export interface StoreLoad {
  /**
   * Brings in a piece, of about a millisecond.
   * @throws StoreError as `apply` does; the load may be closed then, or the piece be tried again.
   */
  step(): LoadStep;
  /** Lets go of the draft. Again is allowed, and does nothing. */
  close(): void;
}

/** The write side: exactly one per store, in one thread. */
export interface StoreWriter {
  /** Timestamp of the newest durable commit, 0 when there is none; every later commit must be greater. */
  readonly lastTs: Ticks;
  /** Timestamp of the newest durable commit that changed the catalogue, 0 when there is none. */
  readonly catalogueTs: Ticks;
  /**
   * Applies commits, ascending by timestamp, in ONE storage transaction. On return all of them are durable and
   * visible to new snapshots; on a throw none is. A commit may hand a key from one document to another, and may remove
   * an entry that a backfill has not made yet.
   * @throws StoreError `StoreFull` or `WriteRefused` (timestamps that do not ascend, a `previous` version that is not
   * the newest, a key that another document has): nothing applied, state known, and the next group may pass;
   * `StoreBroken`: outcome unknown, the caller must stop, and every later call throws it again.
   */
  apply(commits: readonly StoreCommit[]): void;
  /**
   * Deletes all entries of an index that the catalogue no longer has, at most `limit` a call; true when none is left.
   * Snapshots that are open keep them.
   */
  dropIndexEntries(index: IndexId, limit: number): boolean;
  /**
   * Begins to bring in a draft that is complete and was closed. One at a time, whose pieces may stand between groups.
   * @throws StoreError `StoreUnreadable` for a file that is no such draft.
   */
  openLoad(path: string): StoreLoad;
  /**
   * Forgets history that only snapshots older than `before` need, at most `limit` rows of each kind a call; true when
   * none is left. Those snapshots are refused from the first call on, also after a restart; one that is open stays as it
   * is. The bound never passes the newest commit and never goes back.
   */
  prune(before: Ticks, limit: number): boolean;
  /** A bounded piece of housekeeping between two groups of commits (write-ahead log, freed pages); true when none is left. */
  maintain(): boolean;
  close(): void;
}

/** A copy of a whole store: everything up to one commit, and nothing of any later one. */
export interface StoreBackup {
  /** The newest commit in it. */
  readonly ts: Ticks;
  readonly bytes: number;
}

/** A writer that can copy its store while commits go on. */
export interface BackupWriter extends StoreWriter {
  /**
   * Copies the store into a file, which is there whole and durable once this resolves, and not at all before; one of that
   * name is replaced. Works in short pieces between commits, so the writer's thread must come back to its event loop.
   * One at a time; end it before `close`.
   * @param signal ends it; what was copied is removed.
   * @throws StoreError `BackupFailed`: the store itself is well.
   */
  backUp(path: string, signal: AbortSignal): Promise<StoreBackup>;
}

/** One part of a check of the whole store. */
export interface StoreCheck {
  /** What is looked at, for whoever waits: "the structure of the file". */
  readonly subject: string;
  /** A sentence for each thing that is not as `StoreWriter` leaves it. Long: what lies between two of them is not cut. */
  run(): Iterable<string>;
}

/** Everything that the newest state holds, for a check of all of it. Rows stream: memory does not follow the data. */
export interface StoreInspection {
  /** That what is stored can be read at all. Where it finds anything, nothing else here may be asked. */
  readonly integrity: StoreCheck;
  /** What the store promises by itself, whatever the documents mean. */
  readonly checks: readonly StoreCheck[];
  readonly snapshot: Snapshot;
  /** Number of documents. */
  documentCount(): number;
  /** Every document in the order of rows, whether an index has it or not. */
  documents(): Iterable<StoredDocument>;
  document(row: DocumentRow): StoredDocument | null;
  /** Number of entries of each index that has any. */
  entryCounts(): ReadonlyMap<IndexId, number>;
  /** Every entry of one index, in key order, whether it leads to a document or not. */
  entries(index: IndexId): Iterable<{ readonly key: Uint8Array; readonly row: DocumentRow }>;
  /** Where the entry at exactly this key leads. */
  rowAt(index: IndexId, key: Uint8Array): DocumentRow | null;
  close(): void;
}

/** A store of one deployment: how a process opens its two sides. */
export interface Store {
  openWriter(): StoreWriter;
  openSnapshots(): SnapshotSource;
  /** Begins a draft in a file, which replaces one of that name. */
  createDraft(path: string, target: DraftTarget): Draft;
}

/** A store that can be checked whole. */
export interface InspectableStore extends Store {
  /**
   * Opens the store for checking it while no writer is open, after whatever recovery it needs. Changes nothing.
   * @throws StoreError `StoreCorrupt`, `StoreVersion` or `StoreUnreadable`.
   */
  inspect(): StoreInspection;
}

export type StoreErrorCode =
  | "SnapshotTooOld"
  | "SnapshotInFuture"
  | "StoreFull"
  | "WriteRefused"
  | "StoreBroken"
  | "StoreLocked"
  | "StoreCorrupt"
  | "StoreUnreadable"
  | "StoreVersion"
  | "BackupFailed"
  | "LoadStopped";

/** What went wrong below; `code` is stable, the message says what happened, why, and what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

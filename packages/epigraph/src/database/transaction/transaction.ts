import type { BackfillEntry, Snapshot, StoredDocument } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import { CommitTsUse } from "../../values/commit-ts.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { encodeId, makeInternalId } from "../../values/id.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { isCatalogueTable, isSystemTable } from "../catalogue/system-tables.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import type { CommitRequest, IndexReads, KeyRange } from "../commit-request.ts";
import { type FileBytes, TransactionFiles } from "../stored-files/transaction-files.ts";
import { commitWrite } from "./commit-write.ts";
import { CreationTimes } from "./creation-times.ts";
import type { IndexOverlay } from "./index-overlay.ts";
import { IndexScan, type ScanBounds } from "./index-scan.ts";
import { type OpenRead, ReadSet } from "./read-set.ts";
import { DEFAULT_TRANSACTION_LIMITS, type TransactionLimits } from "./transaction-limits.ts";
import type { TransactionObserver } from "./transaction-observer.ts";
import { Usage } from "./usage.ts";
import { type BaseVersion, DocumentVersion, type PendingDocument, WriteSet } from "./write-set.ts";

export interface TransactionOptions {
  /** Stays open as long as the transaction is used; whoever opened it closes it. */
  readonly snapshot: Snapshot;
  /** Of the same snapshot. */
  readonly catalogue: Catalogue;
  /** Wall clock at the start, fractions welcome. */
  readonly nowMs: number;
  /** Gives as many random bytes as asked for; ids of new documents are made of them. */
  readonly random: (bytes: number) => Uint8Array;
  readonly limits?: TransactionLimits;
  /** Hears what is read and written; left out where nobody asked. */
  readonly observer?: TransactionObserver | null;
  /** Bytes of files that earlier runs of the same mutation needed; left out where there are none. */
  readonly fileBytes?: FileBytes | undefined;
}

/** A document as it stands for the transaction, and as the snapshot has it. */
export interface LoadedDocument {
  readonly base: BaseVersion | null;
  readonly version: DocumentVersion;
}

interface NestedScope {
  readonly mark: number;
  readonly catalogue: Catalogue;
}

/**
 * One execution's view of the database: a snapshot with its own writes over it, and the record of what it read. All
 * synchronous. It knows tables, keys and versions; what documents may look like and what apps may do is decided above.
 */
export class Transaction {
  readonly snapshot: Snapshot;
  readonly nowMs: number;
  readonly usage: Usage;
  readonly observer: TransactionObserver | null;
  /** Whether a written document may hold the placeholder of the commit's timestamp. */
  readonly commitTs: CommitTsUse = new CommitTsUse();
  readonly #options: TransactionOptions;
  readonly #reads = new ReadSet();
  readonly #hostReads: IndexReads[] = [];
  readonly #writes = new WriteSet();
  readonly #backfill: BackfillEntry[] = [];
  readonly #scopes: NestedScope[] = [];
  readonly #creationTimes: CreationTimes;
  /** Apart from those of the app: a table made by an insert must not move the time of its first document. */
  readonly #systemCreationTimes: CreationTimes;
  #catalogue: Catalogue;
  #files: TransactionFiles | null = null;

  constructor(options: TransactionOptions, usage?: Usage) {
    this.#options = options;
    this.snapshot = options.snapshot;
    this.nowMs = options.nowMs;
    this.observer = options.observer ?? null;
    this.#catalogue = options.catalogue;
    this.#creationTimes = new CreationTimes(options.snapshot.ts, options.nowMs);
    this.#systemCreationTimes = new CreationTimes(options.snapshot.ts, options.nowMs);
    this.usage = usage ?? new Usage(options.limits ?? DEFAULT_TRANSACTION_LIMITS);
  }

  get snapshotTs(): Ticks {
    return this.snapshot.ts;
  }

  /** The snapshot's catalogue with the tables that this transaction made. */
  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  /** For those who write the documents behind it: a scope that is rolled back takes it back too. */
  setCatalogue(catalogue: Catalogue): void {
    this.#catalogue = catalogue;
  }

  /** For mutations that read or store files; made for the first of them. */
  get files(): TransactionFiles {
    this.#files ??= new TransactionFiles(this.#options.fileBytes);
    return this.#files;
  }

  /** Bytes that must be in the file store before this is committed; null for none. To be asked once it has run. */
  takeFiles(): FileBytes | null {
    return this.#files?.toWrite(this) ?? null;
  }

  get hasWrites(): boolean {
    return !this.#writes.isEmpty || this.#backfill.length > 0;
  }

  /** The text and size of a document, null when there is none; counts as read. */
  read(
    table: Table,
    id: string,
    internalId: Uint8Array,
  ): { readonly json: string; readonly size: number } | null {
    const pending = this.#writes.get(table, id);
    const found = pending === undefined ? this.snapshot.get(table.byId.id, internalId) : pending.version;
    this.#readPoint(table, id, internalId, found);
    return found;
  }

  /** As `read`, but parsed, and with what a write needs to know. */
  load(table: Table, id: string, internalId: Uint8Array): LoadedDocument | null {
    const pending = this.#writes.get(table, id);
    if (pending !== undefined) {
      this.#readPoint(table, id, internalId, pending.version);
      return pending.version === null ? null : { base: pending.base, version: pending.version };
    }
    const stored = this.snapshot.get(table.byId.id, internalId);
    this.#readPoint(table, id, internalId, stored);
    return stored === null ? null : loaded(stored);
  }

  /** As `load`, for what the host reads around the function: it is no read of the app, and has no limit. */
  loadForHost(table: Table, id: string, internalId: Uint8Array): LoadedDocument | null {
    const pending = this.#writes.get(table, id);
    if (pending === undefined || pending.base !== null) {
      this.addHostRead(table.byId, { start: internalId, end: keySuccessor(internalId) });
    }
    if (pending !== undefined) {
      return pending.version === null ? null : { base: pending.base, version: pending.version };
    }
    const stored = this.snapshot.get(table.byId.id, internalId);
    return stored === null ? null : loaded(stored);
  }

  /** Starts a pass over a range of an index. It is closed at its end, or by the caller. */
  scan(table: Table, index: TableIndex, bounds: ScanBounds, expectedRows?: number): IndexScan {
    return new IndexScan(this, table, index, bounds, expectedRows);
  }

  overlay(table: Table, index: TableIndex): IndexOverlay | null {
    return this.#writes.overlay(table, index);
  }

  /** Own changes to a table, deleted documents included. */
  pendingDocuments(table: Table): Iterable<PendingDocument> {
    return this.#writes.documents(table);
  }

  /** Makes the transaction depend on a range without reading it document by document. */
  addReadRange(index: TableIndex, range: KeyRange): void {
    this.#reads.addRange(index.id, range);
    this.checkReads();
  }

  /** As `addReadRange`, for what the host reads around the function: it is no read of the app, and has no limit. */
  addHostRead(index: TableIndex, range: KeyRange): void {
    this.#hostReads.push({ index: index.id, ranges: [range] });
  }

  /** @throws DatabaseError `TooManyReads`. */
  checkReads(): void {
    if (this.#reads.size > this.usage.limits.databaseQueries) {
      this.usage.setDatabaseQueries(this.#reads.settle());
    }
  }

  openRead(read: OpenRead): void {
    this.#reads.open(read);
    this.checkReads();
  }

  closeRead(read: OpenRead): void {
    this.#reads.close(read);
  }

  /** System tables are exempt from the limits on reads. */
  countRead(table: Table, bytes: number): void {
    if (!isSystemTable(table)) this.usage.addRead(bytes);
  }

  /** A new document's place: nobody else has it. */
  newId(table: Table): { readonly id: string; readonly internalId: Uint8Array } {
    const internalId = makeInternalId(this.#options.random, this.nowMs);
    return { id: encodeId(table.number, internalId), internalId };
  }

  /** They are the caller's. */
  randomBytes(length: number): Uint8Array {
    return this.#options.random(length);
  }

  /** Unique in this transaction, in the order of the calls, also when a scope between them is rolled back. */
  newCreationTimeMs(table: Table): number {
    return (isSystemTable(table) ? this.#systemCreationTimes : this.#creationTimes).next();
  }

  /** Puts one document among the writes, in place of what was there. Nothing is checked but the limits on writes. */
  write(document: PendingDocument): void {
    const size = document.version?.size ?? 0;
    this.observer?.wrote(document.table, size);
    if (!isSystemTable(document.table)) this.usage.addWrite(size);
    this.#writes.put(document);
  }

  /** An entry of an index under construction, for a document that is not changed. */
  addBackfill(entry: BackfillEntry): void {
    this.#backfill.push(entry);
  }

  /** From here on writes can be taken back, until the matching `commitNested` or `rollbackNested`. Scopes nest. */
  beginNested(): void {
    this.#scopes.push({ mark: this.#writes.beginScope(), catalogue: this.#catalogue });
  }

  commitNested(): void {
    this.#writes.endScope(this.#popScope().mark, true);
  }

  /** Takes back the writes of the innermost scope; reads and counters stay. */
  rollbackNested(): void {
    const { mark, catalogue } = this.#popScope();
    this.#writes.endScope(mark, false);
    this.#catalogue = catalogue;
  }

  #popScope(): NestedScope {
    const scope = this.#scopes.pop();
    if (scope === undefined) throw new Error("No nested scope is open");
    return scope;
  }

  /**
   * The database as it was when the transaction began: no own writes, and its reads are no dependency of this
   * transaction. Counters and limits are shared.
   */
  withoutOwnWrites(): Transaction {
    return new Transaction({ ...this.#options }, this.usage);
  }

  /** What `ctx.meta.getTransactionMetrics()` gives. */
  metrics(): ReturnType<Usage["metrics"]> {
    this.usage.databaseQueries = this.#reads.settle();
    return this.usage.metrics();
  }

  /** Lines to log for limits that have come near. */
  warnings(): ReturnType<Usage["warnings"]> {
    this.usage.databaseQueries = this.#reads.settle();
    return this.usage.warnings();
  }

  /** What the transaction depends on so far, for conflict checks, caches and subscriptions. */
  reads(): CommitRequest["reads"] {
    const reads = this.#reads.toIndexReads();
    return this.#hostReads.length === 0 ? reads : [...reads, ...this.#hostReads];
  }

  /** What to send to the committer; null when nothing would change. */
  toCommitRequest(options: Pick<CommitRequest, "source" | "notify" | "retry">): CommitRequest | null {
    if (!this.hasWrites) return null;
    const writes: CommitRequest["writes"][number][] = [];
    let changesCatalogue = false;
    for (const document of this.#writes.all()) {
      const write = commitWrite(document, this.commitTs.isUsed);
      if (write === null) continue;
      writes.push(write);
      changesCatalogue ||= isCatalogueTable(document.table);
    }
    if (writes.length === 0 && this.#backfill.length === 0) return null;
    return {
      snapshotTs: this.snapshot.ts,
      catalogueTs: this.snapshot.catalogueTs,
      reads: this.reads(),
      writes,
      backfill: this.#backfill,
      changesCatalogue,
      source: options.source,
      notify: options.notify,
      retry: options.retry,
    };
  }

  /** @param found what is there, null when nothing is: that was read too. */
  #readPoint(
    table: Table,
    id: string,
    internalId: Uint8Array,
    found: { readonly size: number } | null,
  ): void {
    this.observer?.got(table, id, found === null ? null : found.size);
    this.#reads.addPoint(table.byId.id, internalId);
    this.checkReads();
    if (found !== null) this.countRead(table, found.size);
  }
}

function loaded({ row, ts, json, size }: StoredDocument): LoadedDocument {
  const version = new DocumentVersion(json, size, decodeValue(JSON.parse(json)) as ObjectValue);
  return { base: { row, ts, version }, version };
}

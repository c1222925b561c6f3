import type { DatabaseSync } from "node:sqlite";
import {
  type BackupWriter,
  type DocumentRow,
  type DocumentWrite,
  type IndexId,
  type StoreBackup,
  type StoreCommit,
  StoreError,
} from "../store.ts";
import type { Ticks } from "../ticks.ts";
import { Checkpointer } from "./checkpointer.ts";
import { openForWriting } from "./open-database.ts";
import { backUpDatabase } from "./sqlite-backup.ts";
import { isCorruption, SQLITE_CONSTRAINT, SQLITE_FULL, sqliteErrorCode } from "./sqlite-error.ts";
import { SqliteLoad } from "./sqlite-load.ts";
import { prepareWrites, type WriteStatements } from "./write-statements.ts";

/** Freed pages (16 MiB) that are kept for what is written next; more go back to the file system. */
const KEPT_FREE_PAGES = 4096;

/** The one writer of a SQLite file. */
export class SqliteWriter implements BackupWriter {
  readonly #database: DatabaseSync;
  readonly #statements: WriteStatements;
  readonly #checkpointer: Checkpointer;
  #lastTs: Ticks;
  #catalogueTs: Ticks;
  #nextRow: DocumentRow;
  #historyFrom: Ticks;
  #broken: StoreError | null = null;

  constructor(path: string) {
    this.#database = openForWriting(path);
    this.#statements = prepareWrites(this.#database);
    this.#checkpointer = new Checkpointer(this.#database, path);
    const head = this.#database
      .prepare("SELECT last_ts, catalogue_ts, next_row, history_from FROM head")
      .get() as unknown as {
      last_ts: Ticks;
      catalogue_ts: Ticks;
      next_row: DocumentRow;
      history_from: Ticks;
    };
    this.#lastTs = head.last_ts;
    this.#catalogueTs = head.catalogue_ts;
    this.#nextRow = head.next_row;
    this.#historyFrom = head.history_from;
  }

  get lastTs(): Ticks {
    return this.#lastTs;
  }

  get catalogueTs(): Ticks {
    return this.#catalogueTs;
  }

  apply(commits: readonly StoreCommit[]): void {
    let lastTs = this.#lastTs;
    let catalogueTs = this.#catalogueTs;
    const firstRow = this.#nextRow;
    try {
      this.#transaction(() => {
        for (const commit of commits) {
          if (commit.ts <= lastTs) throw new Error(`commit ${commit.ts} is not newer than ${lastTs}`);
          lastTs = commit.ts;
          if (commit.changesCatalogue) catalogueTs = lastTs;
          this.#apply(commit);
        }
        this.#statements.head.run(lastTs, catalogueTs, this.#nextRow);
      });
    } catch (error) {
      this.#nextRow = firstRow;
      throw error;
    }
    this.#lastTs = lastTs;
    this.#catalogueTs = catalogueTs;
  }

  #apply({ ts, writes, backfill }: StoreCommit): void {
    const statements = this.#statements;
    // What goes makes room first: a key may change hands within one commit.
    for (const { previous, indexes } of writes) {
      if (previous === null) continue;
      if (Number(statements.keepDocument.run(ts, previous.row, previous.ts).changes) !== 1) {
        throw new Error(`row ${previous.row} has no version of ${previous.ts} to replace`);
      }
      for (const { index, remove } of indexes) {
        if (remove === null) continue;
        // An index that is being filled may not have the entry yet.
        if (Number(statements.keepEntry.run(ts, index, remove).changes) === 0) continue;
        statements.removeEntry.run(index, remove);
      }
    }
    for (const write of writes) {
      const row = this.#writeDocument(write, ts);
      for (const { index, add } of write.indexes) {
        if (add !== null) statements.addEntry.run(index, add, row, ts);
      }
    }
    for (const entry of backfill) statements.backfillEntry.run(entry.index, entry.key, entry.row, entry.ts);
  }

  #writeDocument({ tableId, previous, json, size }: DocumentWrite, ts: Ticks): DocumentRow {
    const row = previous?.row ?? this.#nextRow++;
    if (previous === null) this.#statements.insertDocument.run(row, tableId, ts, size, json);
    else if (json === null) this.#statements.deleteDocument.run(row);
    else this.#statements.updateDocument.run(ts, size, json, row);
    return row;
  }

  dropIndexEntries(index: IndexId, limit: number): boolean {
    return this.#chore(() => Number(this.#statements.dropEntries.run(index, limit).changes) < limit);
  }

  openLoad(path: string): SqliteLoad {
    if (this.#broken !== null) throw this.#broken;
    const lastTs = (): Ticks => this.#lastTs;
    return new SqliteLoad(this.#database, path, {
      get lastTs() {
        return lastTs();
      },
      isBehind: () => this.#checkpointer.isCopying,
      transaction: (work) => this.#chore(work),
      takeRows: (count) => {
        const first = this.#nextRow;
        this.#nextRow += count;
        this.#statements.head.run(this.#lastTs, this.#catalogueTs, this.#nextRow);
        return first;
      },
    });
  }

  prune(before: Ticks, limit: number): boolean {
    // The bound never passes the newest commit: the newest state is always readable.
    const bound = Math.min(before, this.#lastTs);
    return this.#chore(() => {
      if (bound > this.#historyFrom) this.#statements.forgetBefore.run(bound);
      const documents = Number(this.#statements.pruneDocuments.run(bound, limit).changes);
      const entries = Number(this.#statements.pruneEntries.run(bound, limit).changes);
      this.#historyFrom = Math.max(this.#historyFrom, bound);
      return documents < limit && entries < limit;
    });
  }

  maintain(): boolean {
    this.#guard(() => this.#checkpointer.run());
    const free = (this.#statements.freePages.get() as { freelist_count: number }).freelist_count;
    if (free <= KEPT_FREE_PAGES) return true;
    this.#chore(() => this.#statements.vacuum.all().length === 0);
    return false;
  }

  async backUp(path: string, signal: AbortSignal): Promise<StoreBackup> {
    if (this.#broken !== null) throw this.#broken;
    return backUpDatabase(this.#database, path, signal);
  }

  close(): void {
    this.#checkpointer.close();
    this.#database.close();
  }

  /** The number of pages the file may grow to: a disk of a given size. */
  limitPages(pages: number): void {
    this.#database.exec(`PRAGMA max_page_count = ${pages}`);
  }

  pageCount(): number {
    return (this.#database.prepare("PRAGMA page_count").get() as { page_count: number }).page_count;
  }

  /** Work that may be lost and done again: it waits for no sync of its own, the next commit's covers it. */
  #chore<T>(work: () => T): T {
    this.#database.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.#transaction(work);
    } finally {
      this.#database.exec("PRAGMA synchronous = FULL");
    }
  }

  #transaction<T>(work: () => T): T {
    return this.#guard(() => {
      this.#statements.begin.run();
      const result = work();
      this.#statements.commit.run();
      return result;
    });
  }

  /** Rolls back and tells what is known: all or nothing of it is certain, except after a failure of the disk itself. */
  #guard<T>(work: () => T): T {
    if (this.#broken !== null) throw this.#broken;
    try {
      return work();
    } catch (cause) {
      const code = sqliteErrorCode(cause);
      const isKnown = code === SQLITE_FULL || code === SQLITE_CONSTRAINT || code === null;
      try {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        if (isKnown) throw code === SQLITE_FULL ? storeFull(cause) : writeRefused(cause);
      } catch (error) {
        if (error instanceof StoreError) throw error;
      }
      this.#broken = storeBroken(cause);
      throw this.#broken;
    }
  }
}

function storeFull(cause: unknown): StoreError {
  return new StoreError(
    "StoreFull",
    "The disk is full: nothing of this write was stored, everything before it is safe. Free some space and try again.",
    { cause },
  );
}

function writeRefused(cause: unknown): StoreError {
  return new StoreError(
    "WriteRefused",
    `The write contradicts what is stored (${(cause as Error).message}), so nothing of it was stored. This is a bug in Epigraph: please report it.`,
    { cause },
  );
}

function storeBroken(cause: unknown): StoreError {
  if (isCorruption(cause)) {
    return new StoreError(
      "StoreCorrupt",
      `The store's file is damaged (${(cause as Error).message}), so nothing more is written to it. Stop the deployment, copy the data folder away, see what \`epigraph verify\` says, then restore a backup.`,
      { cause },
    );
  }
  return new StoreError(
    "StoreBroken",
    `Writing to the store failed (${(cause as Error).message}), and whether the last writes are stored is unknown. Check the disk, then restart the deployment: it recovers when it starts.`,
    { cause },
  );
}

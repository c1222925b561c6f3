import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  type DocumentWrite,
  type IndexId,
  type StoreCommit,
  StoreError,
  type StoreWriter,
} from "../store.ts";
import type { Ticks } from "../ticks.ts";
import { openForWriting } from "./open-database.ts";

const SQLITE_FULL = 13;
/** A passive checkpoint copies the log back while readers go on; below this it is not worth its syncs. */
const CHECKPOINT_AT_BYTES = 4 * 1024 * 1024;
const VACUUM_PAGES = 256;

interface Statements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly insertDocument: StatementSync;
  readonly updateDocument: StatementSync;
  readonly deleteDocument: StatementSync;
  readonly keepDocument: StatementSync;
  readonly addEntry: StatementSync;
  readonly keepEntry: StatementSync;
  readonly removeEntry: StatementSync;
  readonly head: StatementSync;
}

/** The one writer of a SQLite store. */
export class SqliteWriter implements StoreWriter {
  readonly #database: DatabaseSync;
  readonly #walPath: string;
  readonly #statements: Statements;
  #lastTs: Ticks;
  #catalogueTs: Ticks;
  #broken = false;

  constructor(path: string) {
    this.#database = openForWriting(path);
    this.#walPath = `${path}-wal`;
    const prepare = (sql: string): StatementSync => this.#database.prepare(sql);
    this.#statements = {
      begin: prepare("BEGIN IMMEDIATE"),
      commit: prepare("COMMIT"),
      insertDocument: prepare("INSERT INTO documents (table_id, ts, size, json) VALUES (?, ?, ?, ?)"),
      updateDocument: prepare("UPDATE documents SET ts = ?, size = ?, json = ? WHERE row = ?"),
      deleteDocument: prepare("DELETE FROM documents WHERE row = ?"),
      keepDocument: prepare(
        "INSERT INTO document_history SELECT row, ts, ?, table_id, size, json FROM documents WHERE row = ?",
      ),
      addEntry: prepare("INSERT INTO index_rows (index_id, key, row, ts) VALUES (?, ?, ?, ?)"),
      keepEntry: prepare(
        "INSERT INTO index_history SELECT index_id, key, ts, ?, row FROM index_rows WHERE index_id = ? AND key = ?",
      ),
      removeEntry: prepare("DELETE FROM index_rows WHERE index_id = ? AND key = ?"),
      head: prepare("UPDATE head SET last_ts = ?, catalogue_ts = ?"),
    };
    const head = prepare("SELECT last_ts, catalogue_ts FROM head").get() as {
      last_ts: number;
      catalogue_ts: number;
    };
    this.#lastTs = head.last_ts;
    this.#catalogueTs = head.catalogue_ts;
  }

  get lastTs(): Ticks {
    return this.#lastTs;
  }

  get catalogueTs(): Ticks {
    return this.#catalogueTs;
  }

  apply(commits: readonly StoreCommit[]): void {
    const last = commits.at(-1);
    if (last === undefined) return;
    if (this.#broken)
      throw new StoreError("StoreBroken", "The store stopped after a failed write. Restart the deployment.");
    let catalogueTs = this.#catalogueTs;
    try {
      this.#statements.begin.run();
      for (const commit of commits) {
        for (const write of commit.writes) this.#write(write, commit.ts);
        for (const entry of commit.backfill)
          this.#statements.addEntry.run(entry.index, entry.key, entry.row, entry.ts);
        if (commit.changesCatalogue) catalogueTs = commit.ts;
      }
      this.#statements.head.run(last.ts, catalogueTs);
      this.#statements.commit.run();
    } catch (cause) {
      throw this.#failed(cause);
    }
    this.#lastTs = last.ts;
    this.#catalogueTs = catalogueTs;
  }

  #write(write: DocumentWrite, ts: Ticks): void {
    const { previous, json } = write;
    const statements = this.#statements;
    let row: number;
    if (previous === null) {
      row = Number(statements.insertDocument.run(write.tableId, ts, write.size, json).lastInsertRowid);
    } else {
      row = previous.row;
      statements.keepDocument.run(ts, row);
      if (json === null) statements.deleteDocument.run(row);
      else statements.updateDocument.run(ts, write.size, json, row);
    }
    for (const change of write.indexes) {
      if (change.remove !== null) {
        statements.keepEntry.run(ts, change.index, change.remove);
        statements.removeEntry.run(change.index, change.remove);
      }
      if (change.add !== null) statements.addEntry.run(change.index, change.add, row, ts);
    }
  }

  /** A full disk rolls back cleanly; after anything else the outcome is unknown until the file is opened again. */
  #failed(cause: unknown): StoreError {
    const code = (cause as { errcode?: number }).errcode;
    if (code !== undefined && (code & 255) === SQLITE_FULL) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      return new StoreError(
        "StoreFull",
        "The disk is full: the write was not made, nothing else was touched. Free space and try again.",
        { cause },
      );
    }
    this.#broken = true;
    return new StoreError(
      "StoreBroken",
      `Writing to the store failed and its outcome is unknown (${(cause as Error).message}). The deployment stops; restart it to recover.`,
      { cause },
    );
  }

  dropIndexEntries(index: IndexId, limit: number): boolean {
    const gone = this.#database
      .prepare(
        "DELETE FROM index_rows WHERE index_id = ?1 AND key IN (SELECT key FROM index_rows WHERE index_id = ?1 LIMIT ?2)",
      )
      .run(index, limit).changes;
    return Number(gone) < limit;
  }

  prune(before: Ticks, limit: number): boolean {
    this.#database.prepare("UPDATE head SET history_from = max(history_from, ?)").run(before);
    const documents = this.#database
      .prepare(
        "DELETE FROM document_history WHERE (row, from_ts) IN (SELECT row, from_ts FROM document_history WHERE to_ts <= ? LIMIT ?)",
      )
      .run(before, limit).changes;
    const entries = this.#database
      .prepare(
        "DELETE FROM index_history WHERE (index_id, key, from_ts) IN (SELECT index_id, key, from_ts FROM index_history WHERE to_ts <= ? LIMIT ?)",
      )
      .run(before, limit).changes;
    return Number(documents) < limit && Number(entries) < limit;
  }

  maintain(): void {
    if (this.walBytes() < CHECKPOINT_AT_BYTES) return;
    this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    this.#database.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
  }

  /** Length of the write-ahead log. */
  walBytes(): number {
    return statSync(this.#walPath, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** For tests: a small "disk", so that running full is real. */
  limitPages(pages: number): void {
    this.#database.exec(`PRAGMA max_page_count = ${pages}`);
  }

  pageCount(): number {
    return (this.#database.prepare("PRAGMA page_count").get() as { page_count: number }).page_count;
  }

  close(): void {
    this.#database.close();
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Freed pages given back at a time: bounded work between two groups. */
const VACUUM_PAGES = 128;

/** What the writer says to SQLite, prepared once. */
export interface WriteStatements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly head: StatementSync;
  readonly insertDocument: StatementSync;
  readonly updateDocument: StatementSync;
  readonly deleteDocument: StatementSync;
  readonly keepDocument: StatementSync;
  readonly addEntry: StatementSync;
  readonly backfillEntry: StatementSync;
  readonly keepEntry: StatementSync;
  readonly removeEntry: StatementSync;
  readonly dropEntries: StatementSync;
  readonly forgetBefore: StatementSync;
  readonly pruneDocuments: StatementSync;
  readonly pruneEntries: StatementSync;
  readonly freePages: StatementSync;
  readonly vacuum: StatementSync;
}

export function prepareWrites(database: DatabaseSync): WriteStatements {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    begin: prepare("BEGIN IMMEDIATE"),
    commit: prepare("COMMIT"),
    head: prepare("UPDATE head SET last_ts = ?, catalogue_ts = ?, next_row = ?"),
    insertDocument: prepare("INSERT INTO documents (row, table_id, ts, size, json) VALUES (?, ?, ?, ?, ?)"),
    updateDocument: prepare("UPDATE documents SET ts = ?, size = ?, json = ? WHERE row = ?"),
    deleteDocument: prepare("DELETE FROM documents WHERE row = ?"),
    keepDocument: prepare(
      `INSERT INTO document_history (row, from_ts, to_ts, table_id, size, json)
       SELECT row, ts, ?, table_id, size, json FROM documents WHERE row = ? AND ts = ?`,
    ),
    addEntry: prepare("INSERT INTO index_rows (index_id, key, row, ts) VALUES (?, ?, ?, ?)"),
    backfillEntry: prepare(
      "INSERT INTO index_rows (index_id, key, row, ts) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    keepEntry: prepare(
      `INSERT INTO index_history (index_id, key, to_ts, from_ts, row)
       SELECT index_id, key, ?, ts, row FROM index_rows WHERE index_id = ? AND key = ?`,
    ),
    removeEntry: prepare("DELETE FROM index_rows WHERE index_id = ? AND key = ?"),
    dropEntries: prepare(
      `DELETE FROM index_rows
       WHERE index_id = ?1 AND key IN (SELECT key FROM index_rows WHERE index_id = ?1 ORDER BY key LIMIT ?2)`,
    ),
    forgetBefore: prepare("UPDATE head SET history_from = max(history_from, ?)"),
    // Rowids ascend with to_ts, so the oldest stand in front.
    pruneDocuments: prepare(
      `DELETE FROM document_history
       WHERE rowid IN (SELECT rowid FROM (SELECT rowid, to_ts FROM document_history ORDER BY rowid LIMIT ?2) WHERE to_ts <= ?1)`,
    ),
    pruneEntries: prepare(
      `DELETE FROM index_history WHERE (index_id, key, to_ts) IN
       (SELECT index_id, key, to_ts FROM index_history WHERE to_ts <= ? ORDER BY to_ts LIMIT ?)`,
    ),
    freePages: prepare("PRAGMA freelist_count"),
    vacuum: prepare(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`),
  };
}

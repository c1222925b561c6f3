import type { DatabaseSync } from "node:sqlite";
import type { StoreCheck } from "../store.ts";
import { isCorruption } from "./sqlite-error.ts";

/** What one call of SQLite's own check tells at most. */
const MAX_INTEGRITY_PROBLEMS = 1000;

/** A check that is one statement, whose rows are what is wrong. */
interface Rule {
  readonly subject: string;
  readonly sql: string;
  readonly describe: (columns: Readonly<Record<string, number>>) => string;
}

const RULES: readonly Rule[] = [
  {
    subject: "the head of the store",
    sql: "SELECT * FROM head WHERE catalogue_ts > last_ts OR history_from > last_ts",
    describe: ({ last_ts, catalogue_ts, history_from }) =>
      `The newest commit is ${last_ts}, but the head names a catalogue of ${catalogue_ts} and history from ${history_from}.`,
  },
  {
    subject: "versions of documents",
    sql: `SELECT d.row, d.ts, h.last_ts, h.next_row FROM documents d CROSS JOIN head h
          WHERE d.ts > h.last_ts OR d.row >= h.next_row`,
    describe: ({ row, ts, last_ts, next_row }) =>
      `Document row ${row} has a version of ${ts}, but the newest commit is ${last_ts} and the next new row ${next_row}.`,
  },
  {
    // An index that is being removed may have entries without a document: no rule is broken by those.
    subject: "versions of index entries",
    sql: `SELECT i.index_id, i.row, i.ts, d.ts AS document_ts, h.last_ts
          FROM index_rows i CROSS JOIN head h LEFT JOIN documents d ON d.row = i.row
          WHERE i.ts > h.last_ts OR i.ts > d.ts`,
    describe: ({ index_id, row, ts, document_ts, last_ts }) =>
      `An entry of index ${index_id} has led to document row ${row} since ${ts}, but that version is of ${document_ts} and the newest commit ${last_ts}.`,
  },
  {
    // Each version ends where the next one begins.
    subject: "the history of documents",
    sql: `SELECT v.row, v.from_ts, v.to_ts, h.last_ts, h.next_row,
            coalesce((SELECT n.from_ts FROM document_history n WHERE n.row = v.row AND n.to_ts > v.to_ts ORDER BY n.to_ts LIMIT 1), d.ts) AS next_ts
          FROM document_history v CROSS JOIN head h LEFT JOIN documents d ON d.row = v.row
          WHERE v.from_ts >= v.to_ts OR v.to_ts > h.last_ts OR v.row >= h.next_row OR next_ts <> v.to_ts`,
    describe: ({ row, from_ts, to_ts, next_ts, last_ts }) =>
      `The history of document row ${row} has a version from ${from_ts} to ${to_ts}, followed by one from ${next_ts ?? "nowhere"}; the newest commit is ${last_ts}.`,
  },
  {
    // A key leads to one document at a time, and loses it in the commit that changes the document. Rows that nobody can
    // read any more are pruned from both histories, not at once.
    subject: "the history of index entries",
    sql: `SELECT e.index_id, e.row, e.from_ts, e.to_ts, h.last_ts,
            coalesce(
              (SELECT n.from_ts FROM index_history n WHERE n.index_id = e.index_id AND n.key = e.key AND n.to_ts > e.to_ts ORDER BY n.to_ts LIMIT 1),
              (SELECT i.ts FROM index_rows i WHERE i.index_id = e.index_id AND i.key = e.key)
            ) AS next_ts
          FROM index_history e CROSS JOIN head h
          WHERE e.from_ts >= e.to_ts OR e.to_ts > h.last_ts OR next_ts < e.to_ts OR
            (e.to_ts > h.history_from AND NOT EXISTS (SELECT 1 FROM document_history v WHERE v.row = e.row AND v.to_ts = e.to_ts))`,
    describe: ({ index_id, row, from_ts, to_ts, next_ts, last_ts }) =>
      `The history of index ${index_id} has an entry that led to document row ${row} from ${from_ts} to ${to_ts}, when that did not change or another entry (from ${next_ts ?? "nowhere"}) stood there; the newest commit is ${last_ts}.`,
  },
];

/** SQLite's own check: pages, their order, types, and each index against its table. */
export function integrityOf(database: DatabaseSync): StoreCheck {
  return {
    subject: "the structure of the file",
    *run() {
      try {
        for (const row of database.prepare(`PRAGMA integrity_check(${MAX_INTEGRITY_PROBLEMS})`).iterate()) {
          const text = String(Object.values(row)[0]);
          if (text !== "ok") yield `The file is damaged: ${text}.`;
        }
      } catch (error) {
        if (!isCorruption(error)) throw error;
        yield `The file is damaged: ${(error as Error).message}.`;
      }
    },
  };
}

export function checksOf(database: DatabaseSync): readonly StoreCheck[] {
  return RULES.map(({ subject, sql, describe }) => ({
    subject,
    *run() {
      for (const columns of database.prepare(sql).iterate()) {
        yield describe(columns as Record<string, number>);
      }
    },
  }));
}

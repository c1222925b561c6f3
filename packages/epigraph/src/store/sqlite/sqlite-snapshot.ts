import type { DatabaseSync, StatementSync } from "node:sqlite";
import { compareBytes } from "../../values/compare.ts";
import {
  type IndexEntry,
  type IndexId,
  type Order,
  type Snapshot,
  type StoredDocument,
  StoreError,
} from "../store.ts";
import type { Ticks } from "../ticks.ts";

type DocumentColumns = [row: number, tableId: number, ts: number, size: number, json: string];
type EntryColumns = [key: Uint8Array, ...DocumentColumns];
type OldEntryColumns = [key: Uint8Array, row: number];
type HeadColumns = [lastTs: number, catalogueTs: number, historyFrom: number];

const ENTRY =
  "SELECT i.key, d.row, d.table_id, d.ts, d.size, d.json FROM index_rows i JOIN documents d ON d.row = i.row";

/** One read connection with its prepared statements: holds at most one snapshot at a time. */
export class SnapshotConnection {
  readonly database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #head: StatementSync;
  readonly get: StatementSync;
  readonly #scans = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
    this.#begin = database.prepare("BEGIN");
    this.#end = database.prepare("COMMIT");
    this.#head = this.#prepare("SELECT last_ts, catalogue_ts, history_from FROM head");
    this.get = this.#prepare(`${ENTRY} WHERE i.index_id = ? AND i.key = ?`);
  }

  begin(): HeadColumns {
    this.#begin.run();
    // BEGIN alone takes no snapshot: this first read does.
    return this.#head.get() as unknown as HeadColumns;
  }

  end(): void {
    this.#end.run();
  }

  historyFrom(): Ticks {
    return (this.#head.get() as unknown as HeadColumns)[2];
  }

  /** Statement by its text, prepared once. */
  statement(sql: string): StatementSync {
    let statement = this.#scans.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      this.#scans.set(sql, statement);
    }
    return statement;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }
}

/** A snapshot of the newest state: reads live rows only. */
export class LiveSnapshot implements Snapshot {
  readonly ts: Ticks;
  readonly catalogueTs: Ticks;
  protected readonly connection: SnapshotConnection;
  readonly #release: () => void;

  constructor(connection: SnapshotConnection, head: HeadColumns, release: () => void) {
    this.connection = connection;
    this.ts = head[0];
    this.catalogueTs = head[1];
    this.#release = release;
  }

  get(index: IndexId, key: Uint8Array): StoredDocument | null {
    const columns = this.connection.get.get(index, key) as unknown as EntryColumns | undefined;
    return columns === undefined ? null : toDocument(columns);
  }

  scan(
    index: IndexId,
    start: Uint8Array,
    end: Uint8Array | null,
    order: Order,
    limit: number,
  ): readonly IndexEntry[] {
    const upper = end === null ? "" : " AND i.key < ?";
    const sql = `${ENTRY} WHERE i.index_id = ? AND i.key >= ?${upper} ORDER BY i.key ${order} LIMIT ?`;
    const statement = this.connection.statement(sql);
    const rows = (end === null
      ? statement.all(index, start, limit)
      : statement.all(index, start, end, limit)) as unknown as EntryColumns[];
    return rows.map((columns) => ({ key: columns[0], document: toDocument(columns) }));
  }

  close(): void {
    this.connection.end();
    this.#release();
  }
}

function toDocument(columns: EntryColumns): StoredDocument {
  return { row: columns[1], tableId: columns[2], ts: columns[3], size: columns[4], json: columns[5] };
}

/**
 * A snapshot of the past: live rows that are old enough, merged with the history of the same range. Both come from
 * one engine snapshot, so nothing can be pruned or moved between the two reads.
 */
export class PastSnapshot extends LiveSnapshot {
  constructor(connection: SnapshotConnection, head: HeadColumns, at: Ticks, release: () => void) {
    super(connection, [at, head[1], head[2]], release);
  }

  override get(index: IndexId, key: Uint8Array): StoredDocument | null {
    const next = new Uint8Array(key.length + 1);
    next.set(key);
    return this.scan(index, key, next, "asc", 1)[0]?.document ?? null;
  }

  override scan(
    index: IndexId,
    start: Uint8Array,
    end: Uint8Array | null,
    order: Order,
    limit: number,
  ): readonly IndexEntry[] {
    const upper = end === null ? "" : " AND key < ?";
    const bounds = end === null ? [start] : [start, end];
    const live = this.connection
      .statement(
        `SELECT key, row FROM index_rows WHERE index_id = ? AND key >= ?${upper} AND ts <= ? ORDER BY key ${order} LIMIT ?`,
      )
      .all(index, ...bounds, this.ts, limit) as unknown as OldEntryColumns[];
    const old = this.connection
      .statement(
        `SELECT key, row FROM index_history WHERE index_id = ? AND key >= ?${upper} AND from_ts <= ? AND to_ts > ? ORDER BY key ${order} LIMIT ?`,
      )
      .all(index, ...bounds, this.ts, this.ts, limit) as unknown as OldEntryColumns[];
    const sign = order === "asc" ? 1 : -1;
    // A key leads to one row at a time, so no key stands in both lists.
    return [...live, ...old]
      .sort((a, b) => sign * compareBytes(a[0], b[0]))
      .slice(0, limit)
      .map(([key, row]) => ({ key, document: this.#version(row) }));
  }

  #version(row: number): StoredDocument {
    const current = this.connection
      .statement("SELECT NULL, row, table_id, ts, size, json FROM documents WHERE row = ? AND ts <= ?")
      .get(row, this.ts) as unknown as EntryColumns | undefined;
    const columns =
      current ??
      (this.connection
        .statement(
          "SELECT NULL, row, table_id, from_ts, size, json FROM document_history WHERE row = ? AND from_ts <= ? AND to_ts > ?",
        )
        .get(row, this.ts, this.ts) as unknown as EntryColumns | undefined);
    if (columns === undefined) {
      throw new StoreError(
        "StoreCorrupt",
        `Row ${row} has no version at ${this.ts}. Stop the deployment and restore a backup.`,
      );
    }
    return toDocument(columns);
  }
}

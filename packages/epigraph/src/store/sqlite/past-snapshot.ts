import { compareBytes } from "../../values/compare.ts";
import {
  type DocumentRow,
  type IndexEntry,
  type IndexId,
  type Order,
  type Snapshot,
  type StoredDocument,
  StoreError,
} from "../store.ts";
import type { Ticks } from "../ticks.ts";
import type { SnapshotConnection } from "./snapshot-connection.ts";

type EntryColumns = [key: Uint8Array, row: number];
type VersionColumns = [json: string, tableId: number, ts: number, size: number];

/**
 * A snapshot of the past: live entries that are old enough, merged with the history of the same range. Both come from
 * one engine snapshot, so that nothing moves or is pruned between the two reads. Costs what changed in the range since.
 */
export class PastSnapshot implements Snapshot {
  readonly ts: Ticks;
  readonly catalogueTs: Ticks;
  readonly #connection: SnapshotConnection;
  readonly #release: () => void;

  /** @param release gives the connection back; called once. */
  constructor(ts: Ticks, catalogueTs: Ticks, connection: SnapshotConnection, release: () => void) {
    this.ts = ts;
    this.catalogueTs = catalogueTs;
    this.#connection = connection;
    this.#release = release;
  }

  get(index: IndexId, key: Uint8Array): StoredDocument | null {
    const columns = (this.#connection
      .statement("SELECT key, row FROM index_rows WHERE index_id = ? AND key = ? AND ts <= ?")
      .get(index, key, this.ts) ??
      this.#connection
        .statement(
          "SELECT key, row FROM index_history WHERE index_id = ? AND key = ? AND to_ts > ? AND from_ts <= ?",
        )
        .get(index, key, this.ts, this.ts)) as unknown as EntryColumns | undefined;
    return columns === undefined ? null : this.#versionOf(columns[1]);
  }

  scan(
    index: IndexId,
    start: Uint8Array,
    end: Uint8Array | null,
    order: Order,
    limit: number,
  ): readonly IndexEntry[] {
    const bound = end === null ? "" : " AND key < +?";
    const range = end === null ? [index, start] : [index, start, end];
    const select = (table: string, valid: string): string =>
      `SELECT key, row FROM ${table} WHERE index_id = +? AND key >= +?${bound} AND ${valid} ORDER BY key ${order} LIMIT +?`;
    const live = this.#connection
      .statement(select("index_rows", "ts <= +?"))
      .all(...range, this.ts, limit) as unknown as EntryColumns[];
    const past = this.#connection
      .statement(select("index_history", "to_ts > +? AND from_ts <= +?"))
      .all(...range, this.ts, this.ts, limit) as unknown as EntryColumns[];
    const merged = past.length === 0 ? live : merge(live, past, order, limit);
    return merged.map(([key, row]) => ({ key, document: this.#versionOf(row) }));
  }

  close(): void {
    this.#release();
  }

  #versionOf(row: DocumentRow): StoredDocument {
    const columns = (this.#connection
      .statement("SELECT json, table_id, ts, size FROM documents WHERE row = ? AND ts <= ?")
      .get(row, this.ts) ??
      this.#connection
        .statement(
          "SELECT json, table_id, from_ts, size FROM document_history WHERE row = ? AND to_ts > ? AND from_ts <= ?",
        )
        .get(row, this.ts, this.ts)) as unknown as VersionColumns | undefined;
    if (columns === undefined) {
      throw new StoreError(
        "StoreCorrupt",
        `Document row ${row} has an index entry but no version at ${this.ts}. Stop the deployment and restore a backup.`,
      );
    }
    const [json, tableId, ts, size] = columns;
    return { row, tableId, ts, size, json };
  }
}

/** At any instant a key leads to one row at most, so no key stands in both lists. */
function merge(
  live: readonly EntryColumns[],
  past: readonly EntryColumns[],
  order: Order,
  limit: number,
): readonly EntryColumns[] {
  const first = order === "asc" ? -1 : 1;
  const merged: EntryColumns[] = [];
  let i = 0;
  let j = 0;
  while (merged.length < limit && (i < live.length || j < past.length)) {
    const a = live[i];
    const b = past[j];
    if (b === undefined || (a !== undefined && compareBytes(a[0], b[0]) === first)) {
      merged.push(a!);
      i++;
    } else {
      merged.push(b);
      j++;
    }
  }
  return merged;
}

import type { Snapshot } from "../../store/store.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { Table } from "../catalogue/table.ts";
import { shareOfIds } from "../schema/schema-progress.ts";

/** Size of a table. */
export interface TableEstimate {
  /** Exact for tables that were read to their end. */
  readonly documents: number;
  /** By the value arithmetic. */
  readonly bytes: number;
}

const PAGE_ROWS = 1024;
/** So many rows are read at most: a few tens of milliseconds. */
const MAX_ROWS = 16 * PAGE_ROWS;

/**
 * Counts a table's documents and their bytes; where they are many, those in front, from which the rest follows, for ids
 * are random.
 */
export function estimateTable(snapshot: Snapshot, table: Table): TableEstimate {
  let [documents, bytes] = [0, 0];
  let start: Uint8Array = new Uint8Array(0);
  while (documents < MAX_ROWS) {
    const page = snapshot.scan(table.byId.id, start, null, "asc", PAGE_ROWS);
    for (const { document } of page) bytes += document.size;
    documents += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return { documents, bytes };
    start = keySuccessor(last.key);
  }
  const share = Math.max(shareOfIds(start), Number.EPSILON);
  return { documents: Math.round(documents / share), bytes: Math.round(bytes / share) };
}

import { decodeValue } from "../../values/encoded-json.ts";
import { decodeId } from "../../values/id.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { IndexDocument } from "../catalogue/catalogue-documents.ts";
import { documentKey } from "../catalogue/index-keys.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import type { Database } from "../database.ts";
import { DatabaseError } from "../database-error.ts";
import { patchSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";

const SOURCE = "index backfill";
const PAGE_ROWS = 256;
const FIRST_KEY: Uint8Array = new Uint8Array(0);

/**
 * Fills the indexes of a component that are being built and that `select` accepts, then marks them as filled. Writes
 * keep a new index from the commit that made it; what was there before is added here, page by page in the order of
 * ids. Each page is a transaction that has read its part of the table, so that one which raced with a write is done
 * again, with fresh keys. Interrupted, it starts anew: entries that exist are passed over.
 */
export async function backfillIndexes(
  database: Database,
  component: string,
  select: (table: Table, index: TableIndex) => boolean,
): Promise<void> {
  const wanted = database.read(({ catalogue }) =>
    Array.from(catalogue.namespace(component).tables).flatMap((table) =>
      table.indexes
        .filter((index) => index.state === "backfilling" && select(table, index))
        .map((index) => ({ tableName: table.name, indexId: index.id })),
    ),
  );
  for (const { tableName, indexId } of wanted) await fill(database, component, tableName, indexId);
  await database.write(SOURCE, (transaction) => {
    for (const { tableName, indexId } of wanted) {
      const index = findBackfilling(transaction, component, tableName, indexId)?.index;
      if (index?.documentId === null || index?.documentId === undefined) continue;
      patchSystemDocument<IndexDocument>(transaction, "_indexes", index.documentId, { state: "backfilled" });
    }
  });
}

async function fill(
  database: Database,
  component: string,
  tableName: string,
  indexId: number,
): Promise<void> {
  let start: Uint8Array | null = FIRST_KEY;
  let rows = PAGE_ROWS;
  while (start !== null) {
    const from: Uint8Array = start;
    try {
      start = await database.write(SOURCE, (transaction) => {
        const found = findBackfilling(transaction, component, tableName, indexId);
        return found === null ? null : fillPage(transaction, found.table, found.index, from, rows);
      });
      rows = Math.min(rows * 2, PAGE_ROWS);
    } catch (error) {
      // A part of the table that is written to all the time is taken in smaller bites.
      if (!isConflict(error) || rows === 1) throw error;
      rows = Math.max(1, rows >> 2);
    }
  }
}

/** Adds the entries of one page; returns where the next one starts, null at the end. */
function fillPage(
  transaction: Transaction,
  table: Table,
  index: TableIndex,
  start: Uint8Array,
  rows: number,
): Uint8Array | null {
  const { snapshot } = transaction;
  const page = snapshot.scan(table.byId.id, start, null, "asc", rows);
  const last = page.length < rows ? undefined : page.at(-1);
  const next = last === undefined ? null : keySuccessor(last.key);
  transaction.addReadRange(table.byId, { start, end: next });
  for (const { document } of page) {
    const value = decodeValue(JSON.parse(document.json)) as ObjectValue;
    const key = documentKey(index, value, decodeId(value["_id"] as string).internalId);
    // A document written since the index was made has its entry.
    if (snapshot.get(index.id, key) !== null) continue;
    transaction.addBackfill({ index: index.id, key, row: document.row, ts: document.ts });
  }
  return next;
}

function findBackfilling(
  { catalogue }: Transaction,
  component: string,
  tableName: string,
  indexId: number,
): { readonly table: Table; readonly index: TableIndex } | null {
  const table = catalogue.namespace(component).table(tableName);
  const index = table?.indexes.find(({ id }) => id === indexId);
  return table === null || index?.state !== "backfilling" ? null : { table, index };
}

function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === "OptimisticConcurrencyControlFailure";
}

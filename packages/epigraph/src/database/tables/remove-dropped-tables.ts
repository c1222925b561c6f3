import { decodeValue } from "../../values/encoded-json.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { AsideTable } from "../catalogue/catalogue.ts";
import type { IndexDocument } from "../catalogue/catalogue-documents.ts";
import { dropTable } from "../catalogue/create-table.ts";
import type { Table } from "../catalogue/table.ts";
import type { Database } from "../database.ts";
import {
  allSystemDocuments,
  deleteSystemDocument,
  patchSystemDocument,
} from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { DocumentVersion } from "../transaction/write-set.ts";

const SOURCE = "table removal";
const PAGE_ROWS = 128;
const FIRST_KEY: Uint8Array = new Uint8Array(0);

/**
 * Removes the documents of tables that were dropped, page by page, then the tables themselves. Reads of the past still
 * find everything, as after any other delete. Interrupted, it goes on where it was. The indexes are dropped, for a load
 * that ended early may have left entries in them that lead to nothing.
 * @param pause between two pages, so that others are served.
 */
export async function removeDroppedTables(database: Database, pause: () => Promise<void>): Promise<void> {
  for (const table of asideTables(database, "dropped")) {
    // Nobody else writes there: what is behind is empty, but for entries that lead to nothing.
    for (let from: Uint8Array | null = FIRST_KEY; from !== null; ) {
      from = await removePage(database, table, from);
      if (from !== null) await pause();
    }
    await database.write(SOURCE, (transaction) => forgetTable(transaction, table));
  }
}

/** Drops tables that an import was filling which has ended without making them active: the process was killed. */
export async function dropHiddenTables(database: Database): Promise<void> {
  if (asideTables(database, "hidden").length === 0) return;
  await database.write(SOURCE, (transaction) => {
    for (const { table, state } of transaction.catalogue.asideTables.values()) {
      if (state === "hidden") dropTable(transaction, table);
    }
  });
}

function asideTables(database: Database, wanted: AsideTable["state"]): readonly Table[] {
  const all = database.read(({ catalogue }) => [...catalogue.asideTables.values()]);
  return all.filter(({ state }) => state === wanted).map(({ table }) => table);
}

/** @returns where there may be more, null: nowhere. */
function removePage(database: Database, table: Table, from: Uint8Array): Promise<Uint8Array | null> {
  return database.write(SOURCE, (transaction) => {
    const page = transaction.snapshot.scan(table.byId.id, from, null, "asc", PAGE_ROWS);
    for (const { key: internalId, document } of page) {
      const value = decodeValue(JSON.parse(document.json)) as ObjectValue;
      const version = new DocumentVersion(document.json, document.size, value);
      const base = { row: document.row, ts: document.ts, version };
      transaction.write({ table, id: value["_id"] as string, internalId, base, version: null });
    }
    const last = page.at(-1);
    return last === undefined || page.length < PAGE_ROWS ? null : keySuccessor(last.key);
  });
}

function forgetTable(transaction: Transaction, { id, documentId }: Table): void {
  for (const index of allSystemDocuments<IndexDocument>(transaction, "_indexes")) {
    if (index.tableId !== id) continue;
    patchSystemDocument<IndexDocument>(transaction, "_indexes", index._id, { state: "dropped" });
  }
  deleteSystemDocument(transaction, "_tables", documentId as string);
}

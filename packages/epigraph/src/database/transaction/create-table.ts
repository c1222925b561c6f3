import { checkTableName } from "../../values/names.ts";
import { type Catalogue, type IndexInfo, indexInfo, type TableInfo } from "../catalogue/catalogue.ts";
import {
  FIRST_USER_INDEX_ID,
  FIRST_USER_TABLE_ID,
  FIRST_USER_TABLE_NUMBER,
} from "../catalogue/system-tables.ts";
import { DatabaseError } from "../database-error.ts";
import type { Transaction } from "./transaction.ts";

const MAX_TABLES = 10_000;

/** Writes the rows of a new user table. Two transactions that both create one conflict through the catalogue. */
export function createTable(tx: Transaction, catalogue: Catalogue, name: string): TableInfo {
  checkTableName(name);
  const users = catalogue.tables.filter((table) => !table.system);
  if (users.length >= MAX_TABLES)
    throw new DatabaseError("TooManyTables", "Number of tables cannot exceed 10000.");
  const used = new Set(users.map((table) => table.number));
  let number = FIRST_USER_TABLE_NUMBER;
  while (used.has(number)) number++;
  const tableId = Math.max(FIRST_USER_TABLE_ID - 1, ...users.map((table) => table.tableId)) + 1;
  const firstIndex = nextIndexId(catalogue);
  tx.insertSystem("_tables", { tableId, name, number, component: "" });
  const row = (indexId: number, indexName: string): IndexInfo => {
    const rowId = tx.insertSystem("_indexes", {
      indexId,
      tableId,
      name: indexName,
      fields: [],
      state: "enabled",
      staged: false,
    });
    return indexInfo(rowId, indexId, indexName, [], "enabled");
  };
  const indexes = [row(firstIndex, "by_id"), row(firstIndex + 1, "by_creation_time")] as const;
  return {
    tableId,
    name,
    number,
    component: "",
    system: false,
    indexes,
    byId: indexes[0],
    byCreationTime: indexes[1],
  };
}

/** Index ids are never reused, so this looks at every index the catalogue knows. */
export function nextIndexId(catalogue: Catalogue): number {
  let last = FIRST_USER_INDEX_ID - 1;
  for (const table of catalogue.tables)
    for (const index of table.indexes) last = Math.max(last, index.indexId);
  return last + 1;
}

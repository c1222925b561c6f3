import { DatabaseError } from "../database-error.ts";
import {
  allSystemDocuments,
  insertSystemDocument,
  patchSystemDocument,
} from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { CountersDocument, IndexDocument, TableDocument } from "./catalogue-documents.ts";
import { FIRST_USER_INDEX_ID, FIRST_USER_TABLE_ID, MAX_USER_TABLES } from "./system-tables.ts";
import { BY_CREATION_TIME, BY_ID, makeIndex, makeTable, type Table, type TableIndex } from "./table.ts";

/**
 * Makes an empty user table as part of a transaction, which sees it at once. Two transactions that both make a table
 * conflict, because each changes the catalogue.
 * @param name already checked.
 * @param number that its ids are to have, one that no other table has; any free one where left out.
 * @throws DatabaseError `TooManyTables`.
 */
export function createTable(
  transaction: Transaction,
  component: string,
  name: string,
  number: number = transaction.catalogue.namespace(component).freeTableNumber(),
): Table {
  const { catalogue } = transaction;
  if (catalogue.userTableCount >= MAX_USER_TABLES) {
    throw new DatabaseError("TooManyTables", `Number of tables cannot exceed ${MAX_USER_TABLES}.`);
  }
  const namespace = catalogue.namespace(component);
  const id = takeIdentities(transaction, "nextTableId", 1);
  const document: TableDocument = { tableId: id, name, number, component, state: "active" };
  const documentId = insertSystemDocument(transaction, "_tables", document);
  const firstIndexId = takeIdentities(transaction, "nextIndexId", 2);
  const indexes = [BY_ID, BY_CREATION_TIME].map((indexName, position) =>
    insertIndex(transaction, {
      indexId: firstIndexId + position,
      tableId: id,
      name: indexName,
      fields: [],
      state: "enabled",
      staged: false,
    }),
  );
  const table = makeTable({ id, name, number, component, access: "user", indexes, documentId });
  transaction.setCatalogue(catalogue.withNamespace(namespace.withTable(table)));
  return table;
}

/**
 * Makes an empty table that nobody sees, to be filled by one who writes to nothing else.
 * @param indexes beside the two that every table has; the same as those of the table that it is going to replace.
 */
export function createHiddenTable(
  transaction: Transaction,
  { component, name, number, indexes }: Pick<Table, "component" | "name" | "number" | "indexes">,
): Table {
  const id = takeIdentities(transaction, "nextTableId", 1);
  const document: TableDocument = { tableId: id, name, number, component, state: "hidden" };
  const documentId = insertSystemDocument(transaction, "_tables", document);
  const own = indexes.filter((index) => index.name !== BY_ID && index.name !== BY_CREATION_TIME);
  const always = [BY_ID, BY_CREATION_TIME].map((indexName) => ({
    name: indexName,
    fields: [],
    state: "enabled" as const,
    staged: false,
  }));
  const firstIndexId = takeIdentities(transaction, "nextIndexId", always.length + own.length);
  const made = [...always, ...own].map(({ name: indexName, fields, state, staged }, position) =>
    insertIndex(transaction, {
      indexId: firstIndexId + position,
      tableId: id,
      name: indexName,
      fields: [...fields],
      state,
      staged,
    }),
  );
  return makeTable({ id, name, number, component, access: "aside", indexes: made, documentId });
}

/** Makes a hidden table one that everybody sees, in the place of the one of its name, if there is one. */
export function activateHiddenTable(transaction: Transaction, table: Table): void {
  const { catalogue } = transaction;
  const replaced = catalogue.namespace(table.component).table(table.name);
  if (replaced !== null) dropTable(transaction, replaced);
  patchSystemDocument<TableDocument>(transaction, "_tables", table.documentId as string, { state: "active" });
}

/** From the commit on nobody sees the table. Its documents are removed later, by `removeDroppedTables`. */
export function dropTable(transaction: Transaction, { documentId }: Table): void {
  patchSystemDocument<TableDocument>(transaction, "_tables", documentId as string, { state: "dropped" });
}

/** Writes down a new index that is still to be filled. The transaction itself must not write to its table. */
export function createIndex(
  transaction: Transaction,
  table: Table,
  definition: { readonly name: string; readonly fields: readonly string[]; readonly staged: boolean },
): TableIndex {
  return insertIndex(transaction, {
    indexId: takeIdentities(transaction, "nextIndexId", 1),
    tableId: table.id,
    name: definition.name,
    fields: [...definition.fields],
    state: "backfilling",
    staged: definition.staged,
  });
}

function insertIndex(
  transaction: Transaction,
  document: IndexDocument & { readonly state: TableIndex["state"] },
): TableIndex {
  const documentId = insertSystemDocument(transaction, "_indexes", document);
  const { indexId: id, name, fields, state, staged } = document;
  return makeIndex({ id, name, fields, state, staged, documentId });
}

/** The first of some identities that nobody ever had and nobody else will get. */
function takeIdentities(transaction: Transaction, counter: keyof CountersDocument, count: number): number {
  const [row] = allSystemDocuments<CountersDocument>(transaction, "_counters");
  if (row === undefined) {
    const fresh = { nextTableId: FIRST_USER_TABLE_ID, nextIndexId: FIRST_USER_INDEX_ID };
    insertSystemDocument<CountersDocument>(transaction, "_counters", {
      ...fresh,
      [counter]: fresh[counter] + count,
    });
    return fresh[counter];
  }
  patchSystemDocument<CountersDocument>(transaction, "_counters", row._id, {
    [counter]: row[counter] + count,
  });
  return row[counter];
}

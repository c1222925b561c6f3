import type { SchemaDocument } from "../catalogue/catalogue-documents.ts";
import { createIndex, createTable } from "../catalogue/create-table.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import {
  allSystemDocuments,
  deleteSystemDocument,
  insertSystemDocument,
} from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { IndexSchema, Schema } from "./schema.ts";

/**
 * Writes down a schema that shall become active: its tables, its indexes (to be filled), and itself as pending. From
 * the commit on writes are checked against it too, and keep its indexes. A schema that is active or pending already
 * is used again; another one that was on its way is overwritten.
 * @returns the `_schemas` document; null when the app has no schema.
 */
export function submitSchema(
  transaction: Transaction,
  component: string,
  schema: Schema | null,
): string | null {
  for (const [name, { indexes }] of schema?.tables ?? []) {
    const table =
      transaction.catalogue.namespace(component).table(name) ?? createTable(transaction, component, name);
    for (const index of indexes) {
      if (findDeclaredIndex(table, index) === null) createIndex(transaction, table, index);
    }
  }
  const { activeSchema, pendingSchema } = transaction.catalogue.namespace(component);
  if (schema !== null && pendingSchema?.schema.json === schema.json) return pendingSchema.documentId;
  removeUnfinished(transaction, component);
  if (schema === null) return null;
  if (activeSchema?.schema.json === schema.json) return activeSchema.documentId;
  return insertSystemDocument<SchemaDocument>(transaction, "_schemas", {
    component,
    state: "pending",
    schema: schema.json,
    error: null,
    tableName: null,
  });
}

/** The index of a table that has the declared name and fields, whatever its state. */
export function findDeclaredIndex(table: Table, declared: IndexSchema): TableIndex | null {
  return table.indexes.find((index) => isSameIndex(index, declared)) ?? null;
}

export function isSameIndex(index: TableIndex, declared: IndexSchema): boolean {
  return (
    index.name === declared.name &&
    index.fields.length === declared.fields.length &&
    index.fields.every((field, i) => field === declared.fields[i])
  );
}

/** A push whose schema is gone finds that it was overwritten. Failed ones have told their push long ago. */
function removeUnfinished(transaction: Transaction, component: string): void {
  for (const document of allSystemDocuments<SchemaDocument>(transaction, "_schemas")) {
    if (document.component === component && document.state !== "active") {
      deleteSystemDocument(transaction, "_schemas", document._id);
    }
  }
}

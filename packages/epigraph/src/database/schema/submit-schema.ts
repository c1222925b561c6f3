import type { SchemaDocument } from "../catalogue/catalogue-documents.ts";
import { createIndex, createTable } from "../catalogue/create-table.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import { insertSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { abandonUnfinished } from "./abandon-unfinished.ts";
import { findDeclaredIndex, type Schema } from "./schema.ts";

/** A schema that has been written down. */
export interface SubmittedSchema {
  /** The `_schemas` document; null when the app has no schema. */
  readonly documentId: string | null;
  /** The schema that documents matched at that moment: from then on writes are checked against the new one too. */
  readonly active: Schema | null;
  /** True when nothing is left to be checked: it is active already, or an earlier push has checked it. */
  readonly isValidated: boolean;
}

/**
 * Writes down a schema that shall become active: its tables, its indexes (to be filled), and itself as pending. From
 * the commit on writes are checked against it too, and keep its indexes. A schema that is active or pending already
 * is used again, with what was filled for it; another one that was on its way is overwritten.
 */
export function submitSchema(
  transaction: Transaction,
  component: string,
  schema: Schema | null,
): SubmittedSchema {
  abandonUnfinished(transaction, component, schema);
  const { activeSchema, pendingSchema } = transaction.catalogue.namespace(component);
  const active = activeSchema?.schema ?? null;
  if (schema === null) return { documentId: null, active, isValidated: true };
  createMissing(transaction, component, schema);
  if (active?.json === schema.json) {
    return { documentId: activeSchema?.documentId ?? null, active, isValidated: true };
  }
  if (pendingSchema?.schema.json === schema.json) {
    return {
      documentId: pendingSchema.documentId,
      active,
      isValidated: pendingSchema.state === "validated",
    };
  }
  const documentId = insertSystemDocument<SchemaDocument>(transaction, "_schemas", {
    component,
    state: "pending",
    schema: schema.json,
    error: null,
    tableName: null,
  });
  return { documentId, active, isValidated: false };
}

function createMissing(transaction: Transaction, component: string, schema: Schema): void {
  for (const [name, { indexes }] of schema.tables) {
    const table: Table =
      transaction.catalogue.namespace(component).table(name) ?? createTable(transaction, component, name);
    for (const declared of indexes) {
      const index: TableIndex | null = findDeclaredIndex(table, declared);
      if (index === null) createIndex(transaction, table, declared);
    }
  }
}

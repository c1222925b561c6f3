import type { IndexDocument, SchemaDocument } from "../catalogue/catalogue-documents.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import { DatabaseError } from "../database-error.ts";
import {
  deleteSystemDocument,
  getSystemDocument,
  patchSystemDocument,
} from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { dropIndex } from "./abandon-unfinished.ts";
import { declarationOf, type IndexSchema, type Schema } from "./schema.ts";

/**
 * Makes a submitted schema the active one, enables its indexes and drops those it does not declare, as part of the
 * transaction that swaps the code. Another schema that is on its way loses its indexes, and so it is overwritten.
 * @param documentId from `submitSchema`; null when the app has no schema.
 * @throws DatabaseError `SchemaAlreadyFailed`, `SchemaAlreadyOverwritten`, `SchemaNotValidated` or `IndexBackfillingError`.
 */
export function activateSchema(
  transaction: Transaction,
  component: string,
  schema: Schema | null,
  documentId: string | null,
): void {
  const { activeSchema, pendingSchema, tables } = transaction.catalogue.namespace(component);
  if (documentId !== null && documentId !== activeSchema?.documentId) {
    checkValidated(getSystemDocument<SchemaDocument>(transaction, "_schemas", documentId));
    patchSystemDocument<SchemaDocument>(transaction, "_schemas", documentId, { state: "active" });
  }
  for (const other of [activeSchema, pendingSchema]) {
    if (other === null || other.documentId === documentId) continue;
    deleteSystemDocument(transaction, "_schemas", other.documentId);
  }
  for (const table of tables) {
    for (const index of table.indexes) {
      const declared = declarationOf(schema, table, index);
      if (declared === null) dropIndex(transaction, index);
      else settleIndex(transaction, table, index, declared);
    }
  }
}

function checkValidated(document: SchemaDocument | null): void {
  if (document === null) {
    throw new DatabaseError("SchemaAlreadyOverwritten", "Schema has already been overwritten.");
  }
  if (document.state === "failed") {
    throw new DatabaseError(
      "SchemaAlreadyFailed",
      `Schema has already been failed with error: ${document.error}`,
    );
  }
  if (document.state === "pending") {
    throw new DatabaseError("SchemaNotValidated", "Schema has not been validated yet.");
  }
}

function settleIndex(
  transaction: Transaction,
  table: Table,
  index: TableIndex,
  { staged }: IndexSchema,
): void {
  if (!staged && index.state === "backfilling") {
    throw new DatabaseError(
      "IndexBackfillingError",
      `Index ${table.name}.${index.name} is currently backfilling and not available to query yet.`,
    );
  }
  // What was filled stays filled: to stage an index, and to take the mark away later, costs nothing.
  const stagedState = index.state === "enabled" ? "backfilled" : index.state;
  patchSystemDocument<IndexDocument>(transaction, "_indexes", index.documentId as string, {
    staged,
    state: staged ? stagedState : "enabled",
  });
}

import type { IndexDocument, SchemaDocument } from "../catalogue/catalogue-documents.ts";
import { BY_CREATION_TIME, BY_ID, type Table, type TableIndex } from "../catalogue/table.ts";
import { DatabaseError } from "../database-error.ts";
import {
  deleteSystemDocument,
  getSystemDocument,
  patchSystemDocument,
} from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { Schema } from "./schema.ts";
import { isSameIndex } from "./submit-schema.ts";

/**
 * Makes a submitted schema the active one, enables its indexes and drops those it does not declare, as part of the
 * transaction that swaps the code.
 * @param documentId from `submitSchema`; null when the app has no schema.
 * @throws DatabaseError `SchemaAlreadyFailed`, `SchemaAlreadyOverwritten`, `SchemaNotValidated` or `IndexBackfillingError`.
 */
export function activateSchema(
  transaction: Transaction,
  component: string,
  schema: Schema | null,
  documentId: string | null,
): void {
  const namespace = transaction.catalogue.namespace(component);
  const previous = namespace.activeSchema?.documentId ?? null;
  if (documentId !== null && documentId !== previous) {
    checkValidated(getSystemDocument<SchemaDocument>(transaction, "_schemas", documentId));
    patchSystemDocument<SchemaDocument>(transaction, "_schemas", documentId, { state: "active" });
  }
  if (previous !== null && previous !== documentId) deleteSystemDocument(transaction, "_schemas", previous);
  for (const table of namespace.tables) {
    for (const index of table.indexes) {
      if (index.name === BY_ID || index.name === BY_CREATION_TIME) continue;
      settleIndex(transaction, table, index, schema);
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

function settleIndex(transaction: Transaction, table: Table, index: TableIndex, schema: Schema | null): void {
  const declared = schema?.tables.get(table.name)?.indexes.find((candidate) => isSameIndex(index, candidate));
  const set = (fields: Partial<IndexDocument>): void => {
    if (index.documentId === null) return;
    patchSystemDocument<IndexDocument>(transaction, "_indexes", index.documentId, fields);
  };
  if (declared === undefined) {
    set({ state: "dropped" });
  } else if (declared.staged) {
    // What was filled stays filled: to take the mark away later costs nothing.
    set({ staged: true, state: index.state === "enabled" ? "backfilled" : index.state });
  } else if (index.state === "backfilling") {
    throw new DatabaseError(
      "IndexBackfillingError",
      `Index ${table.name}.${index.name} is currently backfilling and not available to query yet.`,
    );
  } else {
    set({ staged: false, state: "enabled" });
  }
}

import type { IndexDocument, SchemaDocument } from "../catalogue/catalogue-documents.ts";
import { BY_CREATION_TIME, BY_ID, type TableIndex } from "../catalogue/table.ts";
import {
  allSystemDocuments,
  deleteSystemDocument,
  patchSystemDocument,
} from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { declarationOf, type Schema } from "./schema.ts";

/**
 * Drops what a push that never came to its end has left: its schema and the indexes it began, which every write keeps
 * as long as they are there. A push whose schema is gone finds that it was overwritten; one that failed has been told.
 * So neither `failed` nor `overwritten` schemas are kept for anybody to read.
 * @param next the schema that is about to be submitted: what it needs as well is left alone. Null when there is none.
 */
export function abandonUnfinished(transaction: Transaction, component: string, next: Schema | null): void {
  for (const document of allSystemDocuments<SchemaDocument>(transaction, "_schemas")) {
    if (document.component !== component || document.state === "active") continue;
    if (document.state !== "failed" && document.schema === next?.json) continue;
    deleteSystemDocument(transaction, "_schemas", document._id);
  }
  const namespace = transaction.catalogue.namespace(component);
  const active = namespace.activeSchema?.schema ?? null;
  for (const table of namespace.tables) {
    for (const index of table.indexes) {
      const isWanted = [active, next].some((schema) => declarationOf(schema, table, index) !== null);
      if (!isWanted) dropIndex(transaction, index);
    }
  }
}

/** From the commit on writes keep the index no more. Its entries are removed later, by `forgetDroppedIndexes`. */
export function dropIndex(transaction: Transaction, { documentId, name }: TableIndex): void {
  if (documentId === null || name === BY_ID || name === BY_CREATION_TIME) return;
  patchSystemDocument<IndexDocument>(transaction, "_indexes", documentId, { state: "dropped" });
}

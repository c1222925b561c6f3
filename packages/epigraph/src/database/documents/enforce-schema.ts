import type { ObjectValue } from "../../values/value.ts";
import type { SchemaDocument } from "../catalogue/catalogue-documents.ts";
import type { Table } from "../catalogue/table.ts";
import { DatabaseError } from "../database-error.ts";
import { enforcedValidator } from "../schema/schema.ts";
import { patchSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";

/**
 * Checks a document that is about to be written against the active schema, and against the one that a push is
 * checking: a document that only the latter forbids is written all the same, and fails that push.
 * @param fields without `_id` and `_creationTime`.
 * @throws DatabaseError `SchemaEnforcementError`.
 */
export function enforceSchema(transaction: Transaction, table: Table, fields: ObjectValue): void {
  const namespace = transaction.catalogue.namespace(table.component);
  const { activeSchema, pendingSchema } = namespace;
  if (activeSchema !== null) {
    const failure = enforcedValidator(activeSchema.schema, table.name)?.check(fields, namespace);
    if (failure !== null && failure !== undefined) {
      throw new DatabaseError(
        "SchemaEnforcementError",
        `Failed to insert or update a document in table "${table.name}" because it does not match the schema: ${failure.text}`,
      );
    }
  }
  if (pendingSchema === null) return;
  const failure = enforcedValidator(pendingSchema.schema, table.name)?.check(fields, namespace);
  if (failure === null || failure === undefined) return;
  patchSystemDocument<SchemaDocument>(transaction, "_schemas", pendingSchema.documentId, {
    state: "failed",
    error: `New document in table "${table.name}" does not match the schema: ${failure.text}`,
    tableName: table.name,
  });
  transaction.setCatalogue(transaction.catalogue.withNamespace(namespace.withoutPendingSchema()));
}

import { validateDocument } from "../../values/validate.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { DatabaseError } from "../database-error.ts";

/** Refuses a document that the active schema does not allow. */
export function enforceSchema(catalogue: Catalogue, tableName: string, document: ObjectValue): void {
  const schema = catalogue.activeSchema;
  if (schema === null || !schema.validation) return;
  const validator = schema.documents.get(tableName);
  if (validator === undefined) return;
  const failure = validateDocument(validator.json, document, catalogue);
  if (failure !== null) {
    throw new DatabaseError(
      "SchemaEnforcementError",
      `Failed to insert or update a document in table "${tableName}" because it does not match the schema: ${failure.text}`,
    );
  }
}

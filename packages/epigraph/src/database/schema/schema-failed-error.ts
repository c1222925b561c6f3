import { DatabaseError } from "../database-error.ts";

/** A document does not match the schema that is being pushed. */
export class SchemaFailedError extends DatabaseError {
  /** Table of the document, where it is known. */
  readonly tableName: string | null;

  constructor(message: string, tableName: string | null) {
    super("SchemaValidationFailed", message);
    this.tableName = tableName;
  }
}

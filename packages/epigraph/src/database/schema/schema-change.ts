import type { SchemaDocument } from "../catalogue/catalogue-documents.ts";
import type { Database } from "../database.ts";
import { DatabaseError } from "../database-error.ts";
import { getSystemDocument, patchSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { activateSchema } from "./activate-schema.ts";
import { backfillIndexes } from "./backfill-indexes.ts";
import { parseSchema } from "./parse-schema.ts";
import { declarationOf, type Schema } from "./schema.ts";
import type { SchemaProgressListener } from "./schema-progress.ts";
import { submitSchema } from "./submit-schema.ts";
import { type SchemaViolation, validateDocuments } from "./validate-documents.ts";

const SOURCE = "schema push";

/**
 * The way of a schema from a push to being active:
 *
 *     parsed -> pending -> validated -> active
 *                  \-> failed (a document, old or new, does not match)
 *                  \-> overwritten (another push submitted another schema)
 *
 * Until it is active the old schema holds, and old code runs on old indexes. A push that ends on the way leaves its
 * schema and its indexes to the next one: `abandonUnfinished` drops what that has no use for.
 */
export class SchemaChange {
  readonly #database: Database;
  readonly #component: string;
  readonly #schema: Schema | null;
  #documentId: string | null = null;

  /**
   * @param schemaJson what the app's schema module exported, null when it has none.
   * @throws DatabaseError or ValueError when the schema itself is wrong.
   */
  constructor(database: Database, component: string, schemaJson: string | null) {
    this.#database = database;
    this.#component = component;
    this.#schema = schemaJson === null ? null : parseSchema(schemaJson);
  }

  /**
   * Everything that may take long: makes tables, checks the documents that exist, fills new indexes but staged ones.
   * @throws DatabaseError `SchemaValidationFailed` naming the document, or `SchemaAlreadyOverwritten`.
   */
  async prepare(onProgress: SchemaProgressListener = () => {}): Promise<void> {
    const schema = this.#schema;
    const { documentId, active, isValidated } = await this.#database.write(SOURCE, (transaction) =>
      submitSchema(transaction, this.#component, schema),
    );
    this.#documentId = documentId;
    if (schema === null) return;
    if (!isValidated) {
      await this.#settleValidation(
        await validateDocuments(this.#database, this.#component, schema, active, onProgress),
      );
    }
    await backfillIndexes(
      this.#database,
      this.#component,
      (table, index) => declarationOf(schema, table, index)?.staged === false,
      onProgress,
    );
  }

  /**
   * Makes the schema active and swaps indexes, inside the transaction that swaps the code.
   * @throws DatabaseError `SchemaAlreadyFailed` when a document written meanwhile did not match, `SchemaAlreadyOverwritten`.
   */
  activate(transaction: Transaction): void {
    activateSchema(transaction, this.#component, this.#schema, this.#documentId);
  }

  async #settleValidation(violation: SchemaViolation | null): Promise<void> {
    const id = this.#documentId as string;
    const document = await this.#database.write(SOURCE, (transaction) => {
      const found = getSystemDocument<SchemaDocument>(transaction, "_schemas", id);
      if (found?.state !== "pending") return found;
      const fields: Partial<SchemaDocument> =
        violation === null
          ? { state: "validated" }
          : { state: "failed", error: violation.text, tableName: violation.tableName };
      patchSystemDocument<SchemaDocument>(transaction, "_schemas", id, fields);
      return { ...found, ...fields };
    });
    if (document === null) {
      throw new DatabaseError("SchemaAlreadyOverwritten", "Schema was overwritten by another push.");
    }
    if (document.state === "failed") {
      throw new DatabaseError("SchemaValidationFailed", document.error ?? "Schema validation failed.");
    }
  }
}

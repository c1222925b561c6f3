import type { SchemaDocument } from "../catalogue/catalogue-documents.ts";
import type { Database } from "../database.ts";
import { DatabaseError } from "../database-error.ts";
import { getSystemDocument, patchSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { activateSchema } from "./activate-schema.ts";
import { backfillIndexes } from "./backfill-indexes.ts";
import { diffIndexes, type IndexDiff } from "./diff-indexes.ts";
import { parseSchema } from "./parse-schema.ts";
import { declarationOf, type Schema } from "./schema.ts";
import { SchemaFailedError } from "./schema-failed-error.ts";
import type { SchemaProgressListener } from "./schema-progress.ts";
import { type SubmittedSchema, submitSchema } from "./submit-schema.ts";
import { type SchemaViolation, validateDocuments } from "./validate-documents.ts";

const SOURCE = "schema push";

/** Where a submitted schema stands. `overwritten`: another push has submitted another one, or dropped it. */
export type SchemaStanding =
  | { readonly state: "pending" | "validated" | "active" | "overwritten" }
  | { readonly state: "failed"; readonly error: SchemaFailedError };

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
  #submitted: SubmittedSchema | null = null;

  /**
   * @param schemaJson what the app's schema module exported, null when it has none.
   * @throws DatabaseError or ValueError when the schema itself is wrong.
   */
  constructor(database: Database, component: string, schemaJson: string | null) {
    this.#database = database;
    this.#component = component;
    this.#schema = schemaJson === null ? null : parseSchema(schemaJson);
  }

  get schema(): Schema | null {
    return this.#schema;
  }

  /** What it changes about indexes, compared with the schema that is active now. */
  indexDiff(): IndexDiff {
    return this.#database.read(({ catalogue }) =>
      diffIndexes(catalogue.namespace(this.#component).activeSchema?.schema ?? null, this.#schema),
    );
  }

  /**
   * Writes the schema down as pending, with its tables and with the indexes that are to be filled.
   * @returns its document; null for no schema.
   */
  async submit(): Promise<string | null> {
    this.#submitted ??= await this.#database.write(SOURCE, (transaction) =>
      submitSchema(transaction, this.#component, this.#schema),
    );
    return this.#submitted.documentId;
  }

  /**
   * Everything that may take long: checks the documents that exist, fills new indexes but staged ones.
   * @throws SchemaFailedError naming the document, or DatabaseError `SchemaAlreadyOverwritten`.
   */
  async prepare(onProgress: SchemaProgressListener = () => {}): Promise<void> {
    const schema = this.#schema;
    await this.submit();
    const { documentId, active, isValidated } = this.#submitted as SubmittedSchema;
    if (schema === null) return;
    if (!isValidated) {
      await this.#settleValidation(
        documentId as string,
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
   * Checks the documents that exist, and writes nothing.
   * @throws SchemaFailedError
   */
  async rehearse(onProgress: SchemaProgressListener = () => {}): Promise<void> {
    const schema = this.#schema;
    if (schema === null) return;
    const active = this.#database.read(
      ({ catalogue }) => catalogue.namespace(this.#component).activeSchema?.schema ?? null,
    );
    const violation = await validateDocuments(this.#database, this.#component, schema, active, onProgress);
    if (violation !== null) throw new SchemaFailedError(violation.text, violation.tableName);
  }

  /** Where it stands since it was submitted: a document written later can fail it. */
  standing(): SchemaStanding {
    const submitted = this.#submitted;
    if (submitted === null) throw new Error("The schema has not been submitted");
    const { documentId } = submitted;
    if (documentId === null) return { state: "validated" };
    const document = this.#database.read((transaction) =>
      getSystemDocument<SchemaDocument>(transaction, "_schemas", documentId),
    );
    if (document === null) return { state: "overwritten" };
    if (document.state !== "failed") return { state: document.state };
    return { state: "failed", error: failed(document) };
  }

  /**
   * Makes the schema active and swaps indexes, inside the transaction that swaps the code.
   * @throws DatabaseError `SchemaAlreadyFailed` when a document written meanwhile did not match, `SchemaAlreadyOverwritten`.
   */
  activate(transaction: Transaction): void {
    const { documentId } = this.#submitted as SubmittedSchema;
    activateSchema(transaction, this.#component, this.#schema, documentId);
  }

  async #settleValidation(id: string, violation: SchemaViolation | null): Promise<void> {
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
    if (document.state === "failed") throw failed(document);
  }
}

function failed({ error, tableName }: SchemaDocument): SchemaFailedError {
  return new SchemaFailedError(error ?? "Schema validation failed.", tableName);
}

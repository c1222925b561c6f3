import { decodeValue } from "../../values/encoded-json.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { validateDocument } from "../../values/validate.ts";
import { isValidatorSubset } from "../../values/validator-subset.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { Database } from "../database.ts";
import type { Schema, TableSchema } from "./schema.ts";
import { type SchemaProgressListener, shareOfIds } from "./schema-progress.ts";

/** The first document found that a schema does not allow. */
export interface SchemaViolation {
  readonly tableName: string;
  readonly text: string;
}

const PAGE_ROWS = 256;
const FIRST_KEY: Uint8Array = new Uint8Array(0);

/**
 * Checks the documents that exist against a pending schema, page by page, each on the newest snapshot: a document that
 * is written meanwhile is checked by its own transaction. Tables are passed over whose documents can't but match.
 * @param active the schema that documents matched when the pending one was submitted.
 */
export async function validateDocuments(
  database: Database,
  component: string,
  schema: Schema,
  active: Schema | null,
  onProgress: SchemaProgressListener,
): Promise<SchemaViolation | null> {
  if (!schema.validation) return null;
  for (const table of schema.tables.values()) {
    if (isEnforcedAlready(table, active)) continue;
    let start: Uint8Array | null = FIRST_KEY;
    let documents = 0;
    while (start !== null) {
      const page: PageResult = validatePage(database, component, table, start);
      if (page.violation !== null) return { tableName: table.name, text: page.violation };
      documents += page.documents;
      start = page.next;
      if (documents > 0) {
        const share = start === null ? 1 : shareOfIds(start);
        onProgress({ step: "checkingDocuments", table: table.name, documents, share });
      }
      // The process that pushes also serves.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return null;
}

/** Whether its documents can't but match, because what they match already allows nothing more. */
export function isEnforcedAlready({ name, documentType }: TableSchema, active: Schema | null): boolean {
  if (documentType.type === "any") return true;
  if (active === null || !active.validation) return false;
  const enforced = active.tables.get(name);
  return enforced !== undefined && isValidatorSubset(enforced.documentType, documentType);
}

interface PageResult {
  readonly violation: string | null;
  /** Those that were looked at. */
  readonly documents: number;
  readonly next: Uint8Array | null;
}

function validatePage(
  database: Database,
  component: string,
  { name, documentType }: TableSchema,
  start: Uint8Array,
): PageResult {
  return database.read(({ snapshot, catalogue }) => {
    const namespace = catalogue.namespace(component);
    const table = namespace.table(name);
    if (table === null) return { violation: null, documents: 0, next: null };
    const page = snapshot.scan(table.byId.id, start, null, "asc", PAGE_ROWS);
    for (const { document } of page) {
      const value = decodeValue(JSON.parse(document.json)) as ObjectValue;
      const failure = validateDocument(documentType, value, namespace);
      if (failure !== null) {
        const text = `Document with ID "${value["_id"]}" in table "${name}" does not match the schema: ${failure.text}`;
        return { violation: text, documents: page.length, next: null };
      }
    }
    const last = page.length < PAGE_ROWS ? undefined : page.at(-1);
    return {
      violation: null,
      documents: page.length,
      next: last === undefined ? null : keySuccessor(last.key),
    };
  });
}

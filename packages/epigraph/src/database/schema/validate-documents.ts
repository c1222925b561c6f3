import { decodeValue } from "../../values/encoded-json.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { validateDocument } from "../../values/validate.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { Database } from "../database.ts";
import type { Schema, TableSchema } from "./schema.ts";

/** The first document found that a schema does not allow. */
export interface SchemaViolation {
  readonly tableName: string;
  readonly text: string;
}

const PAGE_ROWS = 256;
const FIRST_KEY: Uint8Array = new Uint8Array(0);

/**
 * Checks the documents that exist against a pending schema, page by page, each on the newest snapshot: a document that
 * is written meanwhile is checked by its own transaction. Tables whose validator does not change are passed over.
 * @param active the schema that documents match already.
 */
export async function validateDocuments(
  database: Database,
  component: string,
  schema: Schema,
  active: Schema | null,
): Promise<SchemaViolation | null> {
  if (!schema.validation) return null;
  for (const table of schema.tables.values()) {
    if (table.documentType.type === "any" || isEnforcedAlready(table, active)) continue;
    let start: Uint8Array | null = FIRST_KEY;
    while (start !== null) {
      const page: PageResult = validatePage(database, component, table, start);
      if (page.violation !== null) return { tableName: table.name, text: page.violation };
      start = page.next;
      // The process that pushes also serves.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return null;
}

function isEnforcedAlready(table: TableSchema, active: Schema | null): boolean {
  if (active === null || !active.validation) return false;
  const enforced = active.tables.get(table.name);
  return (
    enforced !== undefined && JSON.stringify(enforced.documentType) === JSON.stringify(table.documentType)
  );
}

interface PageResult {
  readonly violation: string | null;
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
    if (table === null) return { violation: null, next: null };
    const page = snapshot.scan(table.byId.id, start, null, "asc", PAGE_ROWS);
    for (const { document } of page) {
      const value = decodeValue(JSON.parse(document.json)) as ObjectValue;
      const failure = validateDocument(documentType, value, namespace);
      if (failure !== null) {
        const text = `Document with ID "${value["_id"]}" in table "${name}" does not match the schema: ${failure.text}`;
        return { violation: text, next: null };
      }
    }
    const last = page.at(-1);
    return { violation: null, next: last === undefined ? null : keySuccessor(last.key) };
  });
}

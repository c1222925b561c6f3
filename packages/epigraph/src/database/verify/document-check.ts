import type { IndexId, StoredDocument, StoreInspection, TableId } from "../../store/store.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { tryDecodeId } from "../../values/id.ts";
import { documentSize } from "../../values/size.ts";
import { isPlainObject, type ObjectValue, type Value } from "../../values/value.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { documentKeys } from "../catalogue/index-keys.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import { enforcedValidator } from "../schema/schema.ts";
import type { Findings } from "./verification.ts";

/** A document with what its id says. */
export interface ReadDocument {
  readonly table: Table;
  readonly value: ObjectValue;
  readonly internalId: Uint8Array;
}

/** Looks at documents one by one: what they are, and whether each index of their table has them. */
export class DocumentCheck {
  /** Entries that were found where a document wants them, of each index. */
  readonly found: ReadonlyMap<IndexId, number>;
  readonly #found = new Map<IndexId, number>();
  readonly #inspection: StoreInspection;
  readonly #catalogue: Catalogue;
  readonly #tables: ReadonlyMap<TableId, Table>;
  readonly #problems: Findings;
  readonly #warnings: Findings;

  constructor(
    inspection: StoreInspection,
    catalogue: Catalogue,
    tables: ReadonlyMap<TableId, Table>,
    { problems, warnings }: { readonly problems: Findings; readonly warnings: Findings },
  ) {
    this.#inspection = inspection;
    this.#catalogue = catalogue;
    this.#tables = tables;
    this.#problems = problems;
    this.#warnings = warnings;
    this.found = this.#found;
  }

  /** @returns the document, null when it is none. */
  run(stored: StoredDocument): ObjectValue | null {
    const read = readDocument(this.#tables, stored);
    if (typeof read === "string") {
      this.#problems.add(read);
      return null;
    }
    const { table, value, internalId } = read;
    const id = value["_id"] as string;
    const name = documentName(table, id);
    const size = documentSize(value, id.length);
    if (size !== stored.size) {
      this.#problems.add(`${name} has a size of ${size} bytes, but ${stored.size} are noted.`);
    }
    documentKeys(table, value, internalId).forEach((key, position) => {
      const index = table.indexes[position] as TableIndex;
      const row = this.#inspection.rowAt(index.id, key);
      if (row === stored.row) this.#found.set(index.id, (this.#found.get(index.id) ?? 0) + 1);
      else if (row !== null) {
        this.#problems.add(
          `The entry of ${name} in index ${indexName(table, index)} leads to document row ${row} instead of ${stored.row}.`,
        );
      } else if (index.state !== "backfilling") {
        this.#problems.add(`${name} has no entry in index ${indexName(table, index)}.`);
      }
    });
    // Of what nobody sees nobody has promised anything.
    if (!this.#catalogue.asideTables.has(table.id)) this.#checkSchema(table, value, name);
    return value;
  }

  #checkSchema(table: Table, { _id, _creationTime, ...fields }: ObjectValue, name: string): void {
    const namespace = this.#catalogue.namespace(table.component);
    const schema = namespace.activeSchema?.schema ?? null;
    const failure = enforcedValidator(schema, table.name)?.check(fields, namespace);
    if (failure === null || failure === undefined) return;
    this.#warnings.add(`${name} does not match the schema: ${failure.text}`);
  }
}

/** What a stored document is, or a sentence on why it is none. */
export function readDocument(
  tables: ReadonlyMap<TableId, Table>,
  { row, tableId, json }: StoredDocument,
): ReadDocument | string {
  const table = tables.get(tableId);
  if (table === undefined) {
    return `Document row ${row} belongs to table ${tableId}, which the catalogue does not have.`;
  }
  let value: Value;
  try {
    value = decodeValue(JSON.parse(json));
  } catch (error) {
    return `Document row ${row} of table "${table.name}" can't be read: ${(error as Error).message}`;
  }
  if (!isPlainObject(value)) return `Document row ${row} of table "${table.name}" is not an object.`;
  const { _id: id, _creationTime: creationTime } = value;
  const decoded = typeof id === "string" ? tryDecodeId(id) : null;
  if (decoded === null) return `Document row ${row} of table "${table.name}" has no id that can be read.`;
  if (decoded.tableNumber !== table.number) {
    return `${documentName(table, id as string)} has an id of table number ${decoded.tableNumber} instead of ${table.number}.`;
  }
  if (typeof creationTime !== "number") {
    return `${documentName(table, id as string)} has no creation time.`;
  }
  return { table, value, internalId: decoded.internalId };
}

export function indexName(table: Table, index: TableIndex): string {
  return `"${table.name}.${index.name}"`;
}

function documentName(table: Table, id: string): string {
  return `Document "${id}" of table "${table.name}"`;
}

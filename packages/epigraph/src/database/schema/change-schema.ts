import { decodeValue } from "../../values/encoded-json.ts";
import { decodeId } from "../../values/id.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { validateDocument } from "../../values/validate.ts";
import type { JSONValue, ObjectValue } from "../../values/value.ts";
import type { IndexInfo, TableInfo } from "../catalogue/catalogue.ts";
import { type SchemaRow, systemRows } from "../catalogue/load-catalogue.ts";
import { SCHEMAS } from "../catalogue/system-tables.ts";
import type { Database } from "../database.ts";
import { DatabaseError } from "../database-error.ts";
import { RangeScan } from "../query/range-scan.ts";
import { nextIndexId } from "../transaction/create-table.ts";
import { documentKey } from "../transaction/document-keys.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { enforcedValidator, type Schema } from "./schema.ts";

const PAGE = 256;
const SYSTEM_INDEXES = new Set(["by_id", "by_creation_time"]);

/**
 * Makes the tables and indexes that a schema needs, fills the indexes while writes go on, and checks every document.
 * Nothing that serves changes: new indexes can't be queried before `changeSchema` enables them.
 * @throws DatabaseError when a document does not match.
 */
export async function prepareIndexes(database: Database, schema: Schema | null): Promise<void> {
  if (schema === null) return;
  for (const table of schema.tables.values()) {
    if (table.searchIndexes.length > 0) throw notYet(table.name, "search indexes");
    if (table.vectorIndexes.length > 0) throw notYet(table.name, "vector indexes");
  }
  await database.write("push", (tx) => declare(tx, schema));
  for (const name of schema.tables.keys()) {
    await eachPage(database, name, (tx, table, rows) => checkAndFill(tx, schema, table, rows));
  }
}

/** Part of the transaction that activates a push: the schema takes effect, new indexes open, dropped ones go. */
export function changeSchema(tx: Transaction, schema: Schema | null, text: string | null): void {
  const rows = systemRows<SchemaRow>(tx.snapshot, SCHEMAS);
  if (rows.at(-1)?.schema !== (text ?? undefined)) {
    for (const row of rows) tx.delete(row._id);
    if (text !== null) tx.insertSystem("_schemas", { component: "", schema: text });
  }
  for (const table of tx.catalogue.tables) {
    if (table.system) continue;
    const wanted = schema?.tables.get(table.name)?.indexes ?? [];
    for (const index of table.indexes) {
      if (SYSTEM_INDEXES.has(index.name)) continue;
      const kept = wanted.find(
        (candidate) => candidate.name === index.name && sameFields(candidate.fields, index.fields),
      );
      if (kept === undefined) tx.delete(index.rowId);
      else if (index.state !== "enabled" && !kept.staged)
        tx.patch(index.rowId, { state: "enabled", staged: false });
      else if (kept.staged && !index.staged) tx.patch(index.rowId, { state: "backfilled", staged: true });
    }
  }
}

/** Adds what the catalogue lacks: tables, and indexes in the state in which only writes keep them. */
function declare(tx: Transaction, schema: Schema): void {
  let indexId = 0;
  for (const { name, indexes } of schema.tables.values()) {
    const table = tx.ensureTable(name);
    for (const index of indexes) {
      const existing = table.indexes.find(
        (candidate) => candidate.name === index.name && sameFields(candidate.fields, index.fields),
      );
      if (existing !== undefined) continue;
      indexId = Math.max(indexId + 1, nextIndexId(tx.catalogue));
      tx.insertSystem("_indexes", {
        indexId,
        tableId: table.tableId,
        name: index.name,
        fields: [...index.fields],
        state: "backfilling",
        staged: index.staged,
      });
    }
  }
}

interface PageRow {
  readonly id: Uint8Array;
  readonly document: ObjectValue;
}

/** Walks a table in pages, each an ordinary transaction: a page that raced with a write is done again. */
async function eachPage(
  database: Database,
  name: string,
  use: (tx: Transaction, table: TableInfo, rows: readonly PageRow[]) => void,
): Promise<void> {
  let after: Uint8Array | null = null;
  for (;;) {
    const start: Uint8Array = after === null ? new Uint8Array(0) : keySuccessor(after);
    const last: Uint8Array | null = await database.write("push", (tx) => {
      const table = tx.catalogue.table(name);
      if (table === null) return null;
      const scan = new RangeScan(tx, table, table.byId, start, null, "asc", PAGE);
      const rows: PageRow[] = [];
      for (let row = scan.next(); row !== null; row = rows.length < PAGE ? scan.next() : null) {
        rows.push({ id: row.key, document: decodeValue(JSON.parse(row.json) as JSONValue) as ObjectValue });
      }
      use(tx, table, rows);
      return rows.length < PAGE ? null : (rows.at(-1) as PageRow).id;
    });
    if (last === null) return;
    after = last;
  }
}

function checkAndFill(tx: Transaction, schema: Schema, table: TableInfo, rows: readonly PageRow[]): void {
  const validator = enforcedValidator(schema, table.name);
  for (const { id, document } of rows) {
    const failure = validator === null ? null : validateDocument(validator.json, document, tx.catalogue);
    if (failure !== null) {
      throw new DatabaseError(
        "SchemaValidationFailed",
        `Schema validation failed.\nDocument with ID "${document["_id"]}" in table "${table.name}" does not match the schema: ${failure.text}`,
      );
    }
    for (const index of table.indexes)
      if (index.state === "backfilling") fill(tx, table, index, id, document);
  }
}

/** Writes made since the index was declared have entries of their own already. */
function fill(
  tx: Transaction,
  table: TableInfo,
  index: IndexInfo,
  id: Uint8Array,
  document: ObjectValue,
): void {
  const key = documentKey(index, document, decodeId(document["_id"] as string).internalId);
  if (tx.snapshot.get(index.indexId, key) !== null) return;
  const stored = tx.snapshot.get(table.byId.indexId, id);
  if (stored !== null) tx.addBackfill({ index: index.indexId, key, row: stored.row, ts: stored.ts });
}

function sameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, i) => field === b[i]);
}

function notYet(table: string, what: string): DatabaseError {
  return new DatabaseError("NotYet", `not yet in this version: ${what} (table "${table}" in schema.ts)`);
}

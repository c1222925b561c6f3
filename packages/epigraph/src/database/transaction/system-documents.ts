import { decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { decodeId } from "../../values/id.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import { checkSize } from "../../values/limits.ts";
import { valueSize } from "../../values/size.ts";
import type { ObjectValue, Value } from "../../values/value.ts";
import type { SystemFields } from "../catalogue/catalogue-documents.ts";
import { type SystemTableName, systemTable } from "../catalogue/system-tables.ts";
import { findIndex } from "../catalogue/table.ts";
import type { KeyRange } from "../commit-request.ts";
import type { Transaction } from "./transaction.ts";
import { DocumentVersion } from "./write-set.ts";

const WHOLE_INDEX: KeyRange = { start: new Uint8Array(0), end: null };

/** All documents of a system table, oldest first. */
export function allSystemDocuments<T>(
  transaction: Transaction,
  table: SystemTableName,
): readonly (T & SystemFields)[] {
  return collect(transaction, table, "by_creation_time", WHOLE_INDEX);
}

/** The documents whose leading index fields have these values. */
export function findSystemDocuments<T>(
  transaction: Transaction,
  table: SystemTableName,
  indexName: string,
  values: readonly Value[],
): readonly (T & SystemFields)[] {
  const start = encodeKey(values);
  return collect(transaction, table, indexName, { start, end: keyPrefixEnd(start) });
}

export function getSystemDocument<T>(
  transaction: Transaction,
  table: SystemTableName,
  id: string,
): (T & SystemFields) | null {
  const found = transaction.read(systemTable(table), id, decodeId(id).internalId);
  return found === null ? null : parse<T>(found.json);
}

/** @returns the new document's id. */
export function insertSystemDocument<T extends object>(
  transaction: Transaction,
  tableName: SystemTableName,
  fields: T,
): string {
  const table = systemTable(tableName);
  const { id, internalId } = transaction.newId(table);
  const value = { ...(fields as ObjectValue), _id: id, _creationTime: transaction.newCreationTimeMs(table) };
  transaction.write({ table, id, internalId, base: null, version: makeVersion(value) });
  return id;
}

/**
 * Sets some fields of a document.
 * @throws Error when there is none: the host's own bookkeeping would be wrong.
 */
export function patchSystemDocument<T extends object>(
  transaction: Transaction,
  tableName: SystemTableName,
  id: string,
  fields: Partial<T>,
): void {
  const table = systemTable(tableName);
  const { internalId } = decodeId(id);
  const loaded = transaction.load(table, id, internalId);
  if (loaded === null) throw new Error(`There is no document ${id} in ${tableName}`);
  const version = makeVersion({ ...loaded.version.value, ...(fields as ObjectValue) });
  if (version.json === loaded.version.json) return;
  transaction.write({ table, id, internalId, base: loaded.base, version });
}

/** Does nothing when the document is gone already. */
export function deleteSystemDocument(transaction: Transaction, tableName: SystemTableName, id: string): void {
  const table = systemTable(tableName);
  const { internalId } = decodeId(id);
  const loaded = transaction.load(table, id, internalId);
  if (loaded !== null) transaction.write({ table, id, internalId, base: loaded.base, version: null });
}

/** System documents hold whole modules: the limits of app documents do not apply, only that of any value. */
function makeVersion(value: ObjectValue): DocumentVersion {
  const size = valueSize(value);
  checkSize(size);
  return new DocumentVersion(encodeValueToString(value), size, value);
}

function collect<T>(
  transaction: Transaction,
  tableName: SystemTableName,
  indexName: string,
  range: KeyRange,
): readonly (T & SystemFields)[] {
  const table = systemTable(tableName);
  const index = findIndex(table, indexName);
  if (index === null) throw new Error(`${tableName} has no index ${indexName}`);
  const scan = transaction.scan(table, index, { ...range, order: "asc" });
  const documents: (T & SystemFields)[] = [];
  for (let row = scan.next(); row !== null; row = scan.next()) documents.push(parse<T>(row.json));
  return documents;
}

function parse<T>(json: string): T & SystemFields {
  return decodeValue(JSON.parse(json)) as unknown as T & SystemFields;
}

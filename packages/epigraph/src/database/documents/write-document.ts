import {
  type DecodeOptions,
  decodePatchValue,
  decodeValue,
  encodeValueToString,
} from "../../values/encoded-json.ts";
import { checkDocument } from "../../values/limits.ts";
import { checkIdentifier, isSystemTableName } from "../../values/names.ts";
import { showFloat, showValue } from "../../values/show.ts";
import { isPlainObject, type JSONValue, type ObjectValue, type Value } from "../../values/value.ts";
import { createTable } from "../catalogue/create-table.ts";
import type { TableNames } from "../catalogue/namespace.ts";
import type { Table } from "../catalogue/table.ts";
import { checkArgument, DatabaseError, invalidArgument } from "../database-error.ts";
import type { LoadedDocument, Transaction } from "../transaction/transaction.ts";
import { DocumentVersion } from "../transaction/write-set.ts";
import { checkUserTable, type DocumentTarget, findTarget } from "./document-target.ts";
import { enforceSchema } from "./enforce-schema.ts";

/**
 * Adds a document; a table that does not exist is made.
 * @param value lossless JSON as app code sent it.
 * @returns the new id.
 * @throws DatabaseError or ValueError; nothing is written then.
 */
export function insertDocument(
  transaction: Transaction,
  component: string,
  tableName: unknown,
  value: JSONValue | undefined,
): string {
  const name = checkInsertTable(transaction.catalogue.namespace(component), tableName);
  const fields = objectArgument(transaction, "db.insert", value, decodeValue);
  return atomically(transaction, () => insertInto(transaction, component, name, fields));
}

/**
 * Replaces top-level fields; a field that is `{"$undefined": null}` is removed. A patch that changes nothing is no
 * write.
 * @returns the text of the document as it now is.
 * @throws DatabaseError or ValueError; nothing is written then.
 */
export function patchDocument(
  transaction: Transaction,
  namespace: TableNames,
  id: unknown,
  tableName: string | undefined,
  value: JSONValue | undefined,
): string {
  const operation = "db.patch";
  const target = findWritable(namespace, operation, id, tableName);
  const patch = objectArgument(transaction, operation, value, decodePatchValue);
  const loaded = loadExisting(transaction, target, "Update");
  checkSystemFields(loaded.version.value, patch);
  return atomically(transaction, () =>
    update(transaction, target, loaded, { ...loaded.version.value, ...patch }),
  );
}

/** As `patchDocument`, but fields that are not given are gone; the system fields stay. */
export function replaceDocument(
  transaction: Transaction,
  namespace: TableNames,
  id: unknown,
  tableName: string | undefined,
  value: JSONValue | undefined,
): string {
  const operation = "db.replace";
  const target = findWritable(namespace, operation, id, tableName);
  const fields = objectArgument(transaction, operation, value, decodeValue);
  const loaded = loadExisting(transaction, target, "Replace");
  checkSystemFields(loaded.version.value, fields);
  return atomically(transaction, () => update(transaction, target, loaded, fields));
}

/** @returns the text of the document that was removed. */
export function deleteDocument(
  transaction: Transaction,
  namespace: TableNames,
  id: unknown,
  tableName: string | undefined,
): string {
  const target = findWritable(namespace, "db.delete", id, tableName);
  const { base, version } = loadExisting(transaction, target, "Delete");
  transaction.write({ ...target, base, version: null });
  return version.json;
}

function insertInto(transaction: Transaction, component: string, name: string, fields: ObjectValue): string {
  const table =
    transaction.catalogue.namespace(component).table(name) ?? createTable(transaction, component, name);
  const { id, internalId } = transaction.newId(table);
  if (fields["_id"] !== undefined) throw wrongId(id, fields["_id"]);
  const creationTimeMs = transaction.newCreationTimeMs(table);
  const givenTime = fields["_creationTime"];
  if (givenTime !== undefined) throw wrongCreationTime(creationTimeMs, fields);
  const version = checkedVersion(transaction, table, fields, id, creationTimeMs);
  transaction.write({ table, id, internalId, base: null, version });
  return id;
}

function update(
  transaction: Transaction,
  target: DocumentTarget,
  { base, version: before }: LoadedDocument,
  next: ObjectValue,
): string {
  const { _id: _ignoredId, _creationTime: _ignoredTime, ...fields } = next;
  const creationTimeMs = before.value["_creationTime"] as number;
  const version = checkedVersion(transaction, target.table, fields, target.id, creationTimeMs);
  if (version.json !== before.json) transaction.write({ ...target, base, version });
  return version.json;
}

/** A refused document must leave nothing behind: not the table made for it, nor the mark that it fails a push. */
function atomically<T>(transaction: Transaction, write: () => T): T {
  transaction.beginNested();
  let result: T;
  try {
    result = write();
  } catch (error) {
    transaction.rollbackNested();
    throw error;
  }
  transaction.commitNested();
  return result;
}

/** Everything a document must be to be stored; the order decides which of several faults is reported. */
function checkedVersion(
  transaction: Transaction,
  table: Table,
  fields: ObjectValue,
  id: string,
  creationTimeMs: number,
): DocumentVersion {
  const value: ObjectValue = { ...fields, _id: id, _creationTime: creationTimeMs };
  const measures = checkDocument(value);
  transaction.usage.addDocument(measures);
  enforceSchema(transaction, table, fields);
  return new DocumentVersion(encodeValueToString(value), measures.size, value);
}

function checkInsertTable(namespace: TableNames, tableName: unknown): string {
  const operation = "db.insert";
  if (typeof tableName !== "string") throw invalidArgument("table", operation, "Table name must be a string");
  checkArgument("table", operation, () => checkIdentifier(tableName));
  if (isSystemTableName(tableName)) {
    throw namespace.table(tableName) === null
      ? new DatabaseError(
          "InvalidTableName",
          `Invalid table name ${tableName} starts with metadata prefix '_'`,
        )
      : new DatabaseError("ReadOnlyTable", `${tableName} is a read-only table`);
  }
  return tableName;
}

function findWritable(
  namespace: TableNames,
  operation: string,
  id: unknown,
  tableName: string | undefined,
): DocumentTarget {
  const target = findTarget(namespace, operation, id, tableName);
  if (target === null) throw invalidArgument("id", operation, `Table for ID "${id}" not found`);
  checkUserTable(target.table);
  return target;
}

function loadExisting(
  transaction: Transaction,
  target: DocumentTarget,
  verb: "Update" | "Replace" | "Delete",
): LoadedDocument {
  const loaded = transaction.load(target.table, target.id, target.internalId);
  if (loaded !== null) return loaded;
  throw new DatabaseError("NonexistentDocument", `${verb} on nonexistent document ID ${target.id}`);
}

function objectArgument(
  { commitTs }: Transaction,
  operation: string,
  json: JSONValue | undefined,
  decode: (json: JSONValue, options: DecodeOptions) => Value,
): ObjectValue {
  const value = checkArgument("value", operation, () =>
    json === undefined ? null : decode(json, { commitTs }),
  );
  if (!isPlainObject(value)) throw invalidArgument("value", operation, "Value must be an Object");
  return value as ObjectValue;
}

/** System fields may be given where they say what is so already. */
function checkSystemFields(existing: ObjectValue, given: ObjectValue): void {
  const id = given["_id"];
  if (id !== undefined && id !== existing["_id"]) throw wrongId(existing["_id"] as string, id);
  const time = given["_creationTime"];
  if (time !== undefined && time !== existing["_creationTime"]) {
    throw wrongCreationTime(existing["_creationTime"] as number, given);
  }
}

function wrongId(id: string, given: Value): DatabaseError {
  return new DatabaseError(
    "InvalidIdError",
    `Provided document ID "${id}" doesn't match '_id' field ${showValue(given)}`,
  );
}

function wrongCreationTime(creationTimeMs: number, document: ObjectValue): DatabaseError {
  return new DatabaseError(
    "InvalidCreationTimeError",
    `Provided creation time ${showFloat(creationTimeMs)} doesn't match '_creationTime' field in ${showValue(document)}`,
  );
}

import { decodeId } from "../../values/id.ts";
import { encodeKey } from "../../values/index-key.ts";
import type { ObjectValue, Value } from "../../values/value.ts";
import type { IndexInfo, TableInfo } from "../catalogue/catalogue.ts";

/** Value at a field path: walks objects only; a missing step is `undefined`. */
export function fieldAt(document: Value | undefined, path: readonly string[]): Value | undefined {
  let value = document;
  for (const name of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof ArrayBuffer)
      return undefined;
    value = Object.hasOwn(value, name) ? (value as ObjectValue)[name] : undefined;
  }
  return value;
}

/** A document's key in one index: its fields, `_creationTime`, then the 16 bytes of its id as tie-breaker. */
export function documentKey(index: IndexInfo, document: ObjectValue, internalId: Uint8Array): Uint8Array {
  if (index.name === "by_id") return internalId;
  const parts = index.paths.map((path) => fieldAt(document, path));
  parts.push(document["_creationTime"]);
  return encodeKey(parts, internalId);
}

/** Keys in every index of the table, in the table's order of indexes. */
export function documentKeys(table: TableInfo, document: ObjectValue): Uint8Array[] {
  const { internalId } = decodeId(document["_id"] as string);
  return table.indexes.map((index) => documentKey(index, document, internalId));
}

import { commitTsOffsets, encodeKey } from "../../values/index-key.ts";
import { isPlainObject, type ObjectValue, type Value } from "../../values/value.ts";
import type { Table, TableIndex } from "./table.ts";

/** The keys of a document in all indexes of its table, in their order. */
export function documentKeys(
  table: Table,
  document: ObjectValue,
  internalId: Uint8Array,
): readonly Uint8Array[] {
  const { indexes } = table;
  const keys = new Array<Uint8Array>(indexes.length);
  for (let i = 0; i < indexes.length; i++) keys[i] = documentKey(indexes[i]!, document, internalId);
  return keys;
}

/**
 * The key of a document: its fields, then the creation time, then the 16 bytes of the internal id as they are. They
 * order like the ids themselves, for ids of one table differ in nothing before them.
 */
export function documentKey(index: TableIndex, document: ObjectValue, internalId: Uint8Array): Uint8Array {
  return index.keyPaths.length === 0 ? internalId : encodeKey(keyParts(index, document), internalId);
}

/** Where in the key of a document its placeholders of the commit's timestamp stand. */
export function keyCommitTsOffsets(index: TableIndex, document: ObjectValue): readonly number[] {
  return commitTsOffsets(keyParts(index, document));
}

function keyParts({ keyPaths }: TableIndex, document: ObjectValue): readonly (Value | undefined)[] {
  const parts = new Array<Value | undefined>(keyPaths.length);
  for (let i = 0; i < keyPaths.length; i++) parts[i] = valueAt(document, keyPaths[i]!);
  return parts;
}

/** The value at a path: `undefined` where a step is missing or leads through something that is not an object. */
export function valueAt(document: ObjectValue, path: readonly string[]): Value | undefined {
  let value: Value | undefined = document;
  for (let i = 0; i < path.length; i++) {
    const step = path[i]!;
    if (i > 0 && !isPlainObject(value)) return undefined;
    const object = value as ObjectValue;
    // `constructor` and the like would be found on the prototype.
    value = Object.hasOwn(object, step) ? object[step] : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

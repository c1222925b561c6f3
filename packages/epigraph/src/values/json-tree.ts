import { COMMIT_TS } from "./commit-ts.ts";
import { MAX_INT64, MIN_INT64 } from "./limits.ts";
import { isFieldName } from "./names.ts";
import { isSpecialFloat } from "./number-bytes.ts";
import { unsupportedValue } from "./unsupported-value.ts";
import { isPlainObject, type JSONValue, type ObjectValue, sortedFieldNames, type Value } from "./value.ts";

/** How one JSON dialect represents the scalars that JSON has no notation for. */
export interface ScalarDialect {
  int64(value: bigint): JSONValue;
  /** Called for NaN, the infinities and negative zero, or for every float if the dialect says so. */
  float64(value: number): JSONValue;
  bytes(value: ArrayBuffer): JSONValue;
  commitTs(): JSONValue;
  readonly convertsEveryFloat: boolean;
}

/**
 * The value as a tree that `JSON.stringify` writes: field names ascending, absent fields left out. What needs no
 * conversion is shared with the value, which for most data is nearly everything: a walk that copies nothing followed
 * by the engine's own serializer is several times as fast as building the text here.
 * @throws ValueError when the value holds something that is not one; the text names the path.
 */
export function toJsonTree(value: Value, dialect: ScalarDialect): JSONValue {
  return convert(value, value, dialect);
}

function convert(value: Value | undefined, root: Value, dialect: ScalarDialect): JSONValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return dialect.convertsEveryFloat || isSpecialFloat(value) ? dialect.float64(value) : value;
    case "bigint":
      if (value < MIN_INT64 || value > MAX_INT64) throw unsupportedValue(root);
      return dialect.int64(value);
    case "object":
      break;
    default:
      throw unsupportedValue(root);
  }
  if (value === null) return null;
  if (Array.isArray(value)) return convertElements(value, root, dialect);
  if (isPlainObject(value)) return convertFields(value as ObjectValue, root, dialect);
  if (value instanceof ArrayBuffer) return dialect.bytes(value);
  if (value === COMMIT_TS) return dialect.commitTs();
  throw unsupportedValue(root);
}

function convertElements(value: Value[], root: Value, dialect: ScalarDialect): JSONValue {
  let copy: JSONValue[] | null = null;
  for (let i = 0; i < value.length; i++) {
    const converted = convert(value[i], root, dialect);
    if (converted !== value[i]) {
      copy ??= value.slice() as JSONValue[];
      copy[i] = converted;
    }
  }
  return copy ?? (value as JSONValue[]);
}

function convertFields(value: ObjectValue, root: Value, dialect: ScalarDialect): JSONValue {
  if (!isSortedAndComplete(value)) return sortFields(value, root, dialect);
  let copy: { [key: string]: JSONValue } | null = null;
  // `for in` without a guard: plain objects inherit nothing enumerable, and engines make this loop the fastest.
  for (const name in value) {
    const field = value[name];
    if (!isFieldName(name)) throw unsupportedValue(root);
    const converted = convert(field, root, dialect);
    if (converted !== field) {
      // The spread copies a field called `__proto__` as a field; assigning to it afterwards then is safe too.
      copy ??= { ...(value as { [key: string]: JSONValue }) };
      copy[name] = converted;
    }
  }
  return copy ?? (value as { [key: string]: JSONValue });
}

/** A pass of its own, before any field is converted: finding out late would convert deep values again and again. */
function isSortedAndComplete(value: ObjectValue): boolean {
  let previous = "";
  for (const name in value) {
    if (value[name] === undefined || name < previous) return false;
    previous = name;
  }
  return true;
}

function sortFields(value: ObjectValue, root: Value, dialect: ScalarDialect): JSONValue {
  const sorted: { [key: string]: JSONValue } = {};
  for (const name of sortedFieldNames(value)) {
    if (!isFieldName(name)) throw unsupportedValue(root);
    const converted = convert(value[name], root, dialect);
    if (name === "__proto__") {
      Object.defineProperty(sorted, name, {
        value: converted,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    } else {
      sorted[name] = converted;
    }
  }
  return sorted;
}

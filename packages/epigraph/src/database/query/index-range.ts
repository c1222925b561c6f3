import { decodeValueOrUndefined } from "../../values/encoded-json.ts";
import { encodeId, INTERNAL_ID_LENGTH, tryDecodeId } from "../../values/id.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import { showValue } from "../../values/show.ts";
import type { JSONValue, Value } from "../../values/value.ts";
import type { IndexInfo, TableInfo } from "../catalogue/catalogue.ts";
import { DatabaseError } from "../database-error.ts";

export interface RangeExpression {
  readonly type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  readonly fieldPath: string;
  readonly value: JSONValue;
}

interface Bound {
  readonly value: Value | undefined;
  readonly inclusive: boolean;
}

/** Interval of index keys; `end` null: no upper bound. Empty when `start >= end`. */
export interface KeyInterval {
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
}

const OPERATOR = { Gt: ">", Gte: ">=", Lt: "<", Lte: "<=" } as const;
const NO_BYTES = new Uint8Array(0);

/** Turns the wire form of an index range into key bounds, checking the platform's rules in its words. */
export function indexRange(
  table: TableInfo,
  index: IndexInfo,
  expressions: readonly RangeExpression[],
): KeyInterval {
  if (expressions.length === 0) return { start: NO_BYTES, end: null };
  const { equalities, boundField, lower, upper } = collect(table, index, expressions);
  const shown = index.name === "by_id" ? ["_id"] : [...index.fields, "_creationTime"];
  const columns = index.name === "by_id" ? ["_id"] : [...shown, "_id"];
  const name = `${table.name}.${index.name}`;
  for (const field of [...equalities.keys(), ...(boundField === null ? [] : [boundField])]) {
    if (!columns.includes(field)) {
      throw new DatabaseError(
        "FieldNotInIndex",
        `The index range included a comparison with "${field}", but ${name} with fields [${shown.join(", ")}] doesn't index this field. For more information see https://docs.convex.dev/using/indexes.`,
      );
    }
  }
  const used = equalities.size + (boundField === null ? 0 : 1);
  const firstWrong =
    columns.slice(0, equalities.size).find((column) => !equalities.has(column)) ??
    (boundField !== null && columns[equalities.size] !== boundField ? boundField : undefined);
  if (firstWrong !== undefined) {
    const query = [...equalities.keys(), ...(boundField === null ? [] : [boundField])];
    const wrong = query.find((field) => columns.indexOf(field) >= used) ?? firstWrong;
    throw new DatabaseError(
      "InvalidIndexRange",
      `Tried to query index ${name} but the query didn't use the index fields in order.\nIndex fields: [${shown.join(", ")}]\nQuery fields: [${query.join(", ")}]\nFirst incorrect field: ${wrong}\nFor more information see https://docs.convex.dev/using/indexes.`,
    );
  }
  return bounds(table, columns, equalities, boundField, lower, upper);
}

interface Collected {
  readonly equalities: Map<string, Value | undefined>;
  readonly boundField: string | null;
  readonly lower: Bound | null;
  readonly upper: Bound | null;
}

function collect(table: TableInfo, index: IndexInfo, expressions: readonly RangeExpression[]): Collected {
  const equalities = new Map<string, Value | undefined>();
  let boundField: string | null = null;
  let lower: Bound | null = null;
  let upper: Bound | null = null;
  const defined = (kind: string, field: string, operator: string, value: Value | undefined): DatabaseError =>
    new DatabaseError(
      "AlreadyDefinedBound",
      `Already defined ${kind} bound in index range. Can't add "${field}" ${operator} ${showValue(value)}.`,
    );
  for (const expression of expressions) {
    const { type, fieldPath } = expression;
    const value = decodeValueOrUndefined(expression.value);
    if (type === "Eq") {
      if (equalities.has(fieldPath)) throw defined("equality", fieldPath, "==", value);
      if (boundField === fieldPath) throw defined("inequality", fieldPath, "==", value);
      equalities.set(fieldPath, value);
      continue;
    }
    if (equalities.has(fieldPath)) throw defined("equality", fieldPath, OPERATOR[type], value);
    if (boundField !== null && boundField !== fieldPath) {
      throw new DatabaseError(
        "BoundsOnMultipleFields",
        `Upper and lower bounds in \`range\` can only be applied to a single index field. This query against index ${table.name}.${index.name} attempted to set a range bound on both "${boundField}" and "${fieldPath}". Consider using \`filter\` instead. See https://docs.convex.dev/using/indexes for more info.`,
      );
    }
    boundField = fieldPath;
    const bound = { value, inclusive: type === "Gte" || type === "Lte" };
    if (type === "Gt" || type === "Gte") {
      if (lower !== null) throw defined("lower", fieldPath, OPERATOR[type], value);
      lower = bound;
    } else {
      if (upper !== null) throw defined("upper", fieldPath, OPERATOR[type], value);
      upper = bound;
    }
  }
  return { equalities, boundField, lower, upper };
}

function bounds(
  table: TableInfo,
  columns: readonly string[],
  equalities: ReadonlyMap<string, Value | undefined>,
  boundField: string | null,
  lower: Bound | null,
  upper: Bound | null,
): KeyInterval {
  const prefixColumns = columns.slice(0, equalities.size).filter((column) => column !== "_id");
  const prefix = encodeKey(prefixColumns.map((column) => equalities.get(column)));
  if (equalities.has("_id")) {
    const id = equalities.get("_id");
    const decoded = typeof id === "string" ? tryDecodeId(id) : null;
    if (decoded === null || decoded.tableNumber !== table.number) return { start: prefix, end: prefix };
    return pointOf(concat(prefix, decoded.internalId));
  }
  const end = prefix.length === 0 ? null : keyPrefixEnd(prefix);
  if (boundField === null) return { start: prefix, end };
  const place = (bound: Bound | null, after: boolean): Uint8Array | null => {
    if (bound === null) return null;
    if (boundField === "_id") return concat(prefix, idPosition(table.number, bound.value, after));
    const key = concat(prefix, encodeKey([bound.value]));
    return after ? keyPrefixEnd(key) : key;
  };
  return {
    start: place(lower, lower?.inclusive === false) ?? prefix,
    end: upper === null ? end : (place(upper, upper.inclusive) ?? end),
  };
}

function pointOf(key: Uint8Array): KeyInterval {
  const end = new Uint8Array(key.length + 1);
  end.set(key);
  return { start: key, end };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/**
 * First internal id whose text is at or after (`after`: strictly after) any string; ids are stored as bytes, and a
 * bound may be any value. Base32 keeps order, so a binary search over the 128 bits finds the place.
 */
function idPosition(tableNumber: number, value: Value | undefined, after: boolean): Uint8Array {
  const past = new Uint8Array(INTERNAL_ID_LENGTH + 1).fill(255);
  if (typeof value !== "string") {
    // Ids are strings: values of lower types come before all of them, of higher types after.
    const low =
      value === undefined ||
      value === null ||
      typeof value === "bigint" ||
      typeof value === "number" ||
      typeof value === "boolean";
    return low ? NO_BYTES : past;
  }
  const reaches = (id: Uint8Array): boolean => {
    const text = encodeId(tableNumber, id);
    return after ? text > value : text >= value;
  };
  const last = new Uint8Array(INTERNAL_ID_LENGTH).fill(255);
  if (!reaches(last)) return past;
  const candidate = new Uint8Array(INTERNAL_ID_LENGTH);
  // Sets bits from the top wherever the id with the remaining bits full would still be before the bound.
  for (let bit = 0; bit < INTERNAL_ID_LENGTH * 8; bit++) {
    const probe = last.slice();
    const mask = 0x80 >> (bit & 7);
    for (let i = 0; i < bit >> 3; i++) probe[i] = candidate[i] as number;
    const byte = bit >> 3;
    probe[byte] = ((candidate[byte] as number) & ~(mask * 2 - 1)) | (mask - 1);
    if (!reaches(probe)) candidate[byte] = (candidate[byte] as number) | mask;
  }
  return candidate;
}

import { decodeValueOrUndefined, WITH_COMMIT_TS } from "../../values/encoded-json.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import { showValue } from "../../values/show.ts";
import type { JSONValue, Value } from "../../values/value.ts";
import { BY_ID, rangeFields, type Table, type TableIndex } from "../catalogue/table.ts";
import type { KeyRange } from "../commit-request.ts";
import { checkArgument, DatabaseError } from "../database-error.ts";
import { idPosition } from "./id-position.ts";

export interface RangeExpression {
  readonly type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  readonly fieldPath: string;
  readonly value: JSONValue;
}

interface Bound {
  readonly value: Value | undefined;
  readonly inclusive: boolean;
}

/** What the expressions of a range say together. */
interface Constraints {
  readonly equalities: Map<string, Value | undefined>;
  boundField: string | null;
  lower: Bound | null;
  upper: Bound | null;
}

const OPERATORS = { Gt: ">", Gte: ">=", Lt: "<", Lte: "<=" } as const;
const FIRST_KEY = new Uint8Array(0);
const WHOLE_INDEX: KeyRange = { start: FIRST_KEY, end: null };

/**
 * The keys that a range of an index means. It is empty when the start is not below the end.
 * @throws DatabaseError `AlreadyDefinedBound`, `BoundsOnMultipleFields`, `FieldNotInIndex` or `InvalidIndexRange`.
 */
export function indexRange(
  table: Table,
  index: TableIndex,
  expressions: readonly RangeExpression[],
): KeyRange {
  if (expressions.length === 0) return WHOLE_INDEX;
  const constraints = collect(`${table.name}.${index.name}`, expressions);
  const fields = rangeFields(index);
  checkFields(table, index, fields, constraints);
  return keyRange(table, fields, constraints);
}

function collect(indexName: string, expressions: readonly RangeExpression[]): Constraints {
  const equalities = new Map<string, Value | undefined>();
  const constraints: Constraints = { equalities, boundField: null, lower: null, upper: null };
  for (const { type, fieldPath: field, value: json } of expressions) {
    const value = checkArgument("range", "db.query", () => decodeValueOrUndefined(json, WITH_COMMIT_TS));
    if (type === "Eq") {
      if (equalities.has(field)) throw alreadyDefined("equality", field, "==", value);
      if (constraints.boundField === field) throw alreadyDefined("inequality", field, "==", value);
      equalities.set(field, value);
      continue;
    }
    // Which of the two was written first does not matter, so neither does it to the text.
    if (equalities.has(field)) throw alreadyDefined("inequality", field, "==", equalities.get(field));
    const other = constraints.boundField;
    if (other !== null && other !== field) throw twoFields(indexName, other, field);
    constraints.boundField = field;
    const bound: Bound = { value, inclusive: type === "Gte" || type === "Lte" };
    if (type === "Gt" || type === "Gte") {
      if (constraints.lower !== null) throw alreadyDefined("lower", field, OPERATORS[type], value);
      constraints.lower = bound;
    } else {
      if (constraints.upper !== null) throw alreadyDefined("upper", field, OPERATORS[type], value);
      constraints.upper = bound;
    }
  }
  return constraints;
}

function checkFields(
  table: Table,
  index: TableIndex,
  fields: readonly string[],
  { equalities, boundField }: Constraints,
): void {
  const pinned = equalities.size;
  let inOrder = boundField === null || fields[pinned] === boundField;
  for (let i = 0; inOrder && i < pinned; i++) inOrder = equalities.has(fields[i] ?? "");
  if (inOrder) return;
  const name = `${table.name}.${index.name}`;
  // The internal tie-breaker may be used, but is nothing that an index is said to have.
  const shown = (index.name === BY_ID ? fields : fields.slice(0, -1)).join(", ");
  const queried = boundField === null ? [...equalities.keys()] : [...equalities.keys(), boundField];
  const unknown = queried.find((field) => !fields.includes(field));
  if (unknown !== undefined) {
    throw new DatabaseError(
      "FieldNotInIndex",
      `The index range included a comparison with "${unknown}", but ${name} with fields [${shown}] doesn't index this field. For more information see https://docs.convex.dev/using/indexes.`,
    );
  }
  const leading = fields.findIndex((field) => !equalities.has(field));
  const incorrect = queried.find((field) => fields.indexOf(field) > leading) ?? queried[0];
  throw new DatabaseError(
    "InvalidIndexRange",
    [
      `Tried to query index ${name} but the query didn't use the index fields in order.`,
      `Index fields: [${shown}]`,
      `Query fields: [${queried.join(", ")}]`,
      `First incorrect field: ${incorrect}`,
      "For more information see https://docs.convex.dev/using/indexes.",
    ].join("\n"),
  );
}

function keyRange(
  table: Table,
  fields: readonly string[],
  { equalities, boundField, lower, upper }: Constraints,
): KeyRange {
  const id = equalities.get("_id");
  const pinsId = equalities.has("_id");
  const values = new Array<Value | undefined>(pinsId ? equalities.size - 1 : equalities.size);
  for (let i = 0; i < values.length; i++) values[i] = equalities.get(fields[i]!);
  const prefix = encodeKey(values);
  if (pinsId) {
    return {
      start: joined(prefix, idPosition(table.number, id, false)),
      end: joined(prefix, idPosition(table.number, id, true)),
    };
  }
  const start = lower === null ? prefix : boundKey(table, prefix, boundField, lower.value, !lower.inclusive);
  const end =
    upper === null ? keyPrefixEnd(prefix) : boundKey(table, prefix, boundField, upper.value, upper.inclusive);
  return { start, end };
}

/** The least key with the prefix that is at or after a value of the next field (`after`: after all keys with it). */
function boundKey(
  table: Table,
  prefix: Uint8Array,
  field: string | null,
  value: Value | undefined,
  after: boolean,
): Uint8Array {
  if (field === "_id") return joined(prefix, idPosition(table.number, value, after));
  const key = joined(prefix, encodeKey([value]));
  // Every encoded value starts with a tag below FF, so there is an end.
  return after ? (keyPrefixEnd(key) as Uint8Array) : key;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function alreadyDefined(
  kind: string,
  field: string,
  operator: string,
  value: Value | undefined,
): DatabaseError {
  return new DatabaseError(
    "AlreadyDefinedBound",
    `Already defined ${kind} bound in index range. Can't add "${field}" ${operator} ${showValue(value)}.`,
  );
}

function twoFields(indexName: string, first: string, second: string): DatabaseError {
  return new DatabaseError(
    "BoundsOnMultipleFields",
    `Upper and lower bounds in \`range\` can only be applied to a single index field. This query against index ${indexName} attempted to set a range bound on both "${first}" and "${second}". Consider using \`filter\` instead. See https://docs.convex.dev/using/indexes for more info.`,
  );
}

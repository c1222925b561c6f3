import { encodeValue } from "../../src/values/encoded-json.ts";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { JSONValue, ObjectValue, Value } from "../../src/values/value.ts";
import { compare, valueAt } from "./naive-values.ts";

export type FilterExpression =
  | {
      readonly type: "compare";
      readonly operator: Operator;
      readonly left: FilterExpression;
      readonly right: FilterExpression;
    }
  | { readonly type: "all" | "any"; readonly parts: readonly FilterExpression[] }
  | { readonly type: "not" | "neg"; readonly part: FilterExpression }
  | { readonly type: "add"; readonly left: FilterExpression; readonly right: FilterExpression }
  | { readonly type: "field"; readonly path: string }
  | { readonly type: "literal"; readonly value: Value | undefined };

type Operator = "$eq" | "$neq" | "$lt" | "$lte" | "$gt" | "$gte";

const OPERATORS: Readonly<Record<Operator, (sign: number) => boolean>> = {
  $eq: (sign) => sign === 0,
  $neq: (sign) => sign !== 0,
  $lt: (sign) => sign < 0,
  $lte: (sign) => sign <= 0,
  $gt: (sign) => sign > 0,
  $gte: (sign) => sign >= 0,
};
const UNDEFINED = { $undefined: null };
const INT64_LIMIT = 2n ** 63n;

class FilterError extends Error {}

/** Whether a document passes, or that it can't be told. */
export function holds(filter: FilterExpression, document: ObjectValue): boolean | "error" {
  try {
    return truth(evaluate(filter, document));
  } catch (error) {
    if (error instanceof FilterError) return "error";
    throw error;
  }
}

function evaluate(filter: FilterExpression, document: ObjectValue): Value | undefined {
  const value = (part: FilterExpression): Value | undefined => evaluate(part, document);
  switch (filter.type) {
    case "compare":
      return OPERATORS[filter.operator](compare(value(filter.left), value(filter.right)));
    case "all":
      return filter.parts.every((part) => truth(value(part)));
    case "any":
      return filter.parts.some((part) => truth(value(part)));
    case "not":
      return !truth(value(filter.part));
    case "neg":
      return int64OrFloat(
        value(filter.part),
        (a) => -a,
        (a) => -a,
      );
    case "add": {
      const right = value(filter.right);
      const left = value(filter.left);
      if (typeof left !== typeof right) throw new FilterError();
      return int64OrFloat(
        left,
        (a) => a + (right as bigint),
        (a) => a + (right as number),
      );
    }
    case "field":
      return valueAt(document, filter.path);
    case "literal":
      return filter.value;
  }
}

function int64OrFloat(
  value: Value | undefined,
  int64: (value: bigint) => bigint,
  float: (value: number) => number,
): Value {
  if (typeof value === "number") return oneNaN(float(value));
  if (typeof value !== "bigint") throw new FilterError();
  const result = int64(value);
  if (result < -INT64_LIMIT || result >= INT64_LIMIT) throw new FilterError();
  return result;
}

/** The official package tells NaN from a negative NaN, which processors make as they like. Here there is one. */
function oneNaN(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value;
}

function truth(value: Value | undefined): boolean {
  if (typeof value === "boolean") return value;
  throw new FilterError();
}

/** As the SDK sends it. */
export function filterJson(filter: FilterExpression): JSONValue {
  switch (filter.type) {
    case "compare":
      return { [filter.operator]: [filterJson(filter.left), filterJson(filter.right)] };
    case "all":
      return { $and: filter.parts.map(filterJson) };
    case "any":
      return { $or: filter.parts.map(filterJson) };
    case "not":
      return { $not: filterJson(filter.part) };
    case "neg":
      return { $neg: filterJson(filter.part) };
    case "add":
      return { $add: [filterJson(filter.left), filterJson(filter.right)] };
    case "field":
      return { $field: filter.path };
    case "literal":
      return { $literal: valueJson(filter.value) };
  }
}

/** A value where `undefined` means that a field is missing. */
export function valueJson(value: Value | undefined): JSONValue {
  return value === undefined ? UNDEFINED : encodeValue(value);
}

/** Mostly comparisons of fields with values that documents have; now and then something that can't be computed. */
export function randomFilter(
  random: RandomValues,
  paths: readonly string[],
  values: readonly Value[],
  depth = 2,
): FilterExpression {
  const operand = (): FilterExpression => {
    switch (random.below(12)) {
      case 11:
        return { type: "neg", part: operand() };
      case 10:
        return { type: "add", left: operand(), right: operand() };
      default:
        return random.below(2) === 0
          ? { type: "field", path: random.pick(paths) }
          : { type: "literal", value: random.below(8) === 0 ? undefined : random.pick(values) };
    }
  };
  const parts = (): FilterExpression[] =>
    Array.from({ length: random.below(3) }, () => randomFilter(random, paths, values, depth - 1));
  switch (depth === 0 ? 0 : random.below(12)) {
    case 11:
      return operand();
    case 10:
      return { type: "not", part: randomFilter(random, paths, values, depth - 1) };
    case 9:
      return { type: "all", parts: parts() };
    case 8:
      return { type: "any", parts: parts() };
    default: {
      const operator = random.pick(Object.keys(OPERATORS) as Operator[]);
      return { type: "compare", operator, left: operand(), right: operand() };
    }
  }
}

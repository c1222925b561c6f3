import { compareValues } from "../../values/compare.ts";
import { decodeValueOrUndefined, WITH_COMMIT_TS } from "../../values/encoded-json.ts";
import { MAX_INT64, MIN_INT64 } from "../../values/limits.ts";
import { showValue, typeName } from "../../values/show.ts";
import type { JSONValue, ObjectValue, Value } from "../../values/value.ts";
import { valueAt } from "../catalogue/index-keys.ts";
import { DatabaseError } from "../database-error.ts";

type Operand = Value | undefined;
type Expression = (document: ObjectValue) => Operand;

/** A compiled `filter` predicate. Throws `EvalError` for what is not a boolean. */
export type Filter = (document: ObjectValue) => boolean;

export function compileFilter(json: JSONValue): Filter {
  const expression = compile(json);
  return (document) => toBoolean(expression(document));
}

const COMPARISONS: Record<string, (order: number) => boolean> = {
  $eq: (order) => order === 0,
  $neq: (order) => order !== 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
};

interface Arithmetic {
  readonly verb: string;
  readonly ints: (left: bigint, right: bigint) => bigint;
  readonly floats: (left: number, right: number) => number;
}

const ARITHMETIC: Record<string, Arithmetic> = {
  $add: { verb: "add", ints: (l, r) => l + r, floats: (l, r) => l + r },
  $sub: { verb: "subtract", ints: (l, r) => l - r, floats: (l, r) => l - r },
  $mul: { verb: "multiply", ints: (l, r) => l * r, floats: (l, r) => l * r },
  $div: { verb: "divide", ints: (l, r) => l / r, floats: (l, r) => l / r },
  $mod: { verb: "mod", ints: (l, r) => l % r, floats: (l, r) => l % r },
};

function compile(json: JSONValue): Expression {
  const keys = typeof json === "object" && json !== null && !Array.isArray(json) ? Object.keys(json) : [];
  const operator = keys[0];
  if (keys.length !== 1 || operator === undefined) throw invalid(json);
  const operand = (json as { [key: string]: JSONValue })[operator] as JSONValue;
  switch (operator) {
    case "$field": {
      if (typeof operand !== "string") throw invalid(json);
      const path = operand.split(".");
      return (document) => valueAt(document, path);
    }
    case "$literal": {
      const literal = decodeValueOrUndefined(operand, WITH_COMMIT_TS);
      return () => literal;
    }
    case "$and":
    case "$or": {
      if (!Array.isArray(operand)) throw invalid(json);
      const parts = operand.map(compile);
      return operator === "$and"
        ? (document) => parts.every((part) => toBoolean(part(document)))
        : (document) => parts.some((part) => toBoolean(part(document)));
    }
    case "$not": {
      const part = compile(operand);
      return (document) => !toBoolean(part(document));
    }
    case "$neg": {
      const part = compile(operand);
      return (document) => negate(part(document));
    }
    default:
      return compileBinary(operator, operand, json);
  }
}

function compileBinary(operator: string, operand: JSONValue, json: JSONValue): Expression {
  if (!Array.isArray(operand) || operand.length !== 2) throw invalid(json);
  const [left, right] = operand.map(compile) as [Expression, Expression];
  const comparison = COMPARISONS[operator];
  if (comparison !== undefined)
    return (document) => comparison(compareValues(left(document), right(document)));
  const arithmetic = ARITHMETIC[operator];
  if (arithmetic === undefined) throw invalid(json);
  return (document) => calculate(arithmetic, left(document), right(document));
}

function calculate({ verb, ints, floats }: Arithmetic, left: Operand, right: Operand): Value {
  if (typeof left === "number" && typeof right === "number") return floats(left, right);
  if (typeof left !== "bigint" || typeof right !== "bigint") {
    throw evalError(
      `Cannot ${verb} ${showValue(left)} (type ${typeName(left)}) and ${showValue(right)} (type ${typeName(right)})`,
    );
  }
  if (right === 0n && (verb === "divide" || verb === "mod"))
    throw evalError(`Cannot ${verb} ${showValue(left)} by zero`);
  const result = ints(left, right);
  if (result < MIN_INT64 || result > MAX_INT64) {
    throw evalError(
      `Cannot ${verb} ${showValue(left)} and ${showValue(right)}: the result is out of range for Int64`,
    );
  }
  return result;
}

function negate(value: Operand): Value {
  if (typeof value === "number") return -value;
  if (typeof value !== "bigint")
    throw evalError(`Cannot negate ${showValue(value)} (type ${typeName(value)})`);
  if (value === MIN_INT64)
    throw evalError(`Cannot negate ${showValue(value)}: the result is out of range for Int64`);
  return -value;
}

function toBoolean(value: Operand): boolean {
  if (typeof value === "boolean") return value;
  throw evalError(`Cannot use value ${showValue(value)} (type ${typeName(value)}) as a Boolean`);
}

function evalError(message: string): DatabaseError {
  return new DatabaseError("EvalError", message);
}

function invalid(json: JSONValue): DatabaseError {
  return new DatabaseError("InvalidArgument", `Not a filter expression: ${JSON.stringify(json)}`);
}

// biome-ignore-all lint/suspicious/noExplicitAny: operands of any type meet here

import { convexOrUndefinedToJson } from "./convex-json.ts";
import type { DocumentByInfo, FieldPaths, FieldTypeFromFieldPath, GenericTableInfo } from "./data-model.ts";
import type { JSONValue, NumericValue, Value } from "./value-types.ts";

/** A condition or a computed value, evaluated by the database for each document. */
export abstract class Expression<T extends Value | undefined> {
  declare private readonly _isExpression: true;
  declare private readonly _value: T;
}

export type ExpressionOrValue<T extends Value | undefined> = Expression<T> | T;

/** What `.filter(q => …)` is given. Comparisons use the order of all values, across types. */
export interface FilterBuilder<TableInfo extends GenericTableInfo> {
  eq<T extends Value | undefined>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<boolean>;
  neq<T extends Value | undefined>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<boolean>;
  lt<T extends Value>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<boolean>;
  lte<T extends Value>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<boolean>;
  gt<T extends Value>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<boolean>;
  gte<T extends Value>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<boolean>;
  add<T extends NumericValue>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<T>;
  sub<T extends NumericValue>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<T>;
  mul<T extends NumericValue>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<T>;
  div<T extends NumericValue>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<T>;
  mod<T extends NumericValue>(l: ExpressionOrValue<T>, r: ExpressionOrValue<T>): Expression<T>;
  neg<T extends NumericValue>(x: ExpressionOrValue<T>): Expression<T>;
  and(...exprs: Array<ExpressionOrValue<boolean>>): Expression<boolean>;
  or(...exprs: Array<ExpressionOrValue<boolean>>): Expression<boolean>;
  not(x: ExpressionOrValue<boolean>): Expression<boolean>;
  /** The field at a dotted path; `undefined` where a document lacks it. */
  field<FieldPath extends FieldPaths<TableInfo>>(
    fieldPath: FieldPath,
  ): Expression<FieldTypeFromFieldPath<DocumentByInfo<TableInfo>, FieldPath>>;
}

class JsonExpression extends Expression<any> {
  readonly json: JSONValue;

  constructor(json: JSONValue) {
    super();
    this.json = json;
  }
}

/** What the host is sent for an expression or a literal. */
export function expressionJson(operand: unknown): JSONValue {
  return operand instanceof JsonExpression
    ? operand.json
    : { $literal: convexOrUndefinedToJson(operand as Value | undefined) };
}

/** An expression of operands that are already JSON. */
export function makeExpression(json: JSONValue): Expression<any> {
  return new JsonExpression(json);
}

function binary(operator: string) {
  return (l: unknown, r: unknown): Expression<any> =>
    new JsonExpression({ [operator]: [expressionJson(l), expressionJson(r)] });
}

function unary(operator: string) {
  return (x: unknown): Expression<any> => new JsonExpression({ [operator]: expressionJson(x) });
}

function variadic(operator: string) {
  return (...operands: unknown[]): Expression<any> =>
    new JsonExpression({ [operator]: operands.map(expressionJson) });
}

/** Has no state, so that one serves all queries. */
export const filterBuilder: FilterBuilder<GenericTableInfo> = /* @__PURE__ */ (() => ({
  eq: binary("$eq"),
  neq: binary("$neq"),
  lt: binary("$lt"),
  lte: binary("$lte"),
  gt: binary("$gt"),
  gte: binary("$gte"),
  add: binary("$add"),
  sub: binary("$sub"),
  mul: binary("$mul"),
  div: binary("$div"),
  mod: binary("$mod"),
  neg: unary("$neg"),
  and: variadic("$and"),
  or: variadic("$or"),
  not: unary("$not"),
  field: (fieldPath: string) => new JsonExpression({ $field: fieldPath }),
}))();

// What queries mean, written as plainly as possible: look at every document, sort, then go through them one by one.
import type { ObjectValue, Value } from "../../src/values/value.ts";
import { type FilterExpression, holds } from "./filters.ts";
import { compare, valueAt } from "./naive-values.ts";

export type BoundType = "Eq" | "Gt" | "Gte" | "Lt" | "Lte";

export interface Bound {
  readonly type: BoundType;
  readonly field: string;
  readonly value: Value | undefined;
}

export interface NaiveQuery {
  /** Fields of the index with those that every index ends with. */
  readonly fields: readonly string[];
  readonly bounds: readonly Bound[];
  readonly order: "asc" | "desc";
  readonly filter: FilterExpression | null;
}

/** A place in the order of a query's index: the values of its fields. */
export type Position = readonly (Value | undefined)[];

export function positionOf({ fields }: NaiveQuery, document: ObjectValue): Position {
  return fields.map((field) => valueAt(document, field));
}

/** In the query's own direction: negative when it comes to `a` first. */
export function comparePositions({ order }: NaiveQuery, a: Position, b: Position): number {
  const difference = a.map((value, i) => compare(value, b[i])).find((sign) => sign !== 0) ?? 0;
  return order === "asc" ? difference : -difference;
}

export function isInBounds({ bounds }: NaiveQuery, document: ObjectValue): boolean {
  return bounds.every(({ type, field, value }) => {
    const sign = compare(valueAt(document, field), value);
    return { Eq: sign === 0, Gt: sign > 0, Gte: sign >= 0, Lt: sign < 0, Lte: sign <= 0 }[type];
  });
}

/** All documents that the query goes through, in its order, whatever the filter says of them. */
export function scan(query: NaiveQuery, documents: Iterable<ObjectValue>): ObjectValue[] {
  return [...documents]
    .filter((document) => isInBounds(query, document))
    .sort((a, b) => comparePositions(query, positionOf(query, a), positionOf(query, b)));
}

export interface Read {
  readonly documents: readonly ObjectValue[];
  readonly scanned: readonly ObjectValue[];
  /** The end of the range was reached, so that all of it was read. */
  readonly isExhausted: boolean;
  /** The filter could not be computed for the last one scanned. */
  readonly isFailure: boolean;
}

/** Goes through the query until it has found `limit` documents. */
export function read(query: NaiveQuery, documents: Iterable<ObjectValue>, limit: number = Infinity): Read {
  const found: ObjectValue[] = [];
  const scanned: ObjectValue[] = [];
  for (const document of scan(query, documents)) {
    if (found.length >= limit) return { documents: found, scanned, isExhausted: false, isFailure: false };
    scanned.push(document);
    const isFound = query.filter === null || holds(query.filter, document);
    if (isFound === "error") return { documents: found, scanned, isExhausted: false, isFailure: true };
    if (isFound) found.push(document);
  }
  return { documents: found, scanned, isExhausted: found.length < limit, isFailure: false };
}

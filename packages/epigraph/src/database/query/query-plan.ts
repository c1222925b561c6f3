import type { Order } from "../../store/store.ts";
import { compareBytes } from "../../values/index-key.ts";
import { isPlainObject, type JSONValue } from "../../values/value.ts";
import type { TableNames } from "../catalogue/namespace.ts";
import { BY_CREATION_TIME, BY_ID, type Table, type TableIndex } from "../catalogue/table.ts";
import type { KeyRange } from "../commit-request.ts";
import { DatabaseError } from "../database-error.ts";
import { compileFilter, type Filter } from "./filter.ts";
import { indexRange, type RangeExpression } from "./index-range.ts";

/** The wire form of a query, as the SDK builds it. */
export interface QueryJson {
  readonly source:
    | { readonly type: "FullTableScan"; readonly tableName: string; readonly order: Order | null }
    | {
        readonly type: "IndexRange";
        readonly indexName: string;
        readonly range: readonly RangeExpression[];
        readonly order: Order | null;
      }
    | { readonly type: "Search"; readonly indexName: string; readonly filters: readonly JSONValue[] };
  readonly operators: readonly QueryOperatorJson[];
}

export type QueryOperatorJson = { readonly filter: JSONValue } | { readonly limit: number };

export type QueryOperator =
  | { readonly type: "filter"; readonly filter: Filter }
  | { readonly type: "limit"; readonly count: number };

/** A query with its names looked up and its rules checked. */
export interface QueryPlan {
  /** Null when nothing can be found: the table does not exist, or the bounds contradict each other. */
  readonly source: QuerySource | null;
  readonly order: Order;
  readonly operators: readonly QueryOperator[];
}

export interface QuerySource {
  readonly table: Table;
  readonly index: TableIndex;
  readonly range: KeyRange;
  /** The range as it was asked for. */
  readonly expressions: readonly RangeExpression[];
  /** The part of it that is one page's; null where nobody pages. */
  readonly page: PagePlaces | null;
}

/** Index keys that a page lies between: behind `after`, up to and with `until`; null where it has no such end. */
export interface PagePlaces {
  readonly after: Uint8Array | null;
  readonly until: Uint8Array | null;
}

const MAX_OPERATORS = 256;
const NO_EXPRESSIONS: readonly RangeExpression[] = [];

/**
 * Reads a query from unchecked JSON.
 * @throws DatabaseError with the texts of index ranges and of indexes that can't be used.
 */
export function planQuery(namespace: TableNames, json: unknown): QueryPlan {
  const { source, operators } = asQuery(json);
  if (operators.length > MAX_OPERATORS) {
    throw new DatabaseError("InvalidArgument", `Query has too many operators: ${operators.length}`);
  }
  const planned = operators.map(planOperator);
  if (source.type === "Search") throw indexNotFound(source.indexName);
  const order = source.order ?? "asc";
  return { source: planSource(namespace, source), order, operators: planned };
}

function planSource(
  namespace: TableNames,
  source: Exclude<QueryJson["source"], { readonly type: "Search" }>,
): QuerySource | null {
  if (source.type === "FullTableScan") {
    const table = namespace.table(source.tableName);
    if (table === null) return null;
    return {
      table,
      index: table.byCreationTime,
      range: indexRange(table, table.byCreationTime, NO_EXPRESSIONS),
      expressions: NO_EXPRESSIONS,
      page: null,
    };
  }
  const { indexName: fullName } = source;
  const dot = fullName.indexOf(".");
  const indexName = fullName.slice(dot + 1);
  const table = namespace.table(fullName.slice(0, dot));
  if (table === null) {
    if (indexName === BY_ID || indexName === BY_CREATION_TIME) return null;
    throw indexNotFound(fullName);
  }
  const index = usableIndex(namespace.index(table, indexName), fullName);
  const range = indexRange(table, index, source.range);
  if (range.end !== null && compareBytes(range.start, range.end) >= 0) return null;
  return { table, index, range, expressions: source.range, page: null };
}

function usableIndex(index: TableIndex | null, fullName: string): TableIndex {
  if (index === null) throw indexNotFound(fullName);
  if (index.state === "enabled") return index;
  if (index.staged) {
    throw new DatabaseError(
      "IndexStagedError",
      `Index ${fullName} is currently staged and not available to query until it is enabled.`,
    );
  }
  throw new DatabaseError(
    "IndexBackfillingError",
    `Index ${fullName} is currently backfilling and not available to query yet.`,
  );
}

function indexNotFound(fullName: string): DatabaseError {
  return new DatabaseError("IndexNotFoundError", `Index ${fullName} not found.`);
}

function planOperator(operator: QueryOperatorJson): QueryOperator {
  if ("filter" in operator) return { type: "filter", filter: compileFilter(operator.filter) };
  const { limit } = operator;
  if (!Number.isInteger(limit) || limit < 0) throw invalidQuery("a limit is not a non-negative integer");
  return { type: "limit", count: limit };
}

/** Checks the outer form: what app code hands to the raw call may be anything. */
function asQuery(json: unknown): QueryJson {
  if (!isPlainObject(json)) throw invalidQuery("it is not an object");
  const { source, operators } = json;
  if (!isPlainObject(source)) throw invalidQuery("it has no source");
  if (!Array.isArray(operators) || !operators.every(isPlainObject)) throw invalidQuery("it has no operators");
  const { type, order } = source;
  if (type !== "Search" && order !== null && order !== undefined && order !== "asc" && order !== "desc") {
    throw invalidQuery("its order is neither asc nor desc");
  }
  const name = source[type === "FullTableScan" ? "tableName" : "indexName"];
  if (typeof name !== "string") throw invalidQuery("its source has no name");
  if (type === "IndexRange") {
    if (!Array.isArray(source["range"]) || !source["range"].every(isRangeExpression)) {
      throw invalidQuery("its index range is malformed");
    }
  } else if (type !== "FullTableScan" && type !== "Search") {
    throw invalidQuery("its source is of no known type");
  }
  return json as unknown as QueryJson;
}

const RANGE_TYPES: readonly unknown[] = ["Eq", "Gt", "Gte", "Lt", "Lte"];

function isRangeExpression(json: unknown): boolean {
  return (
    isPlainObject(json) &&
    RANGE_TYPES.includes(json["type"]) &&
    typeof json["fieldPath"] === "string" &&
    json["value"] !== undefined
  );
}

function invalidQuery(reason: string): DatabaseError {
  return new DatabaseError("InvalidArgument", `Invalid argument \`query\` for \`db.query\`: ${reason}`);
}

import type { Order } from "../../store/store.ts";
import type { JSONValue } from "../../values/value.ts";
import type { Catalogue, IndexInfo, TableInfo } from "../catalogue/catalogue.ts";
import { DatabaseError } from "../database-error.ts";
import { compileFilter, type Filter } from "./filter.ts";
import { indexRange, type KeyInterval, type RangeExpression } from "./index-range.ts";

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
    | { readonly type: "Search"; readonly indexName: string };
  readonly operators: readonly ({ readonly filter: JSONValue } | { readonly limit: number })[];
}

export type Operator = { readonly filter: Filter } | { readonly limit: number };

export interface QueryPlan {
  readonly tableName: string;
  /** Null: the table does not exist (yet), so there is nothing to read but its absence. */
  readonly target: {
    readonly table: TableInfo;
    readonly index: IndexInfo;
    readonly interval: KeyInterval;
  } | null;
  readonly order: Order;
  readonly operators: readonly Operator[];
}

const MAX_OPERATORS = 256;

/** Resolves names and checks the rules of index ranges; reads nothing. */
export function planQuery(catalogue: Catalogue, query: QueryJson): QueryPlan {
  const { source } = query;
  if (query.operators.length > MAX_OPERATORS) {
    throw new DatabaseError("InvalidArgument", `Query has too many operators: ${query.operators.length}`);
  }
  if (source.type === "Search") {
    throw new DatabaseError("IndexNotFoundError", `Index ${source.indexName} not found.`);
  }
  const operators = query.operators.map((operator) =>
    "limit" in operator ? { limit: operator.limit } : { filter: compileFilter(operator.filter) },
  );
  const order = source.order ?? "asc";
  const [tableName, indexName] =
    source.type === "FullTableScan"
      ? [source.tableName, "by_creation_time"]
      : splitIndexName(source.indexName);
  const table = catalogue.table(tableName);
  if (table === null) {
    if (indexName !== "by_creation_time" && indexName !== "by_id") throw notFound(tableName, indexName);
    return { tableName, target: null, order, operators };
  }
  const index = table.indexes.find((candidate) => candidate.name === indexName);
  if (index === undefined) throw notFound(tableName, indexName);
  if (index.state !== "enabled") {
    const name = `Index ${tableName}.${indexName}`;
    throw index.staged
      ? new DatabaseError(
          "IndexStagedError",
          `${name} is currently staged and not available to query until it is enabled.`,
        )
      : new DatabaseError(
          "IndexBackfillingError",
          `${name} is currently backfilling and not available to query yet.`,
        );
  }
  const interval = indexRange(table, index, source.type === "FullTableScan" ? [] : source.range);
  return { tableName, target: { table, index, interval }, order, operators };
}

function splitIndexName(name: string): [table: string, index: string] {
  const dot = name.indexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function notFound(table: string, index: string): DatabaseError {
  return new DatabaseError("IndexNotFoundError", `Index ${table}.${index} not found.`);
}

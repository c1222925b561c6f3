import { ABI_VERSION } from "./abi-version.ts";
import { requireArgument } from "./arguments.ts";
import { jsonToConvex } from "./convex-json.ts";
import type { GenericTableInfo } from "./data-model.ts";
import {
  type ExpressionOrValue,
  expressionJson,
  type FilterBuilder,
  filterBuilder,
} from "./filter-builder.ts";
import { buildRange, type RangeBuilder, type RangeExpressionJson } from "./index-range-builder.ts";
import type { PaginationOptions, PaginationResult } from "./pagination.ts";
import { SearchBuilder, type SearchFilterJson } from "./search-filter-builder.ts";
import { callHost, callHostAsync } from "./syscall.ts";
import type { JSONValue, Value } from "./value-types.ts";

const MAX_OPERATORS = 256;

type Document = { [field: string]: Value };
type Predicate = (q: FilterBuilder<GenericTableInfo>) => ExpressionOrValue<boolean>;
type Order = "asc" | "desc";

type Source =
  | { readonly type: "FullTableScan"; readonly tableName: string; readonly order: Order | null }
  | {
      readonly type: "IndexRange";
      readonly indexName: string;
      readonly range: readonly RangeExpressionJson[];
      readonly order: Order | null;
    }
  | { readonly type: "Search"; readonly indexName: string; readonly filters: readonly SearchFilterJson[] };

type Operator = { readonly filter: JSONValue } | { readonly limit: number };

/**
 * A query that can be chained or consumed once; every link of a chain is an object of its own.
 *
 * Members are private to the compiler only: apps wrap queries in proxies, through which `#` names are out of reach.
 */
export class TableQuery implements AsyncIterableIterator<Document> {
  private state: "preparing" | "chained" | "executing" | "done" = "preparing";
  private queryId = -1;
  private readonly tableName: string;
  private readonly source: Source;
  private readonly operators: readonly Operator[];

  constructor(tableName: string, source: Source, operators: readonly Operator[]) {
    this.tableName = tableName;
    this.source = source;
    this.operators = operators;
  }

  order(order: Order): TableQuery {
    requireArgument(order, 1, "order", "order");
    this.consume();
    const { source } = this;
    if (source.type === "Search") {
      throw new Error("Search queries must always be in relevance order. Can not set order manually.");
    }
    if (source.order !== null) throw new Error("Queries may only specify order at most once");
    return new TableQuery(this.tableName, { ...source, order }, this.operators);
  }

  filter(predicate: Predicate): TableQuery {
    requireArgument(predicate, 1, "filter", "predicate");
    this.consume();
    if (this.operators.length >= MAX_OPERATORS) {
      throw new Error(`Can't construct query with more than ${MAX_OPERATORS} operators`);
    }
    return this.with({ filter: expressionJson(predicate(filterBuilder)) });
  }

  limit(n: number): TableQuery {
    requireArgument(n, 1, "limit", "n");
    this.consume();
    return this.with({ limit: n });
  }

  async collect(): Promise<Document[]> {
    this.start();
    const documents: Document[] = [];
    for (;;) {
      const { value, done } = await this.next();
      if (done) return documents;
      documents.push(value);
    }
  }

  async take(n: number): Promise<Document[]> {
    requireArgument(n, 1, "take", "n");
    if (!Number.isInteger(n) || n < 0) {
      throw new TypeError("Arg 1 `n` to `take` must be a non-negative integer");
    }
    return this.limit(n).collect();
  }

  async first(): Promise<Document | null> {
    const [document] = await this.take(1);
    return document ?? null;
  }

  async unique(): Promise<Document | null> {
    const [document, second] = await this.take(2);
    if (second !== undefined) {
      throw new Error(
        `unique() query returned more than one result from table ${this.tableName}:\n [${document!["_id"]}, ${second["_id"]}, ...]`,
      );
    }
    return document ?? null;
  }

  async paginate(options: PaginationOptions): Promise<PaginationResult<Document>> {
    requireArgument(options, 1, "paginate", "options");
    const numItems = options?.numItems;
    if (typeof numItems !== "number" || numItems < 0) {
      throw new Error(`\`options.numItems\` must be a positive number. Received \`${numItems}\`.`);
    }
    this.consume();
    const result = await callHostAsync<Required<PaginationResult<JSONValue>>>("1.0/queryPage", {
      query: this.json(),
      cursor: options.cursor,
      endCursor: options.endCursor ?? null,
      pageSize: numItems,
      maximumRowsRead: options.maximumRowsRead ?? null,
      maximumBytesRead: options.maximumBytesRead,
      version: ABI_VERSION,
    });
    const { page, isDone, continueCursor, splitCursor, pageStatus } = result;
    return { page: page.map(jsonToConvex) as Document[], isDone, continueCursor, splitCursor, pageStatus };
  }

  [Symbol.asyncIterator](): this {
    this.start();
    return this;
  }

  async next(): Promise<IteratorResult<Document, undefined>> {
    if (this.state !== "executing") this.start();
    const step = await callHostAsync<{ value: JSONValue; done: boolean }>("1.0/queryStreamNext", {
      queryId: this.queryId,
    });
    if (step.done) {
      this.close();
      return { value: undefined, done: true };
    }
    return { value: jsonToConvex(step.value) as Document, done: false };
  }

  /** Ends the stream early, as leaving a `for await` loop does. */
  async return(): Promise<IteratorResult<Document, undefined>> {
    this.close();
    return { value: undefined, done: true };
  }

  private with(operator: Operator): TableQuery {
    return new TableQuery(this.tableName, this.source, [...this.operators, operator]);
  }

  private json(): object {
    return { source: this.source, operators: this.operators };
  }

  private consume(): void {
    if (this.state !== "preparing") {
      throw new Error("A query can only be chained once and can't be chained after iteration begins.");
    }
    this.state = "chained";
  }

  private start(): void {
    switch (this.state) {
      case "executing":
        throw new Error("Iteration can only begin on a query once.");
      case "chained":
        throw new Error("This query has been chained with another operator and can't be reused.");
      case "done":
        throw new Error("This query is closed and can't emit any more values.");
    }
    const args = { query: this.json(), version: ABI_VERSION };
    this.queryId = callHost<{ queryId: number }>("1.0/queryStream", args).queryId;
    this.state = "executing";
  }

  private close(): void {
    if (this.state === "executing") callHost("1.0/queryCleanup", { queryId: this.queryId });
    this.state = "done";
  }
}

/** `db.query(table)`: holds nothing but the table's name, so each use begins a query of its own. */
export class InitialQuery {
  private readonly tableName: string;

  constructor(tableName: string) {
    this.tableName = tableName;
  }

  fullTableScan(): TableQuery {
    const { tableName } = this;
    return new TableQuery(tableName, { type: "FullTableScan", tableName, order: null }, []);
  }

  withIndex(indexName: string, indexRange?: (q: RangeBuilder) => RangeBuilder): TableQuery {
    requireArgument(indexName, 1, "withIndex", "indexName");
    const range = buildRange(indexRange);
    const source = {
      type: "IndexRange",
      indexName: `${this.tableName}.${indexName}`,
      range,
      order: null,
    } as const;
    return new TableQuery(this.tableName, source, []);
  }

  withSearchIndex(indexName: string, searchFilter: (q: SearchBuilder) => SearchBuilder): TableQuery {
    requireArgument(indexName, 1, "withSearchIndex", "indexName");
    requireArgument(searchFilter, 2, "withSearchIndex", "searchFilter");
    const filters = searchFilter(new SearchBuilder()).export();
    const source = { type: "Search", indexName: `${this.tableName}.${indexName}`, filters } as const;
    return new TableQuery(this.tableName, source, []);
  }

  /** Number of documents in the table, without reading them. Not part of the public types. */
  count(): Promise<number> {
    return callHostAsync("1.0/count", { table: this.tableName });
  }

  order(order: Order): TableQuery {
    return this.fullTableScan().order(order);
  }
  filter(predicate: Predicate): TableQuery {
    return this.fullTableScan().filter(predicate);
  }
  limit(n: number): TableQuery {
    return this.fullTableScan().limit(n);
  }
  collect(): Promise<Document[]> {
    return this.fullTableScan().collect();
  }
  take(n: number): Promise<Document[]> {
    return this.fullTableScan().take(n);
  }
  first(): Promise<Document | null> {
    return this.fullTableScan().first();
  }
  unique(): Promise<Document | null> {
    return this.fullTableScan().unique();
  }
  paginate(options: PaginationOptions): Promise<PaginationResult<Document>> {
    return this.fullTableScan().paginate(options);
  }
  [Symbol.asyncIterator](): TableQuery {
    return this.fullTableScan()[Symbol.asyncIterator]();
  }
}

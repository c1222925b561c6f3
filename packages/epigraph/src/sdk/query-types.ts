import type {
  DocumentByInfo,
  GenericTableInfo,
  IndexNames,
  NamedIndex,
  NamedSearchIndex,
  SearchIndexNames,
} from "./data-model.ts";
import type { ExpressionOrValue, FilterBuilder } from "./filter-builder.ts";
import type { IndexRange, IndexRangeBuilder } from "./index-range-builder.ts";
import type { PaginationOptions, PaginationResult } from "./pagination.ts";
import type { SearchFilter, SearchFilterBuilder } from "./search-filter-builder.ts";

/** `db.query(table)`: all documents, unless an index narrows them. */
export interface QueryInitializer<TableInfo extends GenericTableInfo> extends Query<TableInfo> {
  /** All documents of the table, by creation time. */
  fullTableScan(): Query<TableInfo>;
  /** The documents in a range of an index, in the order of the index. */
  withIndex<IndexName extends IndexNames<TableInfo>>(
    indexName: IndexName,
    indexRange?: (
      q: IndexRangeBuilder<DocumentByInfo<TableInfo>, NamedIndex<TableInfo, IndexName>>,
    ) => IndexRange,
  ): Query<TableInfo>;
  /** The documents that a text search finds, most relevant first. */
  withSearchIndex<IndexName extends SearchIndexNames<TableInfo>>(
    indexName: IndexName,
    searchFilter: (
      q: SearchFilterBuilder<DocumentByInfo<TableInfo>, NamedSearchIndex<TableInfo, IndexName>>,
    ) => SearchFilter,
  ): OrderedQuery<TableInfo>;
}

export interface Query<TableInfo extends GenericTableInfo> extends OrderedQuery<TableInfo> {
  /** Ascending unless said otherwise. */
  order(order: "asc" | "desc"): OrderedQuery<TableInfo>;
}

/** A query whose order is settled. It can be consumed once. */
export interface OrderedQuery<TableInfo extends GenericTableInfo>
  extends AsyncIterable<DocumentByInfo<TableInfo>> {
  /** Leaves documents out; they are read all the same, which an index range avoids. */
  filter(predicate: (q: FilterBuilder<TableInfo>) => ExpressionOrValue<boolean>): this;
  /** One page; a function can load a single one. */
  paginate(paginationOpts: PaginationOptions): Promise<PaginationResult<DocumentByInfo<TableInfo>>>;
  collect(): Promise<Array<DocumentByInfo<TableInfo>>>;
  /** The first `n` documents, or as many as there are. */
  take(n: number): Promise<Array<DocumentByInfo<TableInfo>>>;
  first(): Promise<DocumentByInfo<TableInfo> | null>;
  /** The only document, null if there is none. Rejects if there are more. */
  unique(): Promise<DocumentByInfo<TableInfo> | null>;
}

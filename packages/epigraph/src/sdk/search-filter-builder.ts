import { requireArgument } from "./arguments.ts";
import { convexOrUndefinedToJson } from "./convex-json.ts";
import type { FieldTypeFromFieldPath, GenericDocument, GenericSearchIndexConfig } from "./data-model.ts";
import type { JSONValue, Value } from "./value-types.ts";

/** What `.withSearchIndex(name, q => …)` is given. */
export interface SearchFilterBuilder<
  Document extends GenericDocument,
  SearchIndexConfig extends GenericSearchIndexConfig,
> {
  search(
    fieldName: SearchIndexConfig["searchField"],
    query: string,
  ): SearchFilterFinalizer<Document, SearchIndexConfig>;
}

export interface SearchFilterFinalizer<
  Document extends GenericDocument,
  SearchIndexConfig extends GenericSearchIndexConfig,
> extends SearchFilter {
  eq<FieldName extends SearchIndexConfig["filterFields"]>(
    fieldName: FieldName,
    value: FieldTypeFromFieldPath<Document, FieldName>,
  ): SearchFilterFinalizer<Document, SearchIndexConfig>;
}

/** A finished search. */
export abstract class SearchFilter {
  declare private readonly _isSearchFilter: true;
}

export type SearchFilterJson =
  | { readonly type: "Search"; readonly fieldPath: string; readonly value: string }
  | { readonly type: "Eq"; readonly fieldPath: string; readonly value: JSONValue };

/** Collects search filters; each step can be continued once. */
export class SearchBuilder extends SearchFilter {
  private readonly filters: readonly SearchFilterJson[];
  private used = false;

  constructor(filters: readonly SearchFilterJson[] = []) {
    super();
    this.filters = filters;
  }

  search(fieldName: string, query: string): SearchBuilder {
    requireArgument(fieldName, 1, "search", "fieldName");
    requireArgument(query, 2, "search", "query");
    return new SearchBuilder([...this.export(), { type: "Search", fieldPath: fieldName, value: query }]);
  }

  /** `undefined` given as value means documents without the field, a missing argument is an error. */
  eq(...args: [fieldName: string, value: Value | undefined]): SearchBuilder {
    const [fieldPath, value] = args;
    requireArgument(fieldPath, 1, "eq", "fieldName");
    if (args.length !== 2) requireArgument(value, 2, "search", "value");
    return new SearchBuilder([
      ...this.export(),
      { type: "Eq", fieldPath, value: convexOrUndefinedToJson(value) },
    ]);
  }

  /** The filters so far; ends the builder. */
  export(): readonly SearchFilterJson[] {
    if (this.used) {
      throw new Error(
        "SearchFilterBuilder has already been used! Chain your method calls like `q => q.search(...).eq(...)`.",
      );
    }
    this.used = true;
    return this.filters;
  }
}

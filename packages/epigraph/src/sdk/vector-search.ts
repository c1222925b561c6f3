// biome-ignore-all lint/suspicious/noExplicitAny: one function serves the vector indexes of all tables
import { ABI_VERSION } from "./abi-version.ts";
import { requireArgument } from "./arguments.ts";
import type {
  DocumentByInfo,
  FieldTypeFromFieldPath,
  GenericDataModel,
  GenericDocument,
  GenericTableInfo,
  GenericVectorIndexConfig,
  NamedTableInfo,
  NamedVectorIndex,
  TableNamesInDataModel,
  VectorIndexNames,
} from "./data-model.ts";
import { expressionJson, makeExpression } from "./filter-builder.ts";
import { callHostAsync } from "./syscall.ts";
import type { GenericId, Value } from "./value-types.ts";

export interface VectorSearchQuery<
  TableInfo extends GenericTableInfo,
  IndexName extends VectorIndexNames<TableInfo>,
> {
  /** As many numbers as the index has dimensions. */
  vector: number[];
  /** 1 to 256, 10 by default. */
  limit?: number;
  /** Equality on filter fields of the index, alternatives joined by `q.or`. */
  filter?: (
    q: VectorFilterBuilder<DocumentByInfo<TableInfo>, NamedVectorIndex<TableInfo, IndexName>>,
  ) => FilterExpression<boolean>;
}

/** Finds the documents whose vectors are most similar, best first. */
export type VectorSearch<
  DataModel extends GenericDataModel,
  TableName extends TableNamesInDataModel<DataModel>,
  IndexName extends VectorIndexNames<NamedTableInfo<DataModel, TableName>>,
> = (
  tableName: TableName,
  indexName: IndexName,
  query: VectorSearchQuery<NamedTableInfo<DataModel, TableName>, IndexName>,
) => Promise<Array<{ _id: GenericId<TableName>; _score: number }>>;

/** A condition of a vector search. */
export declare abstract class FilterExpression<T extends Value | undefined> {
  private _isExpression: true;
  private _value: T;
}

export interface VectorFilterBuilder<
  Document extends GenericDocument,
  VectorIndexConfig extends GenericVectorIndexConfig,
> {
  eq<FieldName extends VectorIndexConfig["filterFields"]>(
    fieldName: FieldName,
    value: FieldTypeFromFieldPath<Document, FieldName>,
  ): FilterExpression<boolean>;
  or(...exprs: Array<FilterExpression<boolean>>): FilterExpression<boolean>;
}

const vectorFilterBuilder = {
  eq(fieldName: unknown, value: unknown) {
    if (typeof fieldName !== "string") {
      throw new Error("The first argument to `q.eq` must be a field name.");
    }
    return makeExpression({ $eq: [{ $field: fieldName }, expressionJson(value)] });
  },
  or: (...operands: unknown[]) => makeExpression({ $or: operands.map(expressionJson) }),
};

/** `ctx.vectorSearch`. */
export function makeVectorSearch(requestId: string): VectorSearch<any, string, never> {
  return async (tableName, indexName, query) => {
    requireArgument(tableName, 1, "vectorSearch", "tableName");
    requireArgument(indexName, 2, "vectorSearch", "indexName");
    requireArgument(query, 3, "vectorSearch", "query");
    const { vector, limit, filter } = query;
    if (!Array.isArray(vector) || vector.length === 0) {
      throw new Error("`vector` must be a non-empty Array in vectorSearch");
    }
    const { results } = await callHostAsync<{ results: Array<{ _id: GenericId<string>; _score: number }> }>(
      "1.0/actions/vectorSearch",
      {
        requestId,
        version: ABI_VERSION,
        query: {
          indexName: `${tableName}.${indexName as string}`,
          limit,
          vector,
          expressions: filter ? expressionJson(filter(vectorFilterBuilder as any)) : null,
        },
      },
    );
    return results;
  };
}

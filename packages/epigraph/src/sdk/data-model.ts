// biome-ignore-all lint/suspicious/noExplicitAny: untyped data models hold documents of any type
// biome-ignore-all lint/complexity/noBannedTypes: `{}` is "no index", where a record would admit every name

import type { SystemIndexes } from "./system-fields.ts";
import type { Value } from "./value-types.ts";

export type GenericDocument = Record<string, Value>;
/** Dotted paths to the fields of a table, as a union. */
export type GenericFieldPaths = string;
export type GenericIndexFields = string[];
/** Fields of each index by its name. */
export type GenericTableIndexes = Record<string, GenericIndexFields>;
export type GenericSearchIndexConfig = { searchField: string; filterFields: string };
export type GenericTableSearchIndexes = Record<string, GenericSearchIndexConfig>;
export type GenericVectorIndexConfig = { vectorField: string; dimensions: number; filterFields: string };
export type GenericTableVectorIndexes = Record<string, GenericVectorIndexConfig>;

type ValueFromUnion<T, Key, Default> = T extends T ? (Key extends keyof T ? T[Key] : Default) : never;

/** Type of the field at a dotted path. */
export type FieldTypeFromFieldPath<Document extends GenericDocument, FieldPath extends string> =
  FieldTypeFromFieldPathInner<Document, FieldPath> extends Value | undefined
    ? FieldTypeFromFieldPathInner<Document, FieldPath>
    : Value | undefined;

/** As `FieldTypeFromFieldPath`, but it may come to something that is no value. */
export type FieldTypeFromFieldPathInner<
  Document extends GenericDocument,
  FieldPath extends string,
> = FieldPath extends `${infer First}.${infer Rest}`
  ? ValueFromUnion<Document, First, Record<never, never>> extends infer FieldValue
    ? FieldValue extends GenericDocument
      ? FieldTypeFromFieldPath<FieldValue, Rest>
      : undefined
    : undefined
  : ValueFromUnion<Document, FieldPath, undefined>;

/** What the compiler knows about one table. */
export type GenericTableInfo = {
  document: GenericDocument;
  fieldPaths: GenericFieldPaths;
  indexes: GenericTableIndexes;
  searchIndexes: GenericTableSearchIndexes;
  vectorIndexes: GenericTableVectorIndexes;
};

export type DocumentByInfo<TableInfo extends GenericTableInfo> = TableInfo["document"];
export type FieldPaths<TableInfo extends GenericTableInfo> = TableInfo["fieldPaths"];
export type Indexes<TableInfo extends GenericTableInfo> = TableInfo["indexes"];
export type IndexNames<TableInfo extends GenericTableInfo> = keyof Indexes<TableInfo>;
export type NamedIndex<
  TableInfo extends GenericTableInfo,
  IndexName extends IndexNames<TableInfo>,
> = Indexes<TableInfo>[IndexName];
export type SearchIndexes<TableInfo extends GenericTableInfo> = TableInfo["searchIndexes"];
export type SearchIndexNames<TableInfo extends GenericTableInfo> = keyof SearchIndexes<TableInfo>;
export type NamedSearchIndex<
  TableInfo extends GenericTableInfo,
  IndexName extends SearchIndexNames<TableInfo>,
> = SearchIndexes<TableInfo>[IndexName];
export type VectorIndexes<TableInfo extends GenericTableInfo> = TableInfo["vectorIndexes"];
export type VectorIndexNames<TableInfo extends GenericTableInfo> = keyof VectorIndexes<TableInfo>;
export type NamedVectorIndex<
  TableInfo extends GenericTableInfo,
  IndexName extends VectorIndexNames<TableInfo>,
> = VectorIndexes<TableInfo>[IndexName];

/** What the compiler knows about all tables, by name. */
export type GenericDataModel = Record<string, GenericTableInfo>;

/** The data model of an app without a schema. */
export type AnyDataModel = {
  [tableName: string]: {
    document: any;
    fieldPaths: GenericFieldPaths;
    indexes: SystemIndexes;
    searchIndexes: {};
    vectorIndexes: {};
  };
};

export type TableNamesInDataModel<DataModel extends GenericDataModel> = keyof DataModel & string;
export type NamedTableInfo<
  DataModel extends GenericDataModel,
  TableName extends keyof DataModel,
> = DataModel[TableName];
export type DocumentByName<
  DataModel extends GenericDataModel,
  TableName extends TableNamesInDataModel<DataModel>,
> = DataModel[TableName]["document"];

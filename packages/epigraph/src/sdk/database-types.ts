import type {
  DocumentByName,
  GenericDataModel,
  NamedTableInfo,
  TableNamesInDataModel,
} from "./data-model.ts";
import type { QueryInitializer } from "./query-types.ts";
import type { SystemDataModel } from "./schema.ts";
import type { WithOptionalSystemFields, WithoutSystemFields } from "./system-fields.ts";
import type { CommitTsPlaceholder, GenericId } from "./value-types.ts";

/** Keeps inference from widening a table to all tables of a union of ids. */
type NonUnion<T> = T extends never ? never : T;
/** Fields may be left out; those that are optional may also be `undefined`, which removes them. */
type PatchValue<T> = { [P in keyof T]?: undefined extends T[P] ? T[P] | undefined : T[P] };

interface BaseDatabaseReader<DataModel extends GenericDataModel> {
  /** The document, null if it does not exist. */
  get<TableName extends TableNamesInDataModel<DataModel>>(
    table: TableName,
    id: GenericId<NonUnion<TableName>>,
  ): Promise<DocumentByName<DataModel, TableName> | null>;
  get<TableName extends TableNamesInDataModel<DataModel>>(
    id: GenericId<TableName>,
  ): Promise<DocumentByName<DataModel, TableName> | null>;
  query<TableName extends TableNamesInDataModel<DataModel>>(
    tableName: TableName,
  ): QueryInitializer<NamedTableInfo<DataModel, TableName>>;
  /** The id that a text is, null unless it is the id of a document in the table. */
  normalizeId<TableName extends TableNamesInDataModel<DataModel>>(
    tableName: TableName,
    id: string,
  ): GenericId<TableName> | null;
}

interface BaseDatabaseReaderWithTable<DataModel extends GenericDataModel> {
  table<TableName extends TableNamesInDataModel<DataModel>>(
    tableName: TableName,
  ): BaseTableReader<DataModel, TableName>;
}

export interface BaseTableReader<
  DataModel extends GenericDataModel,
  TableName extends TableNamesInDataModel<DataModel>,
> {
  get(id: GenericId<TableName>): Promise<DocumentByName<DataModel, TableName> | null>;
  query(): QueryInitializer<NamedTableInfo<DataModel, TableName>>;
}

/** `ctx.db` of queries. */
export interface GenericDatabaseReader<DataModel extends GenericDataModel>
  extends BaseDatabaseReader<DataModel> {
  /** Tables of the system: stored files and scheduled functions. */
  system: BaseDatabaseReader<SystemDataModel>;
}

export interface GenericDatabaseReaderWithTable<DataModel extends GenericDataModel>
  extends BaseDatabaseReaderWithTable<DataModel> {
  system: BaseDatabaseReaderWithTable<SystemDataModel>;
}

/** `ctx.db` of mutations. */
export interface GenericDatabaseWriter<DataModel extends GenericDataModel>
  extends GenericDatabaseReader<DataModel> {
  insert<TableName extends TableNamesInDataModel<DataModel>>(
    table: TableName,
    value: WithoutSystemFields<DocumentByName<DataModel, TableName>>,
  ): Promise<GenericId<TableName>>;
  /** Changes the given fields; `undefined` removes one. */
  patch<TableName extends TableNamesInDataModel<DataModel>>(
    table: TableName,
    id: GenericId<NonUnion<TableName>>,
    value: PatchValue<DocumentByName<DataModel, TableName>>,
  ): Promise<void>;
  patch<TableName extends TableNamesInDataModel<DataModel>>(
    id: GenericId<TableName>,
    value: PatchValue<DocumentByName<DataModel, TableName>>,
  ): Promise<void>;
  /** Replaces all fields but those of the system. */
  replace<TableName extends TableNamesInDataModel<DataModel>>(
    table: TableName,
    id: GenericId<NonUnion<TableName>>,
    value: WithOptionalSystemFields<DocumentByName<DataModel, TableName>>,
  ): Promise<void>;
  replace<TableName extends TableNamesInDataModel<DataModel>>(
    id: GenericId<TableName>,
    value: WithOptionalSystemFields<DocumentByName<DataModel, TableName>>,
  ): Promise<void>;
  delete<TableName extends TableNamesInDataModel<DataModel>>(
    table: TableName,
    id: GenericId<NonUnion<TableName>>,
  ): Promise<void>;
  delete(id: GenericId<TableNamesInDataModel<DataModel>>): Promise<void>;
  vars: { commitTs: CommitTsPlaceholder };
}

export interface GenericDatabaseWriterWithTable<DataModel extends GenericDataModel>
  extends GenericDatabaseReaderWithTable<DataModel> {
  table<TableName extends TableNamesInDataModel<DataModel>>(
    tableName: TableName,
  ): BaseTableWriter<DataModel, TableName>;
}

export interface BaseTableWriter<
  DataModel extends GenericDataModel,
  TableName extends TableNamesInDataModel<DataModel>,
> extends BaseTableReader<DataModel, TableName> {
  insert(value: WithoutSystemFields<DocumentByName<DataModel, TableName>>): Promise<GenericId<TableName>>;
  patch(id: GenericId<TableName>, value: PatchValue<DocumentByName<DataModel, TableName>>): Promise<void>;
  replace(
    id: GenericId<TableName>,
    value: WithOptionalSystemFields<DocumentByName<DataModel, TableName>>,
  ): Promise<void>;
  delete(id: GenericId<TableName>): Promise<void>;
}

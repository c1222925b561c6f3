// biome-ignore-all lint/suspicious/noExplicitAny: tables with documents of any type meet here
// biome-ignore-all lint/complexity/noBannedTypes: `{}` is "no index", where a record would admit every name
import type {
  AnyDataModel,
  GenericDataModel,
  GenericTableIndexes,
  GenericTableSearchIndexes,
  GenericTableVectorIndexes,
  TableNamesInDataModel,
} from "./data-model.ts";
import type { IdField, IndexTiebreakerField, SystemFields, SystemIndexes } from "./system-fields.ts";
import type { Expand } from "./type-utils.ts";
import { v } from "./v.ts";
import {
  type GenericValidator,
  isValidator,
  type ObjectType,
  type VAny,
  type VArray,
  type Validator,
  type ValidatorJSON,
  type VFloat64,
  type VId,
  type VLiteral,
  type VObject,
  type VString,
  type VUnion,
} from "./validators.ts";
import type { GenericId } from "./value-types.ts";

type ExtractFieldPaths<T extends Validator<any, any, any>> = T["fieldPaths"] | keyof SystemFields;
type ExtractDocument<T extends Validator<any, any, any>> = Expand<SystemFields & T["type"]>;

export interface DbIndexConfig<FirstFieldPath extends string, RestFieldPaths extends string[]> {
  fields: [FirstFieldPath, ...RestFieldPaths];
}
export interface SearchIndexConfig<SearchField extends string, FilterFields extends string> {
  searchField: SearchField;
  filterFields?: FilterFields[];
}
export interface VectorIndexConfig<VectorField extends string, FilterFields extends string> {
  vectorField: VectorField;
  dimensions: number;
  filterFields?: FilterFields[];
}
export interface IndexOptions {
  /** Filled in the background by deploys to come, and not yet open to queries. */
  staged?: boolean;
}

type Staged = IndexOptions & { staged: true };
type Enabled = IndexOptions & { staged?: false };

interface IndexJson {
  indexDescriptor: string;
  fields: string[];
}
interface SearchIndexJson {
  indexDescriptor: string;
  searchField: string;
  filterFields: string[];
}
interface VectorIndexJson {
  indexDescriptor: string;
  vectorField: string;
  dimensions: number;
  filterFields: string[];
}

/** A table as the server is told. */
export interface TableJson {
  indexes: IndexJson[];
  stagedDbIndexes: IndexJson[];
  searchIndexes: SearchIndexJson[];
  stagedSearchIndexes: SearchIndexJson[];
  vectorIndexes: VectorIndexJson[];
  stagedVectorIndexes: VectorIndexJson[];
  documentType: ValidatorJSON;
  stagedDocumentType: ValidatorJSON | undefined;
}

/** A table of a schema: what its documents are and how they are indexed. Methods return the table itself. */
export class TableDefinition<
  DocumentType extends Validator<any, any, any> = Validator<any, any, any>,
  Indexes extends GenericTableIndexes = {},
  SearchIndexes extends GenericTableSearchIndexes = {},
  VectorIndexes extends GenericTableVectorIndexes = {},
> {
  // For inference: what the methods add is otherwise not found in the members' types.
  declare protected readonly _indexTypes: [Indexes, SearchIndexes, VectorIndexes];
  private readonly indexes: IndexJson[] = [];
  private readonly stagedDbIndexes: IndexJson[] = [];
  private readonly searchIndexes: SearchIndexJson[] = [];
  private readonly stagedSearchIndexes: SearchIndexJson[] = [];
  private readonly vectorIndexes: VectorIndexJson[] = [];
  private readonly stagedVectorIndexes: VectorIndexJson[] = [];
  private stagedValidator: GenericValidator | undefined;
  validator: DocumentType;

  constructor(documentType: DocumentType) {
    this.validator = documentType;
  }

  /** For tools that read schemas; the name keeps it out of the way of completion. */
  " indexes"(): { indexDescriptor: string; fields: string[] }[] {
    return this.indexes;
  }

  /** Adds an index on some fields, in this order. Creation time is always the last field, unnamed. */
  index<
    IndexName extends string,
    FirstFieldPath extends ExtractFieldPaths<DocumentType>,
    RestFieldPaths extends ExtractFieldPaths<DocumentType>[],
  >(
    name: IndexName,
    indexConfig: Expand<DbIndexConfig<FirstFieldPath, RestFieldPaths> & Enabled>,
  ): TableDefinition<
    DocumentType,
    Expand<Indexes & Record<IndexName, [FirstFieldPath, ...RestFieldPaths, IndexTiebreakerField]>>,
    SearchIndexes,
    VectorIndexes
  >;
  index<
    IndexName extends string,
    FirstFieldPath extends ExtractFieldPaths<DocumentType>,
    RestFieldPaths extends ExtractFieldPaths<DocumentType>[],
  >(
    name: IndexName,
    fields: [FirstFieldPath, ...RestFieldPaths],
  ): TableDefinition<
    DocumentType,
    Expand<Indexes & Record<IndexName, [FirstFieldPath, ...RestFieldPaths, IndexTiebreakerField]>>,
    SearchIndexes,
    VectorIndexes
  >;
  index<
    IndexName extends string,
    FirstFieldPath extends ExtractFieldPaths<DocumentType>,
    RestFieldPaths extends ExtractFieldPaths<DocumentType>[],
  >(
    name: IndexName,
    indexConfig: Expand<DbIndexConfig<FirstFieldPath, RestFieldPaths> & Staged>,
  ): TableDefinition<DocumentType, Indexes, SearchIndexes, VectorIndexes>;
  index(name: string, config: string[] | { fields: string[]; staged?: boolean }): any {
    const { fields, staged } = Array.isArray(config) ? { fields: config, staged: false } : config;
    (staged ? this.stagedDbIndexes : this.indexes).push({ indexDescriptor: name, fields });
    return this;
  }

  /** Adds an index for text search in one field. */
  searchIndex<
    IndexName extends string,
    SearchField extends ExtractFieldPaths<DocumentType>,
    FilterFields extends ExtractFieldPaths<DocumentType> = never,
  >(
    name: IndexName,
    indexConfig: Expand<SearchIndexConfig<SearchField, FilterFields> & Enabled>,
  ): TableDefinition<
    DocumentType,
    Indexes,
    Expand<SearchIndexes & Record<IndexName, { searchField: SearchField; filterFields: FilterFields }>>,
    VectorIndexes
  >;
  searchIndex<
    IndexName extends string,
    SearchField extends ExtractFieldPaths<DocumentType>,
    FilterFields extends ExtractFieldPaths<DocumentType> = never,
  >(
    name: IndexName,
    indexConfig: Expand<SearchIndexConfig<SearchField, FilterFields> & Staged>,
  ): TableDefinition<DocumentType, Indexes, SearchIndexes, VectorIndexes>;
  searchIndex(name: string, config: SearchIndexConfig<string, string> & IndexOptions): any {
    (config.staged ? this.stagedSearchIndexes : this.searchIndexes).push({
      indexDescriptor: name,
      searchField: config.searchField,
      filterFields: config.filterFields ?? [],
    });
    return this;
  }

  /** Adds an index for similarity search in a field of numbers, `dimensions` of them. */
  vectorIndex<
    IndexName extends string,
    VectorField extends ExtractFieldPaths<DocumentType>,
    FilterFields extends ExtractFieldPaths<DocumentType> = never,
  >(
    name: IndexName,
    indexConfig: Expand<VectorIndexConfig<VectorField, FilterFields> & Enabled>,
  ): TableDefinition<
    DocumentType,
    Indexes,
    SearchIndexes,
    Expand<
      VectorIndexes &
        Record<IndexName, { vectorField: VectorField; dimensions: number; filterFields: FilterFields }>
    >
  >;
  vectorIndex<
    IndexName extends string,
    VectorField extends ExtractFieldPaths<DocumentType>,
    FilterFields extends ExtractFieldPaths<DocumentType> = never,
  >(
    name: IndexName,
    indexConfig: Expand<VectorIndexConfig<VectorField, FilterFields> & Staged>,
  ): TableDefinition<DocumentType, Indexes, SearchIndexes, VectorIndexes>;
  vectorIndex(name: string, config: VectorIndexConfig<string, string> & IndexOptions): any {
    (config.staged ? this.stagedVectorIndexes : this.vectorIndexes).push({
      indexDescriptor: name,
      vectorField: config.vectorField,
      dimensions: config.dimensions,
      filterFields: config.filterFields ?? [],
    });
    return this;
  }

  /**
   * Announces a document type to come, which is checked while the present one stays enforced: a whole validator, or
   * the fields that change, `undefined` for one that goes.
   */
  staged(
    documentSchema:
      | Validator<Record<string, any>, "required", any>
      | Record<string, GenericValidator | undefined>,
  ): TableDefinition<DocumentType, Indexes, SearchIndexes, VectorIndexes> {
    if (this.stagedValidator !== undefined) {
      throw new Error("Table cannot have more than one staged validator.");
    }
    this.stagedValidator = isValidator(documentSchema)
      ? documentSchema
      : v.object(this.changedFields(documentSchema));
    return this;
  }

  /** The table as the server is told. */
  export(): TableJson {
    return {
      indexes: this.indexes,
      stagedDbIndexes: this.stagedDbIndexes,
      searchIndexes: this.searchIndexes,
      stagedSearchIndexes: this.stagedSearchIndexes,
      vectorIndexes: this.vectorIndexes,
      stagedVectorIndexes: this.stagedVectorIndexes,
      documentType: documentTypeJson(this.validator, "validator", "defineTable"),
      stagedDocumentType:
        this.stagedValidator && documentTypeJson(this.stagedValidator, "staged validator", ".staged()"),
    };
  }

  private changedFields(
    changes: Record<string, GenericValidator | undefined>,
  ): Record<string, GenericValidator> {
    const { validator } = this as { validator: GenericValidator };
    if (validator.kind !== "object" && validator.kind !== "any") {
      throw new Error(
        "Specifying top-level field changes is only supported for simple table definitions. For a table defined with a union or record validator, you must stage a fully defined object or union validator.",
      );
    }
    const present = validator.kind === "object" ? validator.fields : {};
    const fields = Object.entries({ ...present, ...changes }).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields) as Record<string, GenericValidator>;
  }
}

function documentTypeJson(validator: GenericValidator, what: string, parameterOf: string): ValidatorJSON {
  const { json } = validator;
  if (typeof json === "object") return json;
  throw new Error(
    `Invalid ${what}: please make sure that the parameter of \`${parameterOf}\` is valid (see https://docs.convex.dev/database/schemas)`,
  );
}

/** A table whose documents fulfil a validator, or have fields that do. */
export function defineTable<DocumentSchema extends Validator<Record<string, any>, "required", any>>(
  documentSchema: DocumentSchema,
): TableDefinition<DocumentSchema>;
export function defineTable<DocumentSchema extends Record<string, GenericValidator>>(
  documentSchema: DocumentSchema,
): TableDefinition<VObject<ObjectType<DocumentSchema>, DocumentSchema>>;
export function defineTable(
  documentSchema: GenericValidator | Record<string, GenericValidator>,
): TableDefinition<any, any, any> {
  return new TableDefinition(isValidator(documentSchema) ? documentSchema : v.object(documentSchema));
}

export type SystemFieldValidators<TableName extends string> = {
  _id: VId<GenericId<TableName>>;
  _creationTime: VFloat64<number>;
};

type WithSystemFieldValidators<TableName extends string, DocumentType extends Validator<any, any, any>> =
  DocumentType extends VObject<infer Type, infer Fields, any, any>
    ? VObject<
        Expand<IdField<TableName> & SystemFields & Type>,
        Expand<SystemFieldValidators<TableName> & Fields>
      >
    : DocumentType;

/** The validator of the documents of a table, system fields included. */
export type DocValidator<TableName extends string, DocumentType extends Validator<any, any, any>> =
  DocumentType extends VUnion<any, infer Members, any, any>
    ? {
        [Index in keyof Members]: WithSystemFieldValidators<TableName, Members[Index]>;
      } extends infer NewMembers extends Validator<any, "required", any>[]
      ? VUnion<WithSystemFieldValidators<TableName, Members[number]>["type"], NewMembers>
      : never
    : WithSystemFieldValidators<TableName, DocumentType>;

/** A validator of the documents of a table as queries return them, for `returns` and arguments. */
export function docValidator<TableName extends string, Table extends TableDefinition<any, any, any, any>>(
  tableName: TableName,
  table: Table,
): DocValidator<TableName, Table["validator"]> {
  return withSystemFields(tableName, table.validator) as any;
}

function withSystemFields(tableName: string, validator: GenericValidator): GenericValidator {
  switch (validator.kind) {
    case "object":
      return validator.extend({ _id: v.id(tableName), _creationTime: v.number() });
    case "union":
      return v.union(...validator.members.map((member) => withSystemFields(tableName, member) as any));
    case "any":
      return validator;
    default:
      throw new Error(
        `Invalid validator for table "${tableName}": a table's documents must be objects, or a union of objects (see https://docs.convex.dev/database/schemas)`,
      );
  }
}

export type GenericSchema = Record<string, TableDefinition>;

/** The schema that `schema.ts` exports as its default. */
export class SchemaDefinition<Schema extends GenericSchema, StrictTableTypes extends boolean> {
  tables: Schema;
  /** For inference only: no such property exists at run time. */
  declare strictTableNameTypes: StrictTableTypes;
  readonly schemaValidation: boolean;

  constructor(tables: Schema, options?: DefineSchemaOptions<StrictTableTypes>) {
    this.tables = tables;
    this.schemaValidation = options?.schemaValidation ?? true;
  }

  /** A validator of the documents of a table as queries return them. */
  doc<TableName extends keyof Schema & string>(
    tableName: TableName,
  ): DocValidator<TableName, Schema[TableName]["validator"]> {
    return docValidator(tableName, this.#table(tableName));
  }

  /** A validator of the ids of a table that is known to exist. */
  id<TableName extends keyof Schema & string>(tableName: TableName): VId<GenericId<TableName>> {
    this.#table(tableName);
    return v.id(tableName);
  }

  /** JSON text of the schema, for the server. */
  export(): string {
    const tables = Object.entries(this.tables).map(([tableName, table]) => ({
      tableName,
      ...table.export(),
    }));
    return JSON.stringify({ tables, schemaValidation: this.schemaValidation });
  }

  #table<TableName extends keyof Schema & string>(tableName: TableName): Schema[TableName] {
    const table = this.tables[tableName];
    if (table !== undefined) return table;
    throw new Error(
      `Table "${tableName}" is not in this schema. Tables in this schema: ${Object.keys(this.tables).join(", ")}`,
    );
  }
}

export interface DefineSchemaOptions<StrictTableNameTypes extends boolean> {
  /** Whether documents are checked at run time; true by default. */
  schemaValidation?: boolean;
  /** Whether the compiler refuses tables that the schema lacks; true by default. */
  strictTableNameTypes?: StrictTableNameTypes;
}

/**
 * The schema of an app.
 *
 * ```ts
 * export default defineSchema({
 *   messages: defineTable({ channel: v.id("channels"), body: v.string() }).index("by_channel", ["channel"]),
 * });
 * ```
 */
export function defineSchema<Schema extends GenericSchema, StrictTableNameTypes extends boolean = true>(
  schema: Schema,
  options?: DefineSchemaOptions<StrictTableNameTypes>,
): SchemaDefinition<Schema, StrictTableNameTypes> {
  return new SchemaDefinition(schema, options);
}

/** What the compiler knows about the tables of a schema. */
export type DataModelFromSchemaDefinition<SchemaDef extends SchemaDefinition<any, boolean>> =
  MaybeMakeLooseDataModel<
    {
      [TableName in keyof SchemaDef["tables"] &
        string]: SchemaDef["tables"][TableName] extends TableDefinition<
        infer DocumentType,
        infer Indexes,
        infer SearchIndexes,
        infer VectorIndexes
      >
        ? {
            document: Expand<IdField<TableName> & ExtractDocument<DocumentType>>;
            fieldPaths: keyof IdField<TableName> | ExtractFieldPaths<DocumentType>;
            indexes: Expand<Indexes & SystemIndexes>;
            searchIndexes: SearchIndexes;
            vectorIndexes: VectorIndexes;
          }
        : never;
    },
    SchemaDef["strictTableNameTypes"]
  >;

type MaybeMakeLooseDataModel<
  DataModel extends GenericDataModel,
  StrictTableNameTypes extends boolean,
> = StrictTableNameTypes extends true ? DataModel : Expand<DataModel & AnyDataModel>;

type JobState =
  | { kind: "pending" }
  | { kind: "inProgress" }
  | { kind: "success" }
  | { kind: "failed"; error: string }
  | { kind: "canceled" };
type KindOnly<Kind extends string> = VObject<{ kind: Kind }, { kind: VLiteral<Kind> }, "required", "kind">;

type SystemTables = {
  _scheduled_functions: TableDefinition<
    VObject<
      { completedTime?: number; name: string; args: any[]; scheduledTime: number; state: JobState },
      {
        name: VString;
        args: VArray<any[], VAny>;
        scheduledTime: VFloat64;
        completedTime: VFloat64<number | undefined, "optional">;
        state: VUnion<
          JobState,
          [
            KindOnly<"pending">,
            KindOnly<"inProgress">,
            KindOnly<"success">,
            VObject<{ kind: "failed"; error: string }, { kind: VLiteral<"failed">; error: VString }>,
            KindOnly<"canceled">,
          ],
          "required",
          "kind" | "error"
        >;
      },
      "required",
      "name" | "args" | "scheduledTime" | "completedTime" | "state" | "state.kind" | "state.error"
    >
  >;
  _storage: TableDefinition<
    VObject<
      { contentType?: string; sha256: string; size: number },
      { sha256: VString; size: VFloat64; contentType: VString<string | undefined, "optional"> },
      "required",
      "sha256" | "size" | "contentType"
    >
  >;
};

/** Tables that `ctx.db.system` reads. */
export interface SystemDataModel
  extends DataModelFromSchemaDefinition<SchemaDefinition<SystemTables, true>> {}
export type SystemTableNames = TableNamesInDataModel<SystemDataModel>;

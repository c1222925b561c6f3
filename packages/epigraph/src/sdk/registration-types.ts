// biome-ignore-all lint/suspicious/noExplicitAny: builders accept handlers and validators of any type
import type { Auth, MutationAuth } from "./auth.ts";
import type {
  GenericDataModel,
  NamedTableInfo,
  TableNamesInDataModel,
  VectorIndexNames,
} from "./data-model.ts";
import type {
  GenericDatabaseReader,
  GenericDatabaseReaderWithTable,
  GenericDatabaseWriter,
  GenericDatabaseWriterWithTable,
} from "./database-types.ts";
import type {
  ArgsAndOptions,
  FunctionReference,
  FunctionReference_future,
  FunctionReturnType,
  OptionalRestArgs,
  ValidatorTypeToReturnType,
} from "./functions-api.ts";
import type { ActionMeta, MutationMeta, QueryMeta, TransactionLimits } from "./meta.ts";
import type { Scheduler } from "./scheduler.ts";
import type { StorageActionWriter, StorageReader, StorageWriter } from "./storage.ts";
import type { Expand } from "./type-utils.ts";
import type { GenericValidator, Infer, ObjectType, PropertyValidators, Validator } from "./validators.ts";
import type { GenericId } from "./value-types.ts";
import type { VectorSearchQuery } from "./vector-search.ts";

type Visible = "public" | "internal";
type AnyQuery = FunctionReference<"query", Visible> | FunctionReference_future<"query", Visible>;
type AnyMutation = FunctionReference<"mutation", Visible> | FunctionReference_future<"mutation", Visible>;
type AnyAction = FunctionReference<"action", Visible> | FunctionReference_future<"action", Visible>;

/** What the handler of a mutation is given. */
export interface GenericMutationCtx<DataModel extends GenericDataModel> {
  db: GenericDatabaseWriter<DataModel>;
  auth: MutationAuth;
  storage: StorageWriter;
  scheduler: Scheduler;
  /** Runs a query in this transaction: it sees what has been written so far. */
  runQuery: <Query extends AnyQuery>(
    query: Query,
    ...args: ArgsAndOptions<Query, AdvancedRunQueryOptions>
  ) => Promise<FunctionReturnType<Query>>;
  /** Runs a mutation as part of this transaction; if it throws, only its own writes are undone. */
  runMutation: <Mutation extends AnyMutation>(
    mutation: Mutation,
    ...args: ArgsAndOptions<Mutation, { transactionLimits?: TransactionLimits }>
  ) => Promise<FunctionReturnType<Mutation>>;
  meta: MutationMeta;
}

export type GenericMutationCtxWithTable<DataModel extends GenericDataModel> = Omit<
  GenericMutationCtx<DataModel>,
  "db"
> & { db: GenericDatabaseWriterWithTable<DataModel> };

/** What the handler of a query is given. */
export interface GenericQueryCtx<DataModel extends GenericDataModel> {
  db: GenericDatabaseReader<DataModel>;
  auth: Auth;
  storage: StorageReader;
  /** Runs a query on the same snapshot. */
  runQuery: <Query extends AnyQuery>(
    query: Query,
    ...args: ArgsAndOptions<Query, { transactionLimits?: TransactionLimits }>
  ) => Promise<FunctionReturnType<Query>>;
  meta: QueryMeta;
}

export type GenericQueryCtxWithTable<DataModel extends GenericDataModel> = Omit<
  GenericQueryCtx<DataModel>,
  "db"
> & { db: GenericDatabaseReaderWithTable<DataModel> };

/** What the handler of an action or an HTTP action is given. Every call is a transaction of its own. */
export interface GenericActionCtx<DataModel extends GenericDataModel> {
  runQuery<Query extends AnyQuery>(
    query: Query,
    ...args: OptionalRestArgs<Query>
  ): Promise<FunctionReturnType<Query>>;
  runMutation<Mutation extends AnyMutation>(
    mutation: Mutation,
    ...args: OptionalRestArgs<Mutation>
  ): Promise<FunctionReturnType<Mutation>>;
  /** Runs an action, which may live in another runtime; plain functions cost less. */
  runAction<Action extends AnyAction>(
    action: Action,
    ...args: OptionalRestArgs<Action>
  ): Promise<FunctionReturnType<Action>>;
  scheduler: Scheduler;
  auth: Auth;
  storage: StorageActionWriter;
  vectorSearch<
    TableName extends TableNamesInDataModel<DataModel>,
    IndexName extends VectorIndexNames<NamedTableInfo<DataModel, TableName>>,
  >(
    tableName: TableName,
    indexName: IndexName,
    query: Expand<VectorSearchQuery<NamedTableInfo<DataModel, TableName>, IndexName>>,
  ): Promise<Array<{ _id: GenericId<TableName>; _score: number }>>;
  meta: ActionMeta;
}

export interface AdvancedRunQueryOptions {
  transactionLimits?: TransactionLimits;
  /** Read as of the start of the mutation: what it has written is not seen, and conflicts are not noticed. */
  useStaleSnapshot?: boolean;
}

export type DefaultFunctionArgs = Record<string, unknown>;
type OneArgArray<ArgsObject extends DefaultFunctionArgs = DefaultFunctionArgs> = [ArgsObject];
type NoArgsArray = [];
export type ArgsArray = OneArgArray | NoArgsArray;
export type EmptyObject = Record<string, never>;
export type ArgsArrayToObject<Args extends ArgsArray> =
  Args extends OneArgArray<infer ArgsObject> ? ArgsObject : EmptyObject;

/** Whether clients can call a function, or only other functions. */
export type FunctionVisibility = "public" | "internal";
type VisibilityProperties<Visibility extends FunctionVisibility> = {
  _visibility: Visibility;
} & (Visibility extends "public" ? { isPublic: true } : { isInternal: true });

// Arguments and results are inferred from these aliases by name, therefore no member needs to mention them.

/** A mutation as a module exports it. */
export type RegisteredMutation<
  Visibility extends FunctionVisibility,
  _Args extends DefaultFunctionArgs,
  _Returns,
> = { isConvexFunction: true; isMutation: true } & VisibilityProperties<Visibility>;

/** A query as a module exports it. */
export type RegisteredQuery<
  Visibility extends FunctionVisibility,
  _Args extends DefaultFunctionArgs,
  _Returns,
> = { isConvexFunction: true; isQuery: true } & VisibilityProperties<Visibility>;

/** An action as a module exports it. */
export type RegisteredAction<
  Visibility extends FunctionVisibility,
  _Args extends DefaultFunctionArgs,
  _Returns,
> = { isConvexFunction: true; isAction: true } & VisibilityProperties<Visibility>;

/** An HTTP action, to be routed in `http.ts`. */
export type PublicHttpAction = { isHttp: true };

export type UnvalidatedFunction<Ctx, Args extends ArgsArray, Returns> =
  | ((ctx: Ctx, ...args: Args) => Returns)
  | { handler: (ctx: Ctx, ...args: Args) => Returns };

export interface ValidatedFunction<Ctx, ArgsValidator extends PropertyValidators, Returns> {
  args: ArgsValidator;
  handler: (ctx: Ctx, args: ObjectType<ArgsValidator>) => Returns;
}

export type ReturnValueForOptionalValidator<
  ReturnsValidator extends Validator<any, any, any> | PropertyValidators | void,
> = [ReturnsValidator] extends [Validator<any, any, any>]
  ? ValidatorTypeToReturnType<Infer<ReturnsValidator>>
  : [ReturnsValidator] extends [PropertyValidators]
    ? ValidatorTypeToReturnType<ObjectType<ReturnsValidator>>
    : any;

export type ArgsArrayForOptionalValidator<
  ArgsValidator extends GenericValidator | PropertyValidators | void,
> = [ArgsValidator] extends [Validator<any, any, any>]
  ? OneArgArray<Infer<ArgsValidator>>
  : [ArgsValidator] extends [PropertyValidators]
    ? OneArgArray<ObjectType<ArgsValidator>>
    : ArgsArray;

export type DefaultArgsForOptionalValidator<
  ArgsValidator extends GenericValidator | PropertyValidators | void,
> = [ArgsValidator] extends [Validator<any, any, any>]
  ? [Infer<ArgsValidator>]
  : [ArgsValidator] extends [PropertyValidators]
    ? [ObjectType<ArgsValidator>]
    : OneArgArray;

/** The type of `mutation` and `internalMutation`. */
export type MutationBuilder<DataModel extends GenericDataModel, Visibility extends FunctionVisibility> = <
  ArgsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnValue extends ReturnValueForOptionalValidator<ReturnsValidator> = any,
  OneOrZeroArgs extends
    ArgsArrayForOptionalValidator<ArgsValidator> = DefaultArgsForOptionalValidator<ArgsValidator>,
>(
  mutation:
    | {
        args?: ArgsValidator;
        returns?: ReturnsValidator;
        handler: (ctx: GenericMutationCtx<DataModel>, ...args: OneOrZeroArgs) => ReturnValue;
      }
    | ((ctx: GenericMutationCtx<DataModel>, ...args: OneOrZeroArgs) => ReturnValue),
) => RegisteredMutation<Visibility, ArgsArrayToObject<OneOrZeroArgs>, ReturnValue>;

/** As `MutationBuilder`, with a `ctx.db` that is accessed by table. */
export type MutationBuilderWithTable<
  DataModel extends GenericDataModel,
  Visibility extends FunctionVisibility,
> = <
  ArgsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnValue extends ReturnValueForOptionalValidator<ReturnsValidator> = any,
  OneOrZeroArgs extends
    ArgsArrayForOptionalValidator<ArgsValidator> = DefaultArgsForOptionalValidator<ArgsValidator>,
>(
  mutation:
    | {
        args?: ArgsValidator;
        returns?: ReturnsValidator;
        handler: (ctx: GenericMutationCtxWithTable<DataModel>, ...args: OneOrZeroArgs) => ReturnValue;
      }
    | ((ctx: GenericMutationCtxWithTable<DataModel>, ...args: OneOrZeroArgs) => ReturnValue),
) => RegisteredMutation<Visibility, ArgsArrayToObject<OneOrZeroArgs>, ReturnValue>;

/** The type of `query` and `internalQuery`. */
export type QueryBuilder<DataModel extends GenericDataModel, Visibility extends FunctionVisibility> = <
  ArgsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnValue extends ReturnValueForOptionalValidator<ReturnsValidator> = any,
  OneOrZeroArgs extends
    ArgsArrayForOptionalValidator<ArgsValidator> = DefaultArgsForOptionalValidator<ArgsValidator>,
>(
  query:
    | {
        args?: ArgsValidator;
        returns?: ReturnsValidator;
        handler: (ctx: GenericQueryCtx<DataModel>, ...args: OneOrZeroArgs) => ReturnValue;
      }
    | ((ctx: GenericQueryCtx<DataModel>, ...args: OneOrZeroArgs) => ReturnValue),
) => RegisteredQuery<Visibility, ArgsArrayToObject<OneOrZeroArgs>, ReturnValue>;

/** As `QueryBuilder`, with a `ctx.db` that is accessed by table. */
export type QueryBuilderWithTable<
  DataModel extends GenericDataModel,
  Visibility extends FunctionVisibility,
> = <
  ArgsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnValue extends ReturnValueForOptionalValidator<ReturnsValidator> = any,
  OneOrZeroArgs extends
    ArgsArrayForOptionalValidator<ArgsValidator> = DefaultArgsForOptionalValidator<ArgsValidator>,
>(
  query:
    | {
        args?: ArgsValidator;
        returns?: ReturnsValidator;
        handler: (ctx: GenericQueryCtxWithTable<DataModel>, ...args: OneOrZeroArgs) => ReturnValue;
      }
    | ((ctx: GenericQueryCtxWithTable<DataModel>, ...args: OneOrZeroArgs) => ReturnValue),
) => RegisteredQuery<Visibility, ArgsArrayToObject<OneOrZeroArgs>, ReturnValue>;

/** The type of `action` and `internalAction`. */
export type ActionBuilder<DataModel extends GenericDataModel, Visibility extends FunctionVisibility> = <
  ArgsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnsValidator extends PropertyValidators | Validator<any, "required", any> | void,
  ReturnValue extends ReturnValueForOptionalValidator<ReturnsValidator> = any,
  OneOrZeroArgs extends
    ArgsArrayForOptionalValidator<ArgsValidator> = DefaultArgsForOptionalValidator<ArgsValidator>,
>(
  func:
    | {
        args?: ArgsValidator;
        returns?: ReturnsValidator;
        handler: (ctx: GenericActionCtx<DataModel>, ...args: OneOrZeroArgs) => ReturnValue;
      }
    | ((ctx: GenericActionCtx<DataModel>, ...args: OneOrZeroArgs) => ReturnValue),
) => RegisteredAction<Visibility, ArgsArrayToObject<OneOrZeroArgs>, ReturnValue>;

/** The type of `httpAction`. */
export type HttpActionBuilder = (
  func: (ctx: GenericActionCtx<any>, request: Request) => Promise<Response>,
) => PublicHttpAction;

export type { AuditLogBody, AuditLogValue } from "./audit-log.ts";
export { log } from "./audit-log.ts";
export type {
  Auth,
  AuthConfig,
  AuthProvider,
  MutationAuth,
  ReservedJwtClaim,
  ReservedJwtClaimPrefix,
  SignJwtClaims,
  SignJwtOptions,
  UserIdentity,
  UserIdentityAttributes,
} from "./auth.ts";
export { componentsGeneric, createFunctionHandle, defineApp, defineComponent } from "./components.ts";
export type {
  AnyChildComponents,
  AnyComponents,
  AppDefinition,
  ComponentDefinition,
  EnvDefinition,
  EnvFromAppDefinition,
  EnvFromDefinition,
  FunctionHandle,
  FunctionHandle_future,
} from "./components-types.ts";
export type { CronJob, Crons } from "./crons.ts";
export { cronJobs } from "./crons.ts";
export type {
  AnyDataModel,
  DocumentByInfo,
  DocumentByName,
  FieldPaths,
  FieldTypeFromFieldPath,
  FieldTypeFromFieldPathInner,
  GenericDataModel,
  GenericDocument,
  GenericFieldPaths,
  GenericIndexFields,
  GenericSearchIndexConfig,
  GenericTableIndexes,
  GenericTableInfo,
  GenericTableSearchIndexes,
  GenericTableVectorIndexes,
  GenericVectorIndexConfig,
  Indexes,
  IndexNames,
  NamedIndex,
  NamedSearchIndex,
  NamedTableInfo,
  NamedVectorIndex,
  SearchIndexes,
  SearchIndexNames,
  TableNamesInDataModel,
  VectorIndexes,
  VectorIndexNames,
} from "./data-model.ts";
export type {
  BaseTableReader,
  BaseTableWriter,
  GenericDatabaseReader,
  GenericDatabaseReaderWithTable,
  GenericDatabaseWriter,
  GenericDatabaseWriterWithTable,
} from "./database-types.ts";
export type { Expression, ExpressionOrValue, FilterBuilder } from "./filter-builder.ts";
export { getFunctionAddress } from "./function-address.ts";
export type {
  AnyApi,
  ApiFromModules,
  ArgsAndOptions,
  FilterApi,
  FunctionArgs,
  FunctionReference,
  FunctionReference_future,
  FunctionReturnType,
  FunctionType,
  OptionalRestArgs,
  PartialApi,
  ValidatorTypeToReturnType,
} from "./functions-api.ts";
export { anyApi, filterApi, getFunctionName, makeFunctionReference } from "./functions-api.ts";
export type { IndexRange, IndexRangeBuilder } from "./index-range-builder.ts";
export type {
  ActionMeta,
  DeploymentMetadata,
  FunctionMetadata,
  MutationMeta,
  QueryMeta,
  RequestMetadata,
  TransactionLimits,
  TransactionMetric,
  TransactionMetrics,
} from "./meta.ts";
export type { Cursor, PaginationOptions, PaginationResult } from "./pagination.ts";
export { paginationOptsValidator, paginationResultValidator } from "./pagination.ts";
export type { OrderedQuery, Query, QueryInitializer } from "./query-types.ts";
export {
  actionGeneric,
  httpActionGeneric,
  internalActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  mutationGeneric,
  queryGeneric,
} from "./registration.ts";
export type {
  ActionBuilder,
  AdvancedRunQueryOptions,
  ArgsArray,
  ArgsArrayForOptionalValidator,
  ArgsArrayToObject,
  DefaultArgsForOptionalValidator,
  DefaultFunctionArgs,
  FunctionVisibility,
  GenericActionCtx,
  GenericMutationCtx,
  GenericMutationCtxWithTable,
  GenericQueryCtx,
  GenericQueryCtxWithTable,
  HttpActionBuilder,
  MutationBuilder,
  MutationBuilderWithTable,
  PublicHttpAction,
  QueryBuilder,
  QueryBuilderWithTable,
  RegisteredAction,
  RegisteredMutation,
  RegisteredQuery,
  ReturnValueForOptionalValidator,
  UnvalidatedFunction,
  ValidatedFunction,
} from "./registration-types.ts";
export type {
  RoutableMethod,
  RouteSpec,
  RouteSpecWithPath,
  RouteSpecWithPathPrefix,
} from "./router.ts";
export { HttpRouter, httpRouter, ROUTABLE_HTTP_METHODS } from "./router.ts";
export type { SchedulableFunctionReference, Scheduler } from "./scheduler.ts";
export type {
  DataModelFromSchemaDefinition,
  DefineSchemaOptions,
  DocValidator,
  GenericSchema,
  SchemaDefinition,
  SearchIndexConfig,
  SystemDataModel,
  SystemFieldValidators,
  SystemTableNames,
  TableDefinition,
  VectorIndexConfig,
} from "./schema.ts";
export { defineSchema, defineTable, docValidator } from "./schema.ts";
export type { SearchFilterBuilder, SearchFilterFinalizer } from "./search-filter-builder.ts";
export { SearchFilter } from "./search-filter-builder.ts";
export type { ServiceName } from "./services.ts";
export { getServiceToken, getServiceUrl } from "./services.ts";
export type {
  FileMetadata,
  FileStorageId,
  StorageActionWriter,
  StorageId,
  StorageReader,
  StorageWriter,
} from "./storage.ts";
export type {
  IdField,
  IndexTiebreakerField,
  SystemFields,
  SystemIndexes,
  WithOptionalSystemFields,
  WithoutSystemFields,
} from "./system-fields.ts";
export type { BetterOmit, Expand } from "./type-utils.ts";
export type {
  FilterExpression,
  VectorFilterBuilder,
  VectorSearch,
  VectorSearchQuery,
} from "./vector-search.ts";

// biome-ignore-all lint/suspicious/noExplicitAny: generated code and signatures use it
import {
  type ActionBuilder,
  type ApiFromModules,
  type ArgsAndOptions,
  actionGeneric,
  anyApi,
  type DataModelFromSchemaDefinition,
  type DefaultFunctionArgs,
  type DocumentByName,
  defineSchema,
  defineTable,
  type FilterApi,
  type FunctionArgs,
  type FunctionReference,
  type FunctionReference_future,
  type FunctionReturnType,
  type FunctionVisibility,
  filterApi,
  type GenericActionCtx,
  type GenericDatabaseReader,
  type GenericDatabaseWriter,
  type GenericMutationCtx,
  type GenericQueryCtx,
  getFunctionName,
  type HttpActionBuilder,
  httpActionGeneric,
  internalActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  type MutationBuilder,
  makeFunctionReference,
  mutationGeneric,
  type OptionalRestArgs,
  type PaginationOptions,
  type PaginationResult,
  type PublicHttpAction,
  paginationOptsValidator,
  type QueryBuilder,
  queryGeneric,
  type RegisteredAction,
  type RegisteredMutation,
  type RegisteredQuery,
  type Scheduler,
  type StorageActionWriter,
  type StorageReader,
  type StorageWriter,
} from "convex/server";
import { type GenericId, v } from "convex/values";
import { expectTypeOf } from "expect-type";

const schema = defineSchema({
  users: defineTable({ name: v.string() }).index("by_name", ["name"]),
});
type Model = DataModelFromSchemaDefinition<typeof schema>;
type User = DocumentByName<Model, "users">;

/** What generated code does. */
const query: QueryBuilder<Model, "public"> = queryGeneric;
const internalQuery: QueryBuilder<Model, "internal"> = internalQueryGeneric;
const mutation: MutationBuilder<Model, "public"> = mutationGeneric;
const internalMutation: MutationBuilder<Model, "internal"> = internalMutationGeneric;
const action: ActionBuilder<Model, "public"> = actionGeneric;
const internalAction: ActionBuilder<Model, "internal"> = internalActionGeneric;
const httpAction: HttpActionBuilder = httpActionGeneric;

/** Builders infer arguments, contexts and results. */
const byName = query({
  args: { name: v.string(), limit: v.optional(v.number()) },
  handler: async (ctx, args) => {
    expectTypeOf(ctx).toEqualTypeOf<GenericQueryCtx<Model>>();
    expectTypeOf(ctx.db).toEqualTypeOf<GenericDatabaseReader<Model>>();
    expectTypeOf(ctx.storage).toEqualTypeOf<StorageReader>();
    expectTypeOf(args).toEqualTypeOf<{ name: string; limit?: number }>();
    // @ts-expect-error queries do not write
    ctx.db.insert;
    // @ts-expect-error queries do not schedule
    ctx.scheduler;
    return await ctx.db.query("users").collect();
  },
});
expectTypeOf(byName).toEqualTypeOf<
  RegisteredQuery<"public", { name: string; limit?: number }, Promise<User[]>>
>();

const withReturns = query({
  args: v.object({ id: v.id("users") }),
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { id }) => {
    expectTypeOf(id).toEqualTypeOf<GenericId<"users">>();
    return (await ctx.db.get(id))?.name ?? null;
  },
});
query({
  args: {},
  returns: v.object({ a: v.string() }),
  // @ts-expect-error the result is not what `returns` says
  handler: async () => ({ a: 1 }),
});
query({ args: {}, returns: v.null(), handler: async () => {} });

const unvalidated = query(async (_ctx, args: { n: number }) => args.n);
expectTypeOf(unvalidated).toEqualTypeOf<RegisteredQuery<"public", { n: number }, Promise<number>>>();
const noArgs = query({ handler: () => 5 });
const noArgsAtAll = query(() => "x");

const add = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    expectTypeOf(ctx).toEqualTypeOf<GenericMutationCtx<Model>>();
    expectTypeOf(ctx.db).toEqualTypeOf<GenericDatabaseWriter<Model>>();
    expectTypeOf(ctx.storage).toEqualTypeOf<StorageWriter>();
    expectTypeOf(ctx.scheduler).toEqualTypeOf<Scheduler>();
    return await ctx.db.insert("users", { name });
  },
});
expectTypeOf(add).toEqualTypeOf<
  RegisteredMutation<"public", { name: string }, Promise<GenericId<"users">>>
>();

const call = internalAction({
  args: { url: v.string() },
  handler: async (ctx, { url }) => {
    expectTypeOf(ctx).toEqualTypeOf<GenericActionCtx<Model>>();
    expectTypeOf(ctx.storage).toEqualTypeOf<StorageActionWriter>();
    // @ts-expect-error actions have no database
    ctx.db;
    return url.length;
  },
});
expectTypeOf(call).toEqualTypeOf<RegisteredAction<"internal", { url: string }, Promise<number>>>();
const publicAction = action(async (_ctx, _args: { x: string }) => {});
const hiddenQuery = internalQuery({ args: {}, handler: () => null });
const hiddenMutation = internalMutation({ args: { id: v.id("users") }, handler: () => undefined });
const endpoint = httpAction(async (ctx, request) => {
  expectTypeOf(ctx.storage).toEqualTypeOf<StorageActionWriter>();
  return new Response(request.url);
});
expectTypeOf(endpoint).toEqualTypeOf<PublicHttpAction>();
// @ts-expect-error an endpoint responds
httpAction(async () => "text");
const paged = query({
  args: { paginationOpts: paginationOptsValidator, name: v.string() },
  handler: async (ctx, args) => {
    expectTypeOf(args.paginationOpts).toExtend<PaginationOptions>();
    return await ctx.db.query("users").paginate(args.paginationOpts);
  },
});

/** The API of modules */
type FullApi = ApiFromModules<{
  users: {
    byName: typeof byName;
    withReturns: typeof withReturns;
    unvalidated: typeof unvalidated;
    noArgs: typeof noArgs;
    noArgsAtAll: typeof noArgsAtAll;
    add: typeof add;
    hiddenMutation: typeof hiddenMutation;
    constant: number;
    helper: () => void;
  };
  "deep/folder/mod": { call: typeof call; publicAction: typeof publicAction; paged: typeof paged };
  tasks: { default: typeof hiddenQuery };
  http: { default: typeof endpoint };
}>;
declare const fullApi: FullApi;
type Api = FilterApi<FullApi, FunctionReference<any, "public">>;
type Internal = FilterApi<FullApi, FunctionReference<any, "internal">>;
declare const api: Api;
declare const internal: Internal;

expectTypeOf<keyof Api>().toEqualTypeOf<"users" | "deep">();
expectTypeOf<keyof Internal>().toEqualTypeOf<"users" | "deep" | "tasks">();
expectTypeOf<keyof Internal["users"]>().toEqualTypeOf<"hiddenMutation">();
expectTypeOf<keyof Api["users"]>().toEqualTypeOf<
  "byName" | "withReturns" | "unvalidated" | "noArgs" | "noArgsAtAll" | "add"
>();
expectTypeOf(api.users.byName).toEqualTypeOf<
  FunctionReference<"query", "public", { name: string; limit?: number }, User[]>
>();
expectTypeOf<FunctionArgs<typeof api.users.add>>().toEqualTypeOf<{ name: string }>();
expectTypeOf<FunctionReturnType<typeof api.users.add>>().toEqualTypeOf<GenericId<"users">>();
expectTypeOf<FunctionReturnType<typeof api.users.withReturns>>().toEqualTypeOf<string | null>();
expectTypeOf<FunctionReturnType<typeof api.deep.folder.mod.publicAction>>().toEqualTypeOf<null>();
expectTypeOf<FunctionReturnType<typeof internal.users.hiddenMutation>>().toEqualTypeOf<null>();
expectTypeOf(internal.deep.folder.mod.call).toEqualTypeOf<
  FunctionReference<"action", "internal", { url: string }, number>
>();
expectTypeOf<OptionalRestArgs<typeof internal.tasks.default>>().toEqualTypeOf<
  [args?: Record<string, never>]
>();
expectTypeOf<OptionalRestArgs<typeof api.users.add>>().toEqualTypeOf<[args: { name: string }]>();
expectTypeOf<ArgsAndOptions<typeof api.users.add, { o: 1 }>>().toEqualTypeOf<
  [args: { name: string }, options?: { o: 1 }]
>();
expectTypeOf(
  filterApi<FullApi, FunctionReference<"action", FunctionVisibility>>(fullApi).deep.folder.mod.call,
).toEqualTypeOf<FunctionReference<"action", "internal", { url: string }, number>>();
// @ts-expect-error internal functions are not public
api.users.hiddenMutation;
// @ts-expect-error what is no function is not in the API
fullApi.users.constant;
expectTypeOf(getFunctionName(api.users.byName)).toEqualTypeOf<string>();
expectTypeOf(makeFunctionReference<"query", { a: string }, number>("a:b")).toEqualTypeOf<
  FunctionReference<"query", "public", { a: string }, number>
>();
expectTypeOf(api.users.byName).toExtend<
  FunctionReference_future<"query", "public", { name: string; limit?: number }, User[]>
>();
expectTypeOf(anyApi["users"]!["byName"]!).toExtend<FunctionReference<any, any>>();
expectTypeOf(api.deep.folder.mod.paged).toExtend<
  FunctionReference<
    "query",
    "public",
    { paginationOpts: PaginationOptions; name: string },
    PaginationResult<User>
  >
>();
expectTypeOf<DefaultFunctionArgs>().toEqualTypeOf<Record<string, unknown>>();

/** Calls from contexts */
declare const queryCtx: GenericQueryCtx<Model>;
declare const mutationCtx: GenericMutationCtx<Model>;
declare const actionCtx: GenericActionCtx<Model>;
declare const userId: GenericId<"users">;

expectTypeOf(queryCtx.runQuery(api.users.byName, { name: "x" })).toEqualTypeOf<Promise<User[]>>();
expectTypeOf(queryCtx.runQuery(internal.tasks.default)).toEqualTypeOf<Promise<null>>();
expectTypeOf(mutationCtx.runMutation(api.users.add, { name: "x" })).toEqualTypeOf<
  Promise<GenericId<"users">>
>();
expectTypeOf(actionCtx.runAction(internal.deep.folder.mod.call, { url: "" })).toEqualTypeOf<
  Promise<number>
>();
mutationCtx.runQuery(api.users.byName, { name: "x" }, { useStaleSnapshot: true });
mutationCtx.runMutation(api.users.add, { name: "x" }, { transactionLimits: { documentsRead: 5 } });
queryCtx.runQuery(api.users.byName, { name: "x" }, { transactionLimits: { bytesRead: 5 } });
// @ts-expect-error only mutations may read a stale snapshot
queryCtx.runQuery(api.users.byName, { name: "x" }, { useStaleSnapshot: true });
// @ts-expect-error a mutation is no query
queryCtx.runQuery(api.users.add, { name: "x" });
// @ts-expect-error queries call no mutations
queryCtx.runMutation;
// @ts-expect-error an argument is missing
actionCtx.runMutation(api.users.add, {});
// @ts-expect-error all arguments are missing
actionCtx.runMutation(api.users.add);
// @ts-expect-error actions take no options
actionCtx.runMutation(api.users.add, { name: "x" }, {});
// @ts-expect-error there is no such argument
actionCtx.runMutation(api.users.add, { name: "x", extra: 1 });

mutationCtx.scheduler.runAfter(0, internal.users.hiddenMutation, { id: userId });
mutationCtx.scheduler.runAt(new Date(), internal.deep.folder.mod.call, { url: "" });
expectTypeOf(actionCtx.scheduler.runAt(5, api.users.add, { name: "x" })).toEqualTypeOf<
  Promise<GenericId<"_scheduled_functions">>
>();
// @ts-expect-error queries cannot be scheduled
mutationCtx.scheduler.runAfter(0, api.users.byName, { name: "x" });
// @ts-expect-error the wrong argument
mutationCtx.scheduler.runAfter(0, api.users.add, { name: 1 });
// @ts-expect-error a string is no id
mutationCtx.scheduler.cancel("x");

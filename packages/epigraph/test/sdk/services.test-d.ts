// biome-ignore-all lint/suspicious/noExplicitAny: generated code and signatures use it
import {
  type AppDefinition,
  type Auth,
  type AuthConfig,
  type ComponentDefinition,
  createFunctionHandle,
  cronJobs,
  type DataModelFromSchemaDefinition,
  defineApp,
  defineComponent,
  defineSchema,
  defineTable,
  type EnvFromAppDefinition,
  type FileMetadata,
  type FunctionHandle,
  type FunctionReference,
  type GenericActionCtx,
  type GenericMutationCtx,
  getFunctionAddress,
  type HttpRouter,
  httpActionGeneric,
  httpRouter,
  log,
  type PublicHttpAction,
  type paginationOptsValidator,
  paginationResultValidator,
  ROUTABLE_HTTP_METHODS,
  type RoutableMethod,
  type RouteSpec,
  type SignJwtOptions,
  type UserIdentity,
} from "convex/server";
import { type GenericId, type Infer, v } from "convex/values";
import { expectTypeOf } from "expect-type";

const schema = defineSchema({
  docs: defineTable({ kind: v.string(), text: v.string(), vector: v.array(v.float64()) })
    .vectorIndex("by_vector", { vectorField: "vector", dimensions: 3, filterFields: ["kind"] })
    .vectorIndex("unfiltered", { vectorField: "vector", dimensions: 4 }),
});
type Model = DataModelFromSchemaDefinition<typeof schema>;
declare const actionCtx: GenericActionCtx<Model>;
declare const mutationCtx: GenericMutationCtx<Model>;

/** Vector search */
const vector = [1, 2, 3];
expectTypeOf(actionCtx.vectorSearch("docs", "by_vector", { vector, limit: 5 })).toEqualTypeOf<
  Promise<{ _id: GenericId<"docs">; _score: number }[]>
>();
actionCtx.vectorSearch("docs", "by_vector", {
  vector,
  filter: (q) => q.or(q.eq("kind", "a"), q.eq("kind", "b")),
});
// @ts-expect-error there is no such index
actionCtx.vectorSearch("docs", "nope", { vector });
// @ts-expect-error the field is not among the filter fields
actionCtx.vectorSearch("docs", "by_vector", { vector, filter: (q) => q.eq("text", "a") });
// @ts-expect-error the value is of another type
actionCtx.vectorSearch("docs", "by_vector", { vector, filter: (q) => q.eq("kind", 1) });
// @ts-expect-error nothing to filter by
actionCtx.vectorSearch("docs", "unfiltered", { vector, filter: (q) => q.eq("kind", "a") });
// @ts-expect-error the vector is missing
actionCtx.vectorSearch("docs", "by_vector", {});

/** Files */
declare const storageId: GenericId<"_storage">;
expectTypeOf(actionCtx.storage.getUrl(storageId)).toEqualTypeOf<Promise<string | null>>();
expectTypeOf(actionCtx.storage.getUrl("some-uuid")).toEqualTypeOf<Promise<string | null>>();
expectTypeOf(actionCtx.storage.getMetadata(storageId)).toEqualTypeOf<Promise<FileMetadata | null>>();
expectTypeOf(actionCtx.storage.get(storageId)).toEqualTypeOf<Promise<Blob | null>>();
expectTypeOf(mutationCtx.storage.store(new Blob([]), { sha256: "" })).toEqualTypeOf<
  Promise<GenericId<"_storage">>
>();
expectTypeOf(mutationCtx.storage.generateUploadUrl()).toEqualTypeOf<Promise<string>>();
expectTypeOf(mutationCtx.storage.delete(storageId)).toEqualTypeOf<Promise<void>>();
declare const otherId: GenericId<"docs">;
// @ts-expect-error an id of another table
mutationCtx.storage.getUrl(otherId);

/** Identity */
expectTypeOf(mutationCtx.auth.getUserIdentity()).toEqualTypeOf<Promise<UserIdentity | null>>();
expectTypeOf(mutationCtx.auth.signJwt).parameter(0).toEqualTypeOf<SignJwtOptions>();
mutationCtx.auth.signJwt({ expiresInSeconds: 60, claims: { role: "admin" } });
// @ts-expect-error a reserved claim
mutationCtx.auth.signJwt({ expiresInSeconds: 60, claims: { iss: "me" } });
// @ts-expect-error a reserved prefix
mutationCtx.auth.signJwt({ expiresInSeconds: 60, claims: { convexRole: "me" } });
expectTypeOf(mutationCtx.auth).toExtend<Auth>();
const authConfig: AuthConfig = {
  providers: [
    { domain: "https://issuer.example", applicationID: "app" },
    { type: "customJwt", issuer: "https://i.example", jwks: "https://i.example/jwks", algorithm: "ES256" },
  ],
};
void authConfig;

/** Metadata */
expectTypeOf(mutationCtx.meta.getSnapshotTs()).toEqualTypeOf<bigint>();
expectTypeOf((await mutationCtx.meta.getTransactionMetrics()).bytesRead.used).toEqualTypeOf<number>();
expectTypeOf((await actionCtx.meta.getRequestMetadata()).ip).toEqualTypeOf<string | null>();
// @ts-expect-error actions are not transactions
actionCtx.meta.getTransactionMetrics;

/** HTTP */
const endpoint = httpActionGeneric(async () => new Response());
const http = httpRouter();
expectTypeOf(http).toEqualTypeOf<HttpRouter>();
http.route({ path: "/a", method: "GET", handler: endpoint });
http.route({ pathPrefix: "/a/", method: "POST", handler: endpoint });
expectTypeOf<RoutableMethod>().toEqualTypeOf<"GET" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH">();
expectTypeOf(ROUTABLE_HTTP_METHODS).toEqualTypeOf<
  readonly ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
>();
expectTypeOf(http.lookup("/a", "HEAD")).toEqualTypeOf<Readonly<
  [PublicHttpAction, RoutableMethod, string]
> | null>();
expectTypeOf(http.getRoutes()).toEqualTypeOf<Readonly<[string, RoutableMethod, PublicHttpAction]>[]>();
expectTypeOf(http.route).parameter(0).toEqualTypeOf<RouteSpec>();
// @ts-expect-error HEAD is served by GET
http.route({ path: "/a", method: "HEAD", handler: endpoint });
// @ts-expect-error a route has a path
http.route({ method: "GET", handler: endpoint });
// @ts-expect-error a function is no endpoint
http.route({ path: "/a", method: "GET", handler: async () => new Response() });

/** Crons */
declare const job: FunctionReference<"mutation", "internal", { n: number }, null>;
declare const plainJob: FunctionReference<"action", "internal", Record<string, never>, null>;
declare const read: FunctionReference<"query", "internal", Record<string, never>, null>;
const crons = cronJobs();
crons.interval("a", { minutes: 5 }, job, { n: 1 });
crons.hourly("b", plainJob);
crons.hourly("c", { minuteUTC: 5 }, plainJob, {});
crons.daily("d", { hourUTC: 5 }, plainJob);
crons.weekly("e", { dayOfWeek: "monday", hourUTC: 5, minuteUTC: 5 }, plainJob);
crons.monthly("f", { day: 1, hourUTC: 5 }, plainJob);
crons.cron("g", "* * * * *", job, { n: 1 });
// @ts-expect-error one unit only
crons.interval("h", { minutes: 5, seconds: 5 }, plainJob);
// @ts-expect-error the arguments are missing
crons.daily("i", { hourUTC: 5 }, job);
// @ts-expect-error there is no such day
crons.weekly("j", { dayOfWeek: "caturday", hourUTC: 5 }, plainJob);
// @ts-expect-error queries cannot be scheduled
crons.hourly("k", read);

/** Components */
const component: ComponentDefinition<any, { KEY: ReturnType<typeof v.string> }> = defineComponent("counter", {
  env: { KEY: v.string() },
});
const app = defineApp({ httpPrefix: "/api", env: { TOKEN: v.string(), MODE: v.optional(v.string()) } });
expectTypeOf<EnvFromAppDefinition<typeof app>>().toEqualTypeOf<{
  TOKEN: string;
  MODE?: string | undefined;
}>();
expectTypeOf<EnvFromAppDefinition<AppDefinition<{ A: ReturnType<typeof v.string> }>>>().toEqualTypeOf<{
  A: string;
}>();
app.use(component, { name: "c", httpPrefix: "/c/", env: { KEY: app.env.TOKEN } });
app.use(defineComponent("plain"));
// @ts-expect-error a variable that the component requires is missing
app.use(component, {});
// @ts-expect-error options with a required variable are missing
app.use(component);
// @ts-expect-error there is no such variable
app.env.OTHER;
expectTypeOf(createFunctionHandle(job)).toEqualTypeOf<
  Promise<FunctionHandle<"mutation", { n: number }, null>>
>();
expectTypeOf<FunctionHandle<"mutation">>().toExtend<string>();
expectTypeOf(getFunctionAddress(job)).toExtend<{
  name?: string;
  reference?: string;
  functionHandle?: string;
}>();

/** Pagination */
expectTypeOf<Infer<typeof paginationOptsValidator>>().toEqualTypeOf<{
  id?: number;
  endCursor?: string | null;
  maximumRowsRead?: number;
  maximumBytesRead?: number;
  numItems: number;
  cursor: string | null;
}>();
const pages = paginationResultValidator(v.object({ a: v.string() }));
expectTypeOf<Infer<typeof pages>>().toEqualTypeOf<{
  splitCursor?: string | null;
  pageStatus?: "SplitRecommended" | "SplitRequired" | null;
  page: { a: string }[];
  continueCursor: string;
  isDone: boolean;
}>();

/** Audit log */
expectTypeOf(log.audit({ who: log.vars.ip, what: ["x", { nested: 1 }] })).toEqualTypeOf<Promise<void>>();
// @ts-expect-error a symbol that is no variable
log.audit({ who: Symbol() });

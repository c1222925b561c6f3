import assert from "node:assert/strict";
import { test } from "node:test";
import * as officialServer from "convex/server";
import * as officialValues from "convex/values";
import * as ourServer from "./server.ts";
import * as ourValues from "./values.ts";

/** The same definitions are made with both packages; types are not compared here. */
interface Sdk {
  readonly server: typeof ourServer;
  readonly v: typeof ourValues.v;
}
const ours: Sdk = { server: ourServer, v: ourValues.v };
const official = { server: officialServer, v: officialValues.v } as unknown as Sdk;

function assertSame(make: (sdk: Sdk) => unknown): void {
  const [expected, actual] = [official, ours].map((sdk) => outcome(() => make(sdk)));
  assert.deepEqual(actual, expected);
}

function outcome(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return `throws ${(error as Error).message}`;
  }
}

const exported = (definition: unknown): string => (definition as { export(): string }).export();

// @ts-expect-error declared to nobody: only functions of the host itself, which ship with it, refer to each other so
void officialServer.currentSystemUdfInComponent;

test("both packages export the same names at run time, but for the one that is not declared", () => {
  const declared = Object.keys(officialServer).filter((name) => name !== "currentSystemUdfInComponent");
  assert.deepEqual(Object.keys(ourServer).sort(), declared.sort());
  assert.deepEqual(Object.keys(ourValues).sort(), Object.keys(officialValues).sort());
});

const validators: Record<string, (v: Sdk["v"]) => { readonly json: unknown }> = {
  id: (v) => v.id("users"),
  null: (v) => v.null(),
  number: (v) => v.number(),
  int64: (v) => v.int64(),
  bigint: (v) => v.bigint(),
  commitTs: (v) => v.commitTs(),
  boolean: (v) => v.boolean(),
  bytes: (v) => v.bytes(),
  string: (v) => v.string(),
  any: (v) => v.any(),
  "literal of text": (v) => v.literal("a"),
  "literal of an int64": (v) => v.literal(-5n),
  array: (v) => v.array(v.union(v.string(), v.null())),
  record: (v) => v.record(v.id("users"), v.array(v.float64())),
  nullable: (v) => v.nullable(v.string()),
  object: (v) => v.object({ b: v.optional(v.string()), a: v.object({ c: v.any() }) }),
  omit: (v) => v.object({ a: v.string(), b: v.number() }).omit("a"),
  pick: (v) => v.object({ a: v.string(), b: v.number() }).pick("b"),
  partial: (v) => v.object({ a: v.string(), b: v.optional(v.number()) }).partial(),
  extend: (v) => v.object({ a: v.string() }).extend({ a: v.null(), b: v.number() }),
  "undefined field": (v) => v.object({ a: undefined as never }),
  "field that is no validator": (v) => v.object({ a: "string" as never }),
  "undefined member": (v) => v.union(v.null(), undefined as never),
  "undefined element": (v) => v.array(undefined as never),
  "optional record value": (v) => v.record(v.string(), v.optional(v.null()) as never),
  "id without a table": (v) => v.id(undefined as never),
};
for (const [name, make] of Object.entries(validators)) {
  test(`the JSON or the error of a validator is the same: ${name}`, () => {
    assertSame(({ v }) => make(v).json);
  });
}

test("a schema with all kinds of indexes exports the same text", () => {
  assertSame(({ server: { defineSchema, defineTable }, v }) =>
    exported(
      defineSchema(
        {
          messages: defineTable({ body: v.string(), tags: v.array(v.string()), at: v.optional(v.number()) })
            .index("by_body", ["body", "at"])
            .index("by_at", { fields: ["at"], staged: true })
            .searchIndex("search", { searchField: "body", filterFields: ["at"] })
            .searchIndex("search2", { searchField: "body", staged: true })
            .staged({ at: undefined, extra: v.null() }),
          vectors: defineTable(v.union(v.object({ e: v.array(v.float64()) }), v.object({ e: v.any() })))
            .vectorIndex("near", { vectorField: "e", dimensions: 3 })
            .vectorIndex("near2", { vectorField: "e", dimensions: 3, filterFields: ["e"], staged: true }),
        },
        { schemaValidation: false },
      ),
    ),
  );
});

test("the validator of a table's documents is the same", () => {
  assertSame(({ server: { defineSchema, defineTable }, v }) => {
    const schema = defineSchema({ users: defineTable(v.union(v.object({ a: v.null() }), v.any())) });
    return schema.doc("users").json;
  });
});

test("registered functions have the same properties and export the same validators", () => {
  assertSame(({ server, v }) => {
    const definitions = [
      { handler: () => null },
      () => null,
      { args: { a: v.id("t") }, returns: v.null(), handler: () => null },
    ];
    const { queryGeneric, internalMutationGeneric, actionGeneric } = server;
    return [queryGeneric, internalMutationGeneric, actionGeneric].flatMap((build) =>
      definitions.map((definition) => {
        const registered = (
          build as unknown as (d: unknown) => { exportArgs(): string; exportReturns(): string }
        )(definition);
        return [Object.keys(registered).sort(), registered.exportArgs(), registered.exportReturns()];
      }),
    );
  });
  assertSame(({ server }) => Object.keys(server.httpActionGeneric(async () => new Response())).sort());
});

const routes: Record<string, object> = {
  "no handler": { handler: undefined },
  "no method": { method: undefined },
  "method of another case": { method: "get" },
  HEAD: { method: "HEAD" },
  "path and prefix": { pathPrefix: undefined },
  "relative path": { path: "a" },
  "reserved path": { path: "/.files" },
  "path below a reserved one": { path: "/.files/x" },
  "path that is taken": { path: "/taken" },
  "path like a reserved one": { path: "/.filesystem" },
};
const prefixes = ["a/", "/a", "/.files/", "/.files/x/", "/taken/", "/", undefined];
test("routes are refused in the same order with the same texts", () => {
  for (const overrides of Object.values(routes)) {
    assertSame((sdk) => addRoute(sdk, { path: "/a", ...overrides }));
  }
  for (const pathPrefix of prefixes) assertSame((sdk) => addRoute(sdk, { pathPrefix }));
  assertSame((sdk) => addRoute(sdk, {}));
});

function addRoute({ server }: Sdk, spec: object): unknown {
  const http = server.httpRouter();
  const handler = { isHttp: true } as const;
  http.route({ path: "/taken", method: "GET", handler });
  http.route({ pathPrefix: "/taken/", method: "GET", handler });
  const { route } = http;
  route({ method: "GET", handler, ...spec } as never);
  return http.getRoutes();
}

test("routes are listed and looked up the same way", () => {
  assertSame(({ server }) => {
    const http = server.httpRouter();
    const handler = { isHttp: true } as const;
    for (const method of ["POST", "GET"] as const) {
      for (const path of ["/b", "/a", "/a/b/c"]) http.route({ path, method, handler });
      for (const pathPrefix of ["/", "/a/b/", "/a/"]) http.route({ pathPrefix, method, handler });
    }
    const { lookup, getRoutes } = http;
    const paths = ["/a", "/a/", "/a/b/c", "/a/b/d", "/A", "/zzz"];
    return [
      getRoutes(),
      paths.map((path) => [lookup(path, "HEAD"), lookup(path, "PUT"), lookup(path, "POST")]),
    ];
  });
});

const crons: Record<string, (crons: ReturnType<typeof ourServer.cronJobs>) => void> = {
  all: (jobs) => {
    jobs.interval("i", { minutes: 5 }, "m:f" as never);
    jobs.hourly("h", { minuteUTC: 3 }, "m:f" as never, { a: 1n } as never);
    jobs.hourly("h2", "m:f" as never, { a: 2 } as never);
    jobs.daily("d", { hourUTC: 1 }, "m:f" as never);
    jobs.weekly("w", { dayOfWeek: "friday", hourUTC: 1, minuteUTC: 2 }, "m:f" as never);
    jobs.monthly("m", { day: 31, hourUTC: 1 }, "m:f" as never);
    jobs.cron("c", "* * * * *", "m:f" as never);
  },
  "two units": (jobs) => jobs.interval("i", { minutes: 5, hours: 1 } as never, "m:f" as never),
  "no interval": (jobs) => jobs.interval("i", { minutes: 0 }, "m:f" as never),
  "a day too many": (jobs) => jobs.monthly("i", { day: 32, hourUTC: 0 }, "m:f" as never),
  "an hour too many": (jobs) => jobs.daily("i", { hourUTC: 24 }, "m:f" as never),
  "a minute too many": (jobs) => jobs.hourly("i", { minuteUTC: 60 }, "m:f" as never),
  "an identifier beyond ASCII": (jobs) => jobs.cron("ü", "* * * * *", "m:f" as never),
  "an identifier twice": (jobs) => {
    jobs.cron("c", "* * * * *", "m:f" as never);
    jobs.cron("c", "* * * * *", "m:f" as never);
  },
};
for (const [name, register] of Object.entries(crons)) {
  test(`cron jobs export the same meaning or fail with the same text: ${name}`, () => {
    assertSame(({ server }) => {
      const jobs = server.cronJobs();
      register(jobs);
      return JSON.parse(exported(jobs));
    });
  });
}

test("definitions of apps and components export the same", () => {
  assertSame(({ server: { defineApp, defineComponent }, v }) => {
    const child = { componentDefinitionPath: "../node_modules/limiter", defaultName: "limiter" } as never;
    const app = defineApp({ httpPrefix: "/app", env: { KEY: v.string(), MODE: v.optional(v.string()) } });
    app.use(child, { env: { KEY: app.env.KEY, OTHER: "x" }, httpPrefix: "/limits" } as never);
    app.use(child, { name: "second" } as never);
    return [exported(app), exported(defineApp()), exported(defineComponent("c"))];
  });
});

test("references have the same addresses", () => {
  assertSame(({ server: { anyApi, getFunctionName, getFunctionAddress, componentsGeneric } }) => [
    getFunctionName(anyApi["dir"]!["messages"]!["list"] as never),
    getFunctionName(anyApi["http"]!["default"] as never),
    getFunctionAddress(componentsGeneric()["limiter"]!["lib"]!["check"]),
    getFunctionAddress("function://abc"),
    outcome(() => getFunctionName("function://abc" as never)),
    outcome(() => getFunctionName(anyApi["messages"] as never)),
  ]);
});

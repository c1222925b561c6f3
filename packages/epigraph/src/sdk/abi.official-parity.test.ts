// biome-ignore-all lint/suspicious/noExplicitAny: the same calls are made with both packages; types are compared elsewhere
import assert from "node:assert/strict";
import { test } from "node:test";
import * as officialServer from "convex/server";
import * as officialValues from "convex/values";
import * as ourServer from "./server.ts";
import * as ourValues from "./values.ts";

interface Sdk {
  readonly server: typeof ourServer;
  readonly values: typeof ourValues;
}
const ours: Sdk = { server: ourServer, values: ourValues };
const official = { server: officialServer, values: officialValues } as unknown as Sdk;

type Handler = (ctx: any, args: any, sdk: Sdk) => unknown;
type Kind = "query" | "mutation" | "action";

const ID = "j57656es6ped234jxf4vabvqqn8jyfyf";

/** What the host answers, by the call's name; errors are thrown as the host does. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  "1.0/queryStream": { queryId: 7 },
  "1.0/queryCleanup": true,
  "1.0/db/normalizeId": { id: ID },
  "1.0/get": { _id: ID, _creationTime: 1, big: { $integer: "AQAAAAAAAAA=" }, bytes: { $bytes: "AQI=" } },
  "1.0/insert": { _id: ID },
  "1.0/shallowMerge": { _id: ID },
  "1.0/replace": { _id: ID },
  "1.0/remove": { _id: ID },
  "1.0/count": 3,
  "1.0/queryPage": {
    page: [{ a: 1 }],
    isDone: false,
    continueCursor: "next",
    splitCursor: "split",
    pageStatus: "SplitRecommended",
  },
  "1.0/getUserIdentity": { tokenIdentifier: "a|b", name: "A" },
  "1.0/getFunctionMetadata": { name: "a:b", componentPath: "" },
  "1.0/getDeploymentMetadata": { name: "x", region: null, class: "s16" },
  "1.0/getRequestMetadata": {
    ip: null,
    userAgent: "x",
    requestId: "r",
    scheduledFunctionId: null,
    authToken: null,
  },
  "1.0/getTransactionMetrics": { bytesRead: { used: 1, remaining: 2 } },
  "1.0/getSnapshotTs": { $integer: "AQAAAAAAAAA=" },
  "1.0/storageGetUrl": "http://file",
  "1.0/storageGetMetadata": { storageId: ID, sha256: "00", size: 1, contentType: null },
  "1.0/storageGet": { blob: "AQI=", contentType: "text/plain" },
  "1.0/storageStore": ID,
  "1.0/storageGenerateUploadUrl": "http://upload",
  "1.0/storageDelete": null,
  "1.0/schedule": ID,
  "1.0/cancel_job": null,
  "1.0/runUdf": { $integer: "AQAAAAAAAAA=" },
  "1.0/signJwt": "token",
  "1.0/createFunctionHandle": "function://x",
  "1.0/actions/query": 1,
  "1.0/actions/mutation": 2,
  "1.0/actions/action": 3,
  "1.0/actions/schedule": ID,
  "1.0/actions/cancel_job": null,
  "1.0/actions/vectorSearch": { results: [{ _id: ID, _score: 0.5 }] },
  "1.0/componentArgument": { value: 5 },
};

/** A host that writes down every call, and gives rows `{ n: 1 }`, `{ n: 2 }` and no more to each query. */
class RecordingHost {
  readonly calls: unknown[] = [];
  #rows = 0;

  syscall(name: string, json: string): string {
    this.calls.push([name, JSON.parse(json)]);
    return this.#answer(name);
  }

  async asyncSyscall(name: string, json: string): Promise<string> {
    this.calls.push([name, JSON.parse(json)]);
    if (json.includes("FAIL_DATA")) {
      throw Object.assign(new Error("host says no"), { data: { code: { $integer: "AQAAAAAAAAA=" } } });
    }
    if (json.includes("FAIL")) throw new Error("host says no");
    return this.#answer(name);
  }

  async jsSyscall(name: string, { requestId, version, ...value }: Record<string, unknown>): Promise<unknown> {
    this.calls.push([name, Object.keys(value), typeof requestId, typeof version]);
    return name === "storage/getBlob" ? new Blob(["x"]) : ID;
  }

  #answer(name: string): string {
    if (name === "1.0/queryStreamNext") {
      this.#rows++;
      return JSON.stringify(
        this.#rows > 2 ? { value: null, done: true } : { value: { n: this.#rows }, done: false },
      );
    }
    if (!Object.hasOwn(ANSWERS, name)) throw new Error(`Unknown async operation ${name}`);
    return JSON.stringify(ANSWERS[name]);
  }
}

/** Everything that the host sees of a handler, and how it ends. */
async function transcript(sdk: Sdk, kind: Kind, handler: Handler, argument: string): Promise<unknown> {
  const host = new RecordingHost();
  const registered = (sdk.server as any)[`${kind}Generic`]((ctx: any, args: any) => handler(ctx, args, sdk));
  const globals = globalThis as { Convex?: unknown };
  globals.Convex = {
    syscall: (...args: [string, string]) => host.syscall(...args),
    asyncSyscall: (...args: [string, string]) => host.asyncSyscall(...args),
    jsSyscall: (...args: [string, Record<string, unknown>]) => host.jsSyscall(...args),
  };
  let outcome: unknown;
  try {
    outcome = await (kind === "query"
      ? registered.invokeQuery(argument)
      : kind === "mutation"
        ? registered.invokeMutation(argument)
        : registered.invokeAction("request", argument));
  } catch (error) {
    const { name, message, data } = error as { name: string; message: string; data?: unknown };
    const marked = (error as any)[(error as any).ConvexErrorSymbol ?? ""] === true;
    outcome = { name, message, data, marked };
  } finally {
    delete globals.Convex;
  }
  return { calls: host.calls, outcome };
}

const ref = (name: string, { server }: Sdk): any => server.makeFunctionReference(name);

const cases: Readonly<Record<Kind, Readonly<Record<string, Handler>>>> = {
  query: {
    "an argument and a result of every type": (_ctx, args) => args,
    nothing: () => undefined,
    "a result that is none": () => ({ when: new Date(0) }),
    "a query instead of its rows": (ctx) => ctx.db.query("t"),
    get: async (ctx) => [await ctx.db.get(ID), await ctx.db.get("t", ID)],
    "get of nothing": (ctx) => ctx.db.get(undefined),
    "get of a number": (ctx) => ctx.db.get(5),
    "get with a wrong table": (ctx) => ctx.db.get(5, ID),
    "get of a system table": async (ctx) => [
      await ctx.db.system.get(ID),
      await ctx.db.system.get("_storage", ID),
    ],
    "get that fails": (ctx) => ctx.db.get("FAIL"),
    "get that fails with data": (ctx) => ctx.db.get("FAIL_DATA"),
    normalizeId: (ctx) => [ctx.db.normalizeId("t", "x"), ctx.db.system.normalizeId("_storage", "x")],
    "normalizeId of a system table": (ctx) => ctx.db.normalizeId("_storage", "x"),
    "normalizeId of a user table among system tables": (ctx) => ctx.db.system.normalizeId("t", "x"),
    "normalizeId of nothing": (ctx) => ctx.db.normalizeId("t"),
    collect: (ctx) => ctx.db.query("t").collect(),
    take: (ctx) => ctx.db.query("t").order("desc").take(1),
    first: (ctx) => ctx.db.query("t").fullTableScan().first(),
    "unique of two": (ctx) => ctx.db.query("t").unique(),
    count: (ctx) => ctx.db.query("t").count(),
    iterate: async (ctx) => {
      const rows: unknown[] = [];
      for await (const row of ctx.db.query("t")) rows.push(row);
      return rows;
    },
    "iterate and leave": async (ctx) => {
      for await (const row of ctx.db.query("t")) return row;
      return null;
    },
    "a table by its name": async (ctx) => [
      await ctx.db.table("t").get(ID),
      await ctx.db.table("t").query().collect(),
    ],
    "index ranges": async (ctx) => {
      const build = (range: (q: any) => unknown) =>
        ctx.db.query("t").withIndex("by_x", range).order("asc").first();
      await ctx.db.query("t").withIndex("by_x").first();
      await build((q) => q.eq("a", 1).eq("b.c", undefined));
      await build((q) => q.gt("a", "x").lte("a", "y"));
      await build((q) => q.gte("a", 5n).lt("a", 9n));
      await build((q) => q.eq("a", new ArrayBuffer(2)));
    },
    "an index range used twice": (ctx) =>
      ctx.db.query("t").withIndex("by_x", (q: any) => {
        const same = q.eq("a", 1);
        return [q.eq("b", 1), same];
      }),
    filters: async (ctx) => {
      const filter = (build: (q: any) => unknown) => ctx.db.query("t").filter(build).first();
      await filter((q) => q.and(q.eq(q.field("a"), 1), q.neq(q.field("b"), undefined)));
      await filter((q) => q.or(q.lt(q.field("a"), 1), q.lte(1, 2n), q.gt("a", "b"), q.gte(null, true)));
      await filter((q) => q.not(q.eq(q.add(1, q.sub(2, 3)), q.mul(q.div(4, 5), q.mod(6, q.neg(7))))));
      await filter(() => true);
      await filter((q) => q.eq(q.field("a"), { $nested: 1 }));
    },
    "filters without a field": (ctx) =>
      ctx.db
        .query("t")
        .filter((q: any) => q.field("$x"))
        .first(),
    "text search": async (ctx) => {
      const search = (build: (q: any) => unknown) => ctx.db.query("t").withSearchIndex("s", build);
      await search((q) => q.search("body", "text").eq("channel", "x").eq("y", undefined)).take(3);
    },
    "text search without a filter": (ctx) => ctx.db.query("t").withSearchIndex("s").first(),
    "text search in an order": (ctx) =>
      ctx.db
        .query("t")
        .withSearchIndex("s", (q: any) => q.search("a", "b"))
        .order("asc"),
    "two orders": (ctx) => ctx.db.query("t").order("asc").order("desc"),
    "an unknown order": (ctx) => ctx.db.query("t").order("up").first(),
    "a query that goes on after it was chained": async (ctx) => {
      const query = ctx.db.query("t");
      query.order("asc");
      await query.collect();
    },
    "a query that is chained while it is read": async (ctx) => {
      const query = ctx.db.query("t").order("asc");
      await query.next();
      query.filter(() => true);
    },
    "a query that is read to its end": async (ctx) => {
      const query = ctx.db.query("t").order("asc");
      const rows = [await query.next(), await query.next(), await query.next()];
      return [rows, await query.next()];
    },
    "a query that is read twice": async (ctx) => {
      const query = ctx.db.query("t").order("asc");
      for await (const _ of query) break;
      for await (const _ of query) break;
    },
    "a query of no table": (ctx) => ctx.db.query(),
    "a query of a system table": (ctx) => ctx.db.query("_storage"),
    "a system query of a user table": (ctx) => ctx.db.system.query("t"),
    "a system query": (ctx) => ctx.db.system.query("_storage").collect(),
    "take of a fraction": (ctx) => ctx.db.query("t").take(1.5),
    "take of nothing": (ctx) => ctx.db.query("t").take(),
    paginate: (ctx) => ctx.db.query("t").order("desc").paginate({ numItems: 5, cursor: null }),
    "paginate with everything": (ctx) =>
      ctx.db.query("t").paginate({
        numItems: 5,
        cursor: "a",
        endCursor: "b",
        maximumRowsRead: 6,
        maximumBytesRead: 7,
        id: 9,
      }),
    "paginate less than nothing": (ctx) => ctx.db.query("t").paginate({ numItems: -1, cursor: null }),
    "paginate without a number": (ctx) => ctx.db.query("t").paginate({ cursor: null }),
    "too many operators": (ctx) => {
      let query = ctx.db.query("t").order("asc");
      for (let i = 0; i < 300; i++) query = query.filter(() => true);
    },
    identity: (ctx) => ctx.auth.getUserIdentity(),
    files: async (ctx) => [await ctx.storage.getUrl(ID), await ctx.storage.getMetadata(ID)],
    "a file of no id": (ctx) => ctx.storage.getUrl(),
    metadata: async ({ meta }) => [
      await meta.getFunctionMetadata(),
      await meta.getDeploymentMetadata(),
      await meta.getTransactionMetrics(),
      meta.getSnapshotTs(),
    ],
    "nested queries": async (ctx, _args, sdk) => [
      await ctx.runQuery(ref("a:b", sdk), { x: 1n }),
      await ctx.runQuery(ref("a:b", sdk)),
      await ctx.runQuery(sdk.server.anyApi["a"]!["b"]!["c"] as any, {}),
      await ctx.runQuery("function://handle", {}),
      await ctx.runQuery("a:b", {}),
      await ctx.runQuery(sdk.server.componentsGeneric()["c"]!["d"]!["e"] as any, {}),
    ],
    "a nested query of nothing": (ctx) => ctx.runQuery({}, {}),
    "a nested query with wrong arguments": (ctx, _args, sdk) => ctx.runQuery(ref("a:b", sdk), [1]),
    "a nested query of an old snapshot": (ctx, _args, sdk) =>
      ctx.runQuery(ref("a:b", sdk), {}, { useStaleSnapshot: true }),
    "an error": () => {
      throw new TypeError("no");
    },
    "an error with data": (_ctx, _args, { values }) => {
      throw new values.ConvexError({ code: 5n, list: [null] });
    },
    "an error with a text": (_ctx, _args, { values }) => {
      throw new values.ConvexError("text");
    },
    "something else that is thrown": () => {
      throw { no: "error" };
    },
    "a handle": (_ctx, _args, sdk) => sdk.server.createFunctionHandle(ref("a:b", sdk)),
  },
  mutation: {
    "an argument and a result of every type": (_ctx, args) => args,
    insert: (ctx) =>
      ctx.db.insert("t", {
        a: 1,
        b: undefined,
        c: 5n,
        d: new ArrayBuffer(1),
        e: [Number.NaN, -0, { f: null }],
      }),
    "insert of nothing": (ctx) => ctx.db.insert("t"),
    "insert of what is no value": (ctx) => ctx.db.insert("t", { a: { b: new Set() } }),
    "insert of what is no value in a list": (ctx) => ctx.db.insert("t", { a: [undefined] }),
    "insert into a system table": (ctx) => ctx.db.insert("_storage", {}),
    patch: async (ctx) => [
      await ctx.db.patch(ID, { a: undefined, b: { c: 1 } }),
      await ctx.db.patch("t", ID, { a: 1 }),
    ],
    "patch of nothing": (ctx) => ctx.db.patch(undefined, {}),
    "patch with nothing": (ctx) => ctx.db.patch(ID),
    replace: async (ctx) => [
      await ctx.db.replace(ID, { a: 1 }),
      await ctx.db.replace("t", ID, { b: undefined }),
    ],
    "replace with nothing": (ctx) => ctx.db.replace(ID),
    delete: async (ctx) => [await ctx.db.delete(ID), await ctx.db.delete("t", ID)],
    "delete of nothing": (ctx) => ctx.db.delete(),
    "a table by its name": async ({ db }) => {
      const table = db.table("t");
      return [
        await table.insert({ a: 1 }),
        await table.patch(ID, {}),
        await table.replace(ID, {}),
        await table.delete(ID),
      ];
    },
    "the commit timestamp": (ctx) => ctx.db.insert("t", { at: ctx.db.vars.commitTs }),
    "the commit timestamp as a result": (ctx) => ctx.db.vars.commitTs,
    schedule: async (ctx, _args, sdk) => [
      await ctx.scheduler.runAt(5_000, ref("a:b", sdk), { x: 1 }),
      await ctx.scheduler.runAt(new Date(6_000), ref("a:b", sdk)),
      await ctx.scheduler.cancel(ID),
    ],
    "schedule before now": (ctx, _args, sdk) => ctx.scheduler.runAfter(-1, ref("a:b", sdk), {}),
    "schedule after no number": (ctx, _args, sdk) => ctx.scheduler.runAfter("1", ref("a:b", sdk), {}),
    "schedule after for ever": (ctx, _args, sdk) =>
      ctx.scheduler.runAfter(Number.POSITIVE_INFINITY, ref("a:b", sdk), {}),
    "schedule at no time": (ctx, _args, sdk) => ctx.scheduler.runAt("noon", ref("a:b", sdk), {}),
    "cancel nothing": (ctx) => ctx.scheduler.cancel(),
    files: async ({ storage }) => [
      await storage.generateUploadUrl(),
      await storage.delete(ID),
      await storage.store(new Blob(["ab"], { type: "text/plain" }), { sha256: "x" }),
      await storage.store(new Blob(["ab"])),
      (await storage.get(ID))?.size,
    ],
    "nested calls": async (ctx, _args, sdk) => [
      await ctx.runMutation(ref("a:b", sdk), { x: 1 }),
      await ctx.runMutation(ref("a:b", sdk), {}, { transactionLimits: { documentsRead: 5 } }),
      await ctx.runQuery(ref("a:b", sdk), {}, { useStaleSnapshot: true }),
      await ctx.runQuery(ref("a:b", sdk), {}, { transactionLimits: { bytesRead: 5 } }),
    ],
    "a token": async (ctx) => [
      await ctx.auth.signJwt({ expiresInSeconds: 60 }),
      await ctx.auth.signJwt({ expiresInSeconds: 60, claims: { role: "x" } }),
    ],
    metadata: async ({ meta }) => [
      await meta.getFunctionMetadata(),
      await meta.getRequestMetadata(),
      meta.getSnapshotTs(),
    ],
  },
  action: {
    "an argument and a result of every type": (_ctx, args) => args,
    calls: async (ctx, _args, sdk) => [
      await ctx.runQuery(ref("a:b", sdk), { x: 1n }),
      await ctx.runMutation(ref("a:b", sdk)),
      await ctx.runAction("function://handle", {}),
    ],
    "a call that fails with data": (ctx, _args, sdk) => ctx.runQuery(ref("FAIL_DATA:b", sdk), {}),
    schedule: (ctx, _args, sdk) => ctx.scheduler.runAt(5_000, ref("a:b", sdk), { x: 1 }),
    "cancel a job": async (ctx) => void (await ctx.scheduler.cancel(ID)),
    files: async ({ storage }) => [
      await storage.getUrl(ID),
      await storage.store(new Blob(["ab"]), { sha256: "x" }),
      await storage.store(new Blob(["ab"])),
      (await storage.get(ID))?.size,
      await storage.delete(ID),
    ],
    "vector search": async (ctx) => [
      await ctx.vectorSearch("t", "by_v", { vector: [1, 2], limit: 5 }),
      await ctx.vectorSearch("t", "by_v", {
        vector: [1],
        filter: (q: any) => q.or(q.eq("a", 1n), q.eq("b", undefined)),
      }),
    ],
    "vector search of nothing": (ctx) => ctx.vectorSearch("t", "by_v", {}),
    identity: (ctx) => ctx.auth.getUserIdentity(),
    metadata: async ({ meta }) => [
      await meta.getFunctionMetadata(),
      await meta.getDeploymentMetadata(),
      await meta.getRequestMetadata(),
    ],
    "an error with data": (_ctx, _args, { values }) => {
      throw new values.ConvexError({ code: Number.NaN });
    },
  },
};

const ARGUMENT = JSON.stringify([
  {
    big: { $integer: "AQAAAAAAAAA=" },
    bytes: { $bytes: "AQI=" },
    nan: { $float: "AAAAAAAA+H8=" },
    list: [1, "x", null, true],
  },
]);

for (const [kind, handlers] of Object.entries(cases) as [Kind, Record<string, Handler>][]) {
  for (const [name, handler] of Object.entries(handlers)) {
    test(`the host sees the same of both packages: ${kind}, ${name}`, async () => {
      const expected = await transcript(official, kind, handler, ARGUMENT);
      assert.deepEqual(await transcript(ours, kind, handler, ARGUMENT), expected);
    });
  }
}

test("a function that is called directly warns the same way", async () => {
  const warnings = async ({ server }: Sdk): Promise<unknown[]> => {
    const seen: unknown[] = [];
    const { warn } = console;
    console.warn = (...args: unknown[]) => void seen.push(args);
    try {
      for (const build of [
        server.queryGeneric,
        server.internalMutationGeneric,
        server.actionGeneric,
        server.httpActionGeneric,
      ]) {
        await (build as any)(() => 1)({}, {});
      }
    } finally {
      console.warn = warn;
    }
    return seen;
  };
  assert.deepEqual(await warnings(ours), await warnings(official));
});

test("outside of a host both say so", async () => {
  const message = async ({ server }: Sdk): Promise<string> => {
    const registered: any = server.queryGeneric((ctx: any) => ctx.db.get(ID));
    return registered.invokeQuery("[{}]").catch((error: Error) => error.message);
  };
  assert.equal(await message(ours), await message(official));
});

test("a router runs requests the same way", async () => {
  const run = async ({ server }: Sdk): Promise<unknown> => {
    const seen: unknown[] = [];
    const globals = globalThis as { Convex?: unknown };
    globals.Convex = {
      jsSyscall: (name: string, argument: Record<string, unknown>) => {
        seen.push([name, Object.keys(argument)]);
        return name === "requestFromConvexJson" ? new Request("http://h/a/b") : { is: "a response" };
      },
      asyncSyscall: async (name: string, json: string) => {
        seen.push([name, JSON.parse(json)]);
        return "1";
      },
    };
    const http = server.httpRouter();
    const handler: any = server.httpActionGeneric(async (ctx: any, request: Request) => {
      await ctx.runQuery(server.makeFunctionReference("a:b"), {});
      return new Response(request.url);
    });
    http.route({ pathPrefix: "/a/", method: "GET", handler });
    try {
      const direct: Response = await handler.invokeHttpAction(new Request("http://h/x"));
      seen.push(await direct.text(), await http.runRequest("{}", "/a/*"));
      await http.runRequest("{}", "/nowhere").then((text) => seen.push(text));
    } catch (error) {
      seen.push((error as Error).message);
    } finally {
      delete globals.Convex;
    }
    return seen;
  };
  assert.deepEqual(await run(ours), await run(official));
});

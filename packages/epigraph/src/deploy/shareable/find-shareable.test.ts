import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bundleApp } from "../bundle.ts";
import { writeGenerated } from "../codegen/write-generated.ts";
import { prepareModules } from "../prepare-modules.ts";
import { CHAT_APP, TempApp } from "../testing/temp-app.ts";

type Files = Readonly<Record<string, string>>;

/** The paths of an app's modules, chunks aside, that are shareable. */
async function shareable(files: Files): Promise<readonly string[]> {
  using temp = new TempApp(files);
  writeGenerated(temp.app);
  const { modules } = await prepareModules(await bundleApp(temp.app));
  return modules
    .filter(({ path, isShareable }) => isShareable && !path.startsWith("_deps/"))
    .map((m) => m.path);
}

const PRELUDE = `import { httpRouter, makeFunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { api, internal } from "./_generated/api";
import { action, env, httpAction, mutation, query } from "./_generated/server";
`;

describe("modules that all executions may share", () => {
  const cases: readonly (readonly [name: string, source: string])[] = [
    [
      "queries, mutations, actions and helpers",
      `const PAGE = 5 * 10;
async function find(ctx: any, id: string) { return ctx.db.get(id); }
export const limit = (n: number = PAGE) => Math.min(n, PAGE);
export const get = query({ args: { id: v.string(), n: v.optional(v.number()) }, returns: v.any(), handler: async (ctx, { id, n }) => [await find(ctx, id), limit(n)] });
export const add = mutation({ args: {}, async handler(ctx) { await ctx.runQuery(internal.a.get as any, {}); let count = 0; count++; return count; } });
export default action(async (ctx) => ctx.runQuery(api.a.get as any, {}));`,
    ],
    [
      "validators, and types made of them",
      `export const role = v.union(v.literal("admin"), v.literal("user"));
const base = v.object({ role, name: v.string() });
export const input = base.omit("name").extend({ tags: v.array(v.string()) }).partial();
export const get = query({ args: { input, fields: base.fields.name }, handler: () => null });`,
    ],
    [
      "arguments that several functions have",
      `const paging = { cursor: v.string() };
const args = { ...paging, nested: { deep: 1 } };
export const one = query({ args: paging, handler: () => null });
export const two = query({ args: { ...paging, id: v.string() }, handler: () => null });
export const three = query({ args: args as any, handler: () => null });`,
    ],
    [
      "lists and tables that are only read",
      `const ROLES = ["admin", "user"] as const;
const LIMITS = { max: 5, min: 1, clamp: (n: number) => n };
const WORDS = new Set(["a", "b"]);
const FROZEN = Object.freeze({ a: 1 });
export const get = query({ args: {}, handler: (_ctx, { role }: any) => {
  for (const known of ROLES) if (known === role) return LIMITS.max + FROZEN.a;
  const { min } = LIMITS;
  return [ROLES.includes(role), ROLES.map((r) => r + min), WORDS.has(role), [...WORDS], WORDS.size, LIMITS.clamp(2), Object.keys(LIMITS), { ...LIMITS }, role in LIMITS, Math.max(...[LIMITS.min])];
} });`,
    ],
    [
      "errors of the app",
      `export class NotFound extends Error { readonly id: string; code = 404; constructor(id: string) { super("no " + id); this.name = "NotFound"; this.id = id; } }
class Refused extends ConvexError<string> {}
export class Gone extends NotFound {}
export const get = query(async () => { throw new Refused(new Gone("x").message); });`,
    ],
    [
      "environment variables that are read when it runs",
      `export const get = query(async () => [process.env.A, env.CONVEX_SITE_URL, Date.now(), Math.random()]);`,
    ],
    [
      "patterns without a memory",
      `const WORD = /^[a-z]+$/i;\nexport const get = query((_ctx, { w }: any) => WORD.test(w));`,
    ],
    [
      "named references",
      `const ref = makeFunctionReference<"query">("a:b");\nexport const get = action((ctx) => ctx.runQuery(ref));`,
    ],
    [
      "names that functions have for themselves",
      `export const sum = function add(n: number): number { return n === 0 ? 0 : n + add(n - 1); };`,
    ],
    [
      "objects with functions",
      `export const math = { double: (n: number) => n * 2, triple(n: number) { return n * 3; } };`,
    ],
    [
      "state that a call makes for itself",
      `export const get = query(() => { const cache = new Map(); const list: number[] = []; list.push(1); class Counter { n = 0; add() { this.n++; return this; } } return [cache.set(1, 2).size, list, new Counter().add().n]; });`,
    ],
    [
      "constants that are computed",
      `const one = 1, text = \`a\${one}b\`, big = -5n, either = one > 0 ? "x" : "y";\nexport const get = query(() => [text, big, either]);`,
    ],
  ];
  for (const [name, source] of cases) {
    it(`have ${name}`, async () => {
      assert.deepEqual(await shareable({ "convex/a.ts": PRELUDE + source }), ["a.js"]);
    });
  }

  it("are those that everybody starts with, with the generated code they import", async () => {
    assert.deepEqual(await shareable(CHAT_APP), ["helpers.js", "http.js", "messages.js", "sub/tasks.js"]);
  });

  it("may import one another", async () => {
    const files = {
      "convex/model/users.ts": `import { v } from "convex/values";
export const args = { name: v.string() };
export const KINDS = ["a", "b"];
export function label(name: string) { return KINDS.includes(name) ? name : ""; }`,
      "convex/model/index.ts": 'export * from "./users";\nexport * as users from "./users";',
      "convex/a.ts": `${PRELUDE}import * as Model from "./model/users";
import schema from "./schema";
import { users } from "./model";
export const get = query({ args: Model.args, handler: (_ctx, { name }) => [Model.label(name), Model.KINDS.indexOf(name)] });
export const put = query({ args: { ...Model.args, doc: schema.tables.messages.validator }, handler: (_ctx, { name }) => users.label(name) });`,
      "convex/schema.ts": CHAT_APP["convex/schema.ts"] as string,
    };
    assert.deepEqual(await shareable(files), ["a.js", "model/index.js", "model/users.js"]);
  });
});

describe("modules that each execution has for itself", () => {
  const cases: readonly (readonly [name: string, source: string])[] = [
    ["a variable that changes", "let count = 0;\nexport const get = query(() => count++);"],
    [
      "a variable that is assigned",
      "let last: unknown;\nexport const get = query((_ctx, args) => { last = args; return last; });",
    ],
    [
      "a variable that a pattern assigns",
      "let last: unknown;\nexport const get = query((_ctx, args: any) => { [last] = args.list; return last; });",
    ],
    [
      "a variable that a loop assigns",
      "let last = 0;\nexport const get = query((_ctx, args: any) => { for (last of args.list); return last; });",
    ],
    [
      "an exported variable that changes",
      "export let count = 0;\nexport const get = query(() => { count += 1; });",
    ],
    ["a map", "const cache = new Map();\nexport const get = query((_ctx, a) => cache.set(a, a));"],
    [
      "a set that grows",
      'const seen = new Set(["a"]);\nexport const get = query((_ctx, { w }: any) => seen.add(w));',
    ],
    [
      "a set that is handed on",
      'const seen = new Set(["a"]);\nexport const get = query((_ctx, { f }: any) => f(seen));',
    ],
    [
      "a list that grows",
      "const list: unknown[] = [];\nexport const get = query((_ctx, a) => list.push(a));",
    ],
    [
      "a memo that is filled when it is asked for",
      "let memo: unknown;\nexport const get = query((_ctx, a) => (memo ??= a));",
    ],
    [
      "a memo in a table",
      "const memo: any = { value: null };\nexport const get = query((_ctx, a) => (memo.value ??= a));",
    ],
    [
      "a property that replaces itself by what it found",
      'const lazy: any = { get value() { Object.defineProperty(this, "value", { value: {} }); return this.value; } };\nexport const get = query(() => lazy.value);',
    ],
    [
      "a memo by object",
      "const memo = new WeakMap();\nexport const get = query((_ctx, a: any) => memo.get(a) ?? memo.set(a, a));",
    ],
    [
      "a class that a function with a memory makes, as libraries of schemas do",
      "const made = new WeakSet();\nfunction constructor(init: any) { function Made(this: any) { if (!made.has(this)) made.add(this); init(this); } return Made; }\nconst Text = /* @__PURE__ */ constructor(() => {});\nexport const get = query(() => new (Text as any)());",
    ],
    ["a list that is sorted in place", "const list = [3, 1];\nexport const get = query(() => list.sort());"],
    [
      "a list that is handed on",
      "const list = [3, 1];\nexport const get = query((_ctx, { f }: any) => f(list));",
    ],
    ["a list that is returned", "const list = [3, 1];\nexport const get = query(() => list);"],
    [
      "a list with another name",
      "const list = [3, 1];\nexport const get = query(() => { const other = list; other.push(1); });",
    ],
    ["a list inside of a list", "const lists = [[1]];\nexport const get = query(() => lists[0]!.push(1));"],
    [
      "a list behind an unknown method",
      "const list: any = [1];\nexport const get = query((_ctx, { m }: any) => list[m](2));",
    ],
    ["a table whose entry is written", "const state = { n: 0 };\nexport const get = query(() => state.n++);"],
    [
      "a table whose entry is deleted",
      "const state: any = { n: 0 };\nexport const get = query(() => delete state.n);",
    ],
    [
      "a table that a pattern writes to",
      "const state = { n: 0 };\nexport const get = query((_ctx, a: any) => { ({ n: state.n } = a); });",
    ],
    [
      "a table that a list pattern writes to",
      "const state = { n: 0 };\nexport const get = query((_ctx, a: any) => { [state.n] = a; });",
    ],
    [
      "a table that a loop writes to",
      "const state = { n: 0 };\nexport const get = query((_ctx, a: any) => { for (state.n of a); });",
    ],
    [
      "a table that is merged into",
      "const state = { n: 0 };\nexport const get = query((_ctx, a: any) => Object.assign(state, a));",
    ],
    [
      "a table with a getter",
      "const state = { get now() { return Date.now(); } };\nexport const get = query(() => state.now);",
    ],
    [
      "a table with a method that changes it",
      "const state = { n: 0, add() { return this.n++; } };\nexport const get = query(() => state.add());",
    ],
    [
      "a frozen table with a list in it",
      "const state = Object.freeze({ list: [1] });\nexport const get = query(() => state.list.push(1));",
    ],
    [
      "a getter that only looks like an export's",
      "const list = [1];\nconst give = (_: object, o: any) => o;\nexport const get = query(() => give({}, { list: () => list }));",
    ],
    [
      "a function with properties",
      "function next() { return (next as any).n++; }\n(next as any).n = 0;\nexport const get = query(() => next());",
    ],
    [
      "a function that gives itself properties",
      "export const get = query(function run() { (run as any).n = 1; });",
    ],
    ["a function that knows what it is called on", "export function self(this: unknown) { return this; }"],
    [
      "a closure with a counter",
      "const next = (() => { let n = 0; return () => n++; })();\nexport const get = query(() => next());",
    ],
    [
      "a generator",
      "const ids = (function* () { let n = 0; for (;;) yield n++; })();\nexport const get = query(() => ids.next());",
    ],
    ["the time", "const started = Date.now();\nexport const get = query(() => started);"],
    ["a date", "const started = new Date();\nexport const get = query(() => started);"],
    ["a random number", "const id = Math.random();\nexport const get = query(() => id);"],
    ["a random id", "const id = crypto.randomUUID();\nexport const get = query(() => id);"],
    [
      "the environment, read when it loads",
      "const key = process.env.KEY;\nexport const get = query(() => key);",
    ],
    [
      "the environment, taken apart when it loads",
      "const { KEY } = process.env;\nexport const get = query(() => KEY);",
    ],
    [
      "the generated environment, read when it loads",
      "const site = env.CONVEX_SITE_URL;\nexport const get = query(() => site);",
    ],
    ["a console line", 'console.log("loaded");\nexport const get = query(() => 1);'],
    ["a call of the host", "const x = (globalThis as any).Convex;\nexport const get = query(() => x);"],
    ["a global that it writes", "(globalThis as any).x = 1;\nexport const get = query(() => 1);"],
    ["a prototype that it changes", "(Array.prototype as any).last = 1;\nexport const get = query(() => 1);"],
    ["a function of its own that runs when it loads", "const make = () => 1;\nexport const one = make();"],
    ["an object of a class of its own", "class A {}\nconst a = new A();\nexport const get = query(() => a);"],
    ["a builder of its own", "const build = (f: any) => query(f);\nexport const get = build(() => 1);"],
    [
      "a pattern with a memory",
      "const word = /a/g;\nexport const get = query((_ctx, { w }: any) => word.test(w));",
    ],
    [
      "a pattern that it makes another one",
      "const word: any = /a/;\nexport const get = query((_ctx, { w }: any) => word.compile(w));",
    ],
    [
      "what somebody may have put on a constructor",
      "const x = (Object as any).extra;\nexport const get = query(() => x);",
    ],
    [
      "a class with static state",
      "class Counter { static n = 0; }\nexport const get = query(() => Counter.n++);",
    ],
    [
      "a class with a static block",
      "class A { static { console.log(1); } }\nexport const get = query(() => new A());",
    ],
    [
      "a class with methods, which frozen could not be replaced in an object",
      "class A { m() {} constructor() { this.m = this.m.bind(this); } }\nexport const get = query(() => new A());",
    ],
    [
      "a class whose base is made when it loads",
      "class A extends (Date.now() > 0 ? Error : TypeError) {}\nexport const get = query(() => new A());",
    ],
    [
      "a class whose base is of the platform",
      "class A extends Map {}\nexport const get = query(() => new A());",
    ],
    ["a condition", "export let x = 1;\nif (env.CONVEX_SITE_URL) x = 2;\nexport const get = query(() => x);"],
    [
      "a loop",
      "const list: number[] = [];\nfor (let i = 0; i < 3; i++) list.push(i);\nexport const get = query(() => list.length);",
    ],
    ["a template with a tag", "const tag = (s: unknown) => s;\nexport const text = tag`x`;"],
    [
      "text made of an object",
      'const o = { toString: () => String(Date.now()) };\nexport const text = o + "";',
    ],
    [
      "an enumeration, which is an object that a function fills",
      "enum Color { Red }\nexport const get = query((_ctx, { c }: any) => Color[c]);",
    ],
    [
      "routes that are added while it runs",
      'const http = httpRouter();\nexport const get = query(() => http.route({ path: "/a", method: "GET", handler: httpAction(async () => new Response()) }));',
    ],
    [
      "a router that is handed on",
      "const http = httpRouter();\nconst addRoutes = (h: unknown) => h;\nexport const x = addRoutes(http);\nexport const get = query(() => x);",
    ],
    [
      "a router in a list",
      "const routers = [httpRouter()];\nexport const get = query(() => routers.length);",
    ],
    ["a member of the SDK that it replaces", "export const get = query(() => { (v as any).string = 1; });"],
    [
      "an import of something else when it runs",
      "export const get = action(async (_ctx, { path }: any) => import(path));",
    ],
  ];
  for (const [name, source] of cases) {
    it(`have ${name}`, async () => {
      assert.deepEqual(await shareable({ "convex/a.ts": PRELUDE + source }), []);
    });
  }

  const query = 'import { query } from "./_generated/server";\n';
  const among: readonly (readonly [name: string, files: Files, shared: readonly string[]])[] = [
    [
      "import one that is not shared",
      {
        "convex/a.ts": `${query}import { next } from "./b";\nexport const get = query(() => next());`,
        "convex/b.ts": "let n = 0;\nexport const next = () => n++;",
        "convex/c.ts": `${query}export const get = query(() => 1);`,
      },
      ["c.js"],
    ],
    [
      "import a library that keeps something",
      {
        "convex/a.ts": `${query}import { next } from "counter";\nexport const get = query(() => next());`,
        "node_modules/counter/index.js": "let n = 0;\nexports.next = () => n++;",
      },
      [],
    ],
    [
      "load one that is not shared while they run",
      {
        "convex/a.ts": `${query}export const get = query(async () => (await import("./b")).next());`,
        "convex/b.ts": "let n = 0;\nexport const next = () => n++;",
      },
      [],
    ],
    [
      "export a list that another module changes",
      {
        "convex/a.ts": "export const list: number[] = [];",
        "convex/b.ts": `${query}import { list } from "./a";\nexport const get = query(() => list.push(1));`,
      },
      [],
    ],
    [
      "export a list that another module hands on",
      {
        "convex/a.ts": "export const list: number[] = [];",
        "convex/b.ts": `${query}import { list } from "./a";\nexport const get = query((_ctx, { f }: any) => f(list));`,
      },
      [],
    ],
    [
      "export a list, and another module hands on all it exports",
      {
        "convex/a.ts": "export const list: number[] = [];",
        "convex/b.ts": `${query}import * as all from "./a";\nexport const get = query((_ctx, { f }: any) => f(all));`,
      },
      [],
    ],
    [
      "export a list that a re-exporting module's importer changes",
      {
        "convex/a.ts": "export const list: number[] = [];",
        "convex/b.ts": 'export { list as renamed } from "./a";',
        "convex/c.ts": `${query}import { renamed } from "./b";\nexport const get = query(() => renamed.push(1));`,
      },
      [],
    ],
    [
      "export a list that is changed through modules that are exported as a whole",
      {
        "convex/a.ts": "export const list: number[] = [];",
        "convex/b.ts": 'export * as inner from "./a";',
        "convex/c.ts": `${query}import * as outer from "./b";\nexport const get = query(() => outer.inner.list.push(1));`,
      },
      [],
    ],
    [
      "export a list to a module that is too large to be looked at",
      {
        "convex/a.ts": "export const list: number[] = [];",
        "convex/b.ts": `import { list } from "./a";\nexport const get = () => [list.length, "${"x".repeat(1 << 20)}"];`,
      },
      [],
    ],
    [
      "export a list that is loaded while another module runs",
      {
        "convex/a.ts": "export const list: number[] = [];",
        "convex/b.ts": `${query}export const get = query(async () => (await import("./a")).list.push(1));`,
      },
      [],
    ],
    [
      "export a function that another module gives properties",
      {
        "convex/a.ts": "export const f = () => 1;",
        "convex/b.ts": `${query}import { f } from "./a";\nexport const get = query(() => { (f as any).n = 1; });`,
      },
      [],
    ],
    [
      "export a table definition that another module adds an index to",
      {
        "convex/a.ts":
          'import { defineTable } from "convex/server";\nimport { v } from "convex/values";\nexport const table = defineTable({ x: v.string() });',
        "convex/b.ts": 'import { table } from "./a";\nexport const indexed = table.index("by_x", ["x"]);',
      },
      [],
    ],
    [
      "export a router that another module adds routes to",
      {
        "convex/http.ts": 'import { httpRouter } from "convex/server";\nexport default httpRouter();',
        "convex/b.ts": `import { httpAction } from "./_generated/server";\nimport http from "./http";\nhttp.route({ path: "/x", method: "GET", handler: httpAction(async () => new Response()) });\nexport const x = 1;`,
      },
      [],
    ],
  ];
  for (const [name, files, shared] of among) {
    it(name, async () => assert.deepEqual(await shareable(files), shared));
  }
});

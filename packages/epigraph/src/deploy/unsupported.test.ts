import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AppError } from "./app-error.ts";
import { bundleApp } from "./bundle.ts";
import { writeGenerated } from "./codegen/write-generated.ts";
import { TempApp } from "./testing/temp-app.ts";

const IMPORT = 'import { query, mutation, action, internalAction, httpAction } from "./_generated/server";\n';

async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  using temp = new TempApp(files);
  writeGenerated(temp.app);
  try {
    await bundleApp(temp.app);
    return [];
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error.message.split("\n");
  }
}

describe("what is not there yet", () => {
  const refused: readonly (readonly [
    name: string,
    files: Record<string, string>,
    expected: readonly string[],
  ])[] = [
    [
      "ctx.vectorSearch",
      {
        "convex/a.ts": `${IMPORT}type X = string;\nexport const f = action(async (ctx) => ctx.vectorSearch.getUrl("x" as X));`,
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:3)"],
    ],
    [
      "a handler's context under another name",
      {
        "convex/a.ts": `${IMPORT}export const f = mutation({ handler: async (c) => {\n  await c.vectorSearch.runAfter(0, "x" as any); } });`,
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:3)"],
    ],
    [
      "members taken apart in the parameters",
      {
        "convex/a.ts": `${IMPORT}export const f = internalAction({ args: {}, async handler({ vectorSearch }) { return vectorSearch; } });`,
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:2)"],
    ],
    [
      "members taken apart in a helper outside of the functions folder",
      {
        "convex/a.ts": 'export { help } from "../lib/help";',
        "lib/help.ts":
          "export function help(ctx: any) {\n  const { vectorSearch } = ctx;\n  return vectorSearch;\n}",
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (lib/help.ts:2)"],
    ],
    [
      "a helper of another file that calls its parameter something else",
      {
        "convex/a.ts": `${IMPORT}import { remind } from "./lib/remind";\nexport const f = mutation(async (ctx) => remind("x", ctx));`,
        "convex/lib/remind.ts":
          "export async function remind(_what: string, mutationCtx: any) {\n  await mutationCtx.vectorSearch.runAfter(0);\n}",
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/lib/remind.ts:2)"],
    ],
    [
      "a helper that takes the context apart",
      {
        "convex/a.ts": `${IMPORT}const save = async ({ vectorSearch }: any, blob: Blob) => vectorSearch.store(blob);\nexport const f = action({ args: {}, handler: (c) => save(c, new Blob([])) });`,
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:2)"],
    ],
    [
      "a context in another variable, and its member under another name",
      {
        "convex/a.ts": `${IMPORT}export const f = action(async (c) => {\n  const context = c;\n  const { vectorSearch: files = null } = context;\n  return files;\n});`,
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:4)"],
    ],
    [
      "a context inside of an argument",
      {
        "convex/a.ts": `${IMPORT}const save = async ({ context: { vectorSearch }, blob }: any) => vectorSearch.store(blob);\nexport const f = action(async (c) => save({ context: c, blob: null }));`,
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:2)"],
    ],
    [
      "a context with more in it",
      {
        "convex/a.ts": `${IMPORT}async function withUser(c: any) { const user = await c.auth.getUserIdentity(); return { ...c, user }; }
export const f = mutation(async (c) => {
  const both = await withUser(c);
  await both.vectorSearch.runAfter(0, "x" as any);
});`,
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:5)"],
    ],
    [
      "a handler inside of a wrapper, and one that stands elsewhere",
      {
        "convex/a.ts": `${IMPORT}const withUser = (handler: any) => async (c: any) => handler({ ...c, user: 1 });
async function elsewhere(c: any) {
  return c.vectorSearch;
}
export const f = mutation(withUser(async (c: any) => c.vectorSearch));
export const g = mutation({ handler: elsewhere });`,
      },
      [
        "not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:4)",
        "not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:6)",
      ],
    ],
    [
      "builders that the app makes of the builders",
      {
        "convex/a.ts": `${IMPORT}declare const custom: any;
const userAction = globalThis["custom" as never](action) as any;
export const f = userAction({ args: {}, handler: async (c: any) => c.vectorSearch });
export const g = userAction(async (c: any) => c.vectorSearch);`,
      },
      [
        "not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:4)",
        "not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:5)",
      ],
    ],
    [
      "a context that an object keeps",
      {
        "convex/a.ts": `${IMPORT}class Jobs {
  context: any;
  constructor(c: any) { this.context = c; }
  run() { return this.context.vectorSearch; }
}
const jobs = { start: (c: any) => c.vectorSearch };
export const f = mutation(async (c) => [new Jobs(c).run(), jobs.start(c)]);`,
      },
      [
        "not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:5)",
        "not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:7)",
      ],
    ],
    [
      "a parameter called ctx, wherever it comes from",
      {
        "convex/a.ts":
          'import { help } from "./help";\nexport const table: Record<string, unknown> = { help };',
        "convex/help.ts": "export const help = (ctx: any) => ctx?.vectorSearch;",
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/help.ts:1)"],
    ],
    [
      "a library that is given the context",
      {
        "convex/a.ts": `${IMPORT}import { start } from "jobs";\nexport const f = mutation(async (ctx) => start(ctx));`,
        "node_modules/jobs/index.js": "export const start = (c) => c.vectorSearch;",
        "node_modules/jobs/package.json": '{ "name": "jobs", "type": "module", "main": "index.js" }',
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (node_modules/jobs/index.js:1)"],
    ],
    [
      "vector search",
      {
        "convex/a.ts": `${IMPORT}export const f = action(async (ctx) => ctx.vectorSearch("t" as any, "i" as any, {} as any));`,
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:2)"],
    ],
    [
      "search and vector indexes",
      {
        "convex/schema.ts": `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  a: defineTable({ x: v.string(), y: v.array(v.float64()) })
    .searchIndex("s", { searchField: "x" })
    .vectorIndex("e", { vectorField: "y", dimensions: 3 }),
});`,
      },
      [
        "not yet in this version: search indexes (convex/schema.ts:5)",
        "not yet in this version: vector indexes (convex/schema.ts:6)",
      ],
    ],
    [
      "components",
      {
        "convex/a.ts": "export const x = 1;",
        "convex/convex.config.ts":
          'import { defineApp } from "convex/server";\nconst app = defineApp();\napp.use({} as any);\nexport default app;',
      },
      ["not yet in this version: components (convex/convex.config.ts:3)"],
    ],
    [
      "vector search in the Node runtime",
      {
        "convex/a.ts":
          '"use node";\nimport { actionGeneric } from "convex/server";\nexport const x = actionGeneric(async (ctx) => {\n  await ctx.vectorSearch.getUrl("x");\n});',
      },
      ["not yet in this version: vector search, `ctx.vectorSearch` (convex/a.ts:4)"],
    ],
  ];
  for (const [name, files, expected] of refused) {
    it(`is refused with its place: ${name}`, async () => assert.deepEqual(await problems(files), expected));
  }

  const accepted: readonly (readonly [name: string, files: Record<string, string>])[] = [
    [
      "system tables, whatever fills them",
      {
        "convex/a.ts": `${IMPORT}export const f = query(async (ctx) => [await ctx.db.system.query("_storage").collect(), await ctx.db.system.query("_scheduled_functions").first(), ctx.db.system.normalizeId("_storage", "x")]);`,
      },
    ],
    [
      "fields and variables of those names",
      {
        "convex/a.ts": `${IMPORT}const user = { vectorSearch: 1 };\nconst vectorSearch = 2;\nexport const f = query(async (ctx) => [user.vectorSearch, vectorSearch, await ctx.db.query("vectorSearch" as any).collect()]);`,
      },
    ],
    [
      "arguments, results and objects of the app with those names",
      {
        "convex/a.ts": `${IMPORT}const settings = { vectorSearch: { kind: "s3" } };
const kind = (c: typeof settings) => c.vectorSearch.kind;
const queue = new Map<string, { vectorSearch: number }>();
export const f = action(async (ctx, args: { vectorSearch: string }) => {
  const { vectorSearch } = args;
  const row: any = await ctx.runQuery("x" as any);
  return [vectorSearch, args.vectorSearch, row.vectorSearch, kind(settings), queue.get("x")?.vectorSearch];
});`,
      },
    ],
    [
      "variables called ctx that are something else",
      {
        "convex/a.ts":
          "const ctx = { vectorSearch: 1 };\nexport const x = ctx.vectorSearch;\nexport const on = { handler: (event: any) => event.vectorSearch };",
      },
    ],
    [
      "a member that the app puts in the place of the context's",
      {
        "convex/a.ts": `${IMPORT}export const f = action(async (ctx) => {\n  const own = { ...ctx, vectorSearch: new Map() };\n  return own.vectorSearch.size;\n});`,
      },
    ],
    [
      "libraries that have a ctx of their own, and helpers that nobody uses",
      {
        "convex/a.ts": 'export { draw } from "canvas";\nimport "./unused";',
        "convex/lib.ts": "export {};",
        "convex/unused.ts": "function unused(ctx: any) { return ctx.vectorSearch; }\nexport const x = 1;",
        "node_modules/canvas/index.js": "export const draw = (ctx) => ctx.vectorSearch;",
        "node_modules/canvas/package.json": '{ "name": "canvas", "type": "module", "main": "index.js" }',
      },
    ],
    [
      "types of those names",
      {
        "convex/a.ts": `${IMPORT}import type { ActionCtx } from "./_generated/server";\nexport type S = ActionCtx["vectorSearch"];\nexport const x = 1;`,
      },
    ],
    [
      "code that no module imports",
      { "convex/a.ts": "export const x = 1;", "convex/a.test.ts": "ctx.vectorSearch;" },
    ],
    [
      "an app definition that uses nothing",
      {
        "convex/a.ts": "export const x = 1;",
        "convex/convex.config.ts": 'import { defineApp } from "convex/server";\nexport default defineApp();',
      },
    ],
    [
      "an app definition that declares environment variables",
      {
        "convex/a.ts": "export const x = 1;",
        "convex/convex.config.ts":
          'import { defineApp } from "convex/server";\nimport { v } from "convex/values";\nexport default defineApp({ env: { KEY: v.string() } });',
      },
    ],
    [
      "auth providers",
      {
        "convex/a.ts": "export const x = 1;",
        "convex/auth.config.ts":
          'export default {\n  providers: [{ domain: "https://a.example", applicationID: "a" }],\n};',
      },
    ],
  ];
  for (const [name, files] of accepted) {
    it(`does not hinder ${name}`, async () => assert.deepEqual(await problems(files), []));
  }
});

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
      "ctx.storage",
      {
        "convex/a.ts": `${IMPORT}type X = string;\nexport const f = action(async (ctx) => ctx.storage.getUrl("x" as X));`,
      },
      ["not yet in this version: file storage, `ctx.storage` (convex/a.ts:3)"],
    ],
    [
      "a handler's context under another name",
      {
        "convex/a.ts": `${IMPORT}export const f = mutation({ handler: async (c) => {\n  await c.scheduler.runAfter(0, "x" as any); } });`,
      },
      ["not yet in this version: the scheduler, `ctx.scheduler` (convex/a.ts:3)"],
    ],
    [
      "members taken apart in the parameters",
      {
        "convex/a.ts": `${IMPORT}export const f = internalAction({ args: {}, async handler({ storage, scheduler }) { return [storage, scheduler]; } });`,
      },
      [
        "not yet in this version: file storage, `ctx.storage` (convex/a.ts:2)",
        "not yet in this version: the scheduler, `ctx.scheduler` (convex/a.ts:2)",
      ],
    ],
    [
      "members taken apart in a helper outside of the functions folder",
      {
        "convex/a.ts": 'export { help } from "../lib/help";',
        "lib/help.ts": "export function help(ctx: any) {\n  const { storage } = ctx;\n  return storage;\n}",
      },
      ["not yet in this version: file storage, `ctx.storage` (lib/help.ts:2)"],
    ],
    [
      "ctx as a member",
      { "convex/a.ts": "export class Jobs { ctx: any;\n run() { return this.ctx.scheduler; } }" },
      ["not yet in this version: the scheduler, `ctx.scheduler` (convex/a.ts:2)"],
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
      "crons",
      {
        "convex/crons.ts":
          'import { cronJobs } from "convex/server";\n\nconst crons = cronJobs();\nexport default crons;',
      },
      ["not yet in this version: crons (convex/crons.ts:3)"],
    ],
    [
      "auth providers",
      {
        "convex/a.ts": "export const x = 1;",
        "convex/auth.config.ts":
          'export default {\n  providers: [{ domain: "https://x.test", applicationID: "a" }],\n};',
      },
      ["not yet in this version: auth providers (convex/auth.config.ts:2)"],
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
      "the Node runtime, before Node's modules are not found",
      {
        "convex/a.ts": '"use node";\nimport fs from "fs";\nexport const x = fs;',
        "convex/b.ts": 'export { x } from "./a";',
      },
      ['not yet in this version: the Node runtime, "use node" (convex/a.ts:1)'],
    ],
    [
      "the Node runtime where it never is",
      { "convex/http.ts": '"use node";\nexport const x = 1;' },
      ['"use node" directive is not allowed for http.ts. (convex/http.ts:1)'],
    ],
  ];
  for (const [name, files, expected] of refused) {
    it(`is refused with its place: ${name}`, async () => assert.deepEqual(await problems(files), expected));
  }

  const accepted: readonly (readonly [name: string, files: Record<string, string>])[] = [
    [
      "fields and variables of those names",
      {
        "convex/a.ts": `${IMPORT}const user = { storage: 1 };\nconst scheduler = 2;\nexport const f = query(async (ctx) => [user.storage, scheduler, await ctx.db.query("storage" as any).collect()]);`,
      },
    ],
    [
      "types of those names",
      {
        "convex/a.ts": `${IMPORT}import type { ActionCtx } from "./_generated/server";\nexport type S = ActionCtx["storage"];\nexport const x = 1;`,
      },
    ],
    [
      "code that no module imports",
      { "convex/a.ts": "export const x = 1;", "convex/a.test.ts": "ctx.storage;" },
    ],
    [
      "an app definition that uses nothing",
      {
        "convex/a.ts": "export const x = 1;",
        "convex/convex.config.ts": 'import { defineApp } from "convex/server";\nexport default defineApp();',
      },
    ],
    [
      "an empty list of auth providers",
      { "convex/a.ts": "export const x = 1;", "convex/auth.config.ts": "export default { providers: [] };" },
    ],
  ];
  for (const [name, files] of accepted) {
    it(`does not hinder ${name}`, async () => assert.deepEqual(await problems(files), []));
  }
});

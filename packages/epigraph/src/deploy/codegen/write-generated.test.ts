import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { CHAT_APP, TempApp, TSCONFIG } from "../testing/temp-app.ts";
import { typecheck } from "../typecheck.ts";
import { writeGenerated } from "./write-generated.ts";

/** Uses every export of the generated code; the marked lines must not compile. */
const USES = `import { api, components, internal } from "./_generated/api";
import type { DataModel, Doc, Id, TableNames } from "./_generated/dataModel";
import type { ActionCtx, DatabaseReader, DatabaseWriter, MutationCtx, QueryCtx } from "./_generated/server";
import { action, env, httpAction, internalMutation, internalQuery, query } from "./_generated/server";
import { v } from "convex/values";

export type Names = TableNames;
export type Contexts = [ActionCtx, MutationCtx, QueryCtx, DatabaseReader, DatabaseWriter, DataModel];
export const site: string = env.CONVEX_SITE_URL;
export const none: {} = components;
export const http = httpAction(async (ctx, request) => new Response(await request.text()));

export async function find(ctx: QueryCtx, id: Id<"messages">): Promise<Doc<"messages"> | null> {
  return ctx.db.get(id);
}
export const one = query({
  args: { id: v.id("messages") },
  handler: async (ctx, { id }): Promise<string | undefined> => (await find(ctx, id))?.body,
});
export const byAuthor = internalQuery({
  args: {},
  handler: async (ctx): Promise<string[]> => {
    const found = await ctx.db.query("messages").withIndex("by_author", (q) => q.eq("author", "me")).collect();
    return found.map((message) => message.body);
  },
});
export const wrong = internalMutation({
  args: {},
  handler: async (ctx): Promise<void> => {
    // @ts-expect-error: a field is missing
    await ctx.db.insert("messages", { body: "x" });
  },
});
export const call = action({
  args: {},
  handler: async (ctx): Promise<void> => {
    await ctx.runMutation(api.messages.send, { author: "a", body: "b" });
    await ctx.runAction(internal.sub.tasks.default, {});
    // @ts-expect-error: it is internal
    await ctx.runAction(api.sub.tasks.default, {});
    // @ts-expect-error: an argument has another type
    await ctx.runMutation(api.messages.send, { author: 1, body: "b" });
  },
});
`;

const FILES = { ...CHAT_APP, "convex/uses.ts": USES, "convex/tsconfig.json": TSCONFIG };

const DECLARING_APP = {
  "convex/tsconfig.json": TSCONFIG,
  "convex/convex.config.ts": `import { defineApp } from "convex/server";
import { v } from "convex/values";
export default defineApp({
  env: { KEY: v.string(), LEVEL: v.union(v.literal("low"), v.literal("high")), EXTRA: v.optional(v.string()) },
});
`,
  "convex/a.ts": `import { env } from "./_generated/server";
export const known: [string, string, "low" | "high", string | undefined] = [
  env.CONVEX_CLOUD_URL,
  env.KEY,
  env.LEVEL,
  env.EXTRA,
];
// @ts-expect-error: it may be missing
export const extra: string = env.EXTRA;
// @ts-expect-error: nobody declares it
export const other = env.OTHER;
// @ts-expect-error: it can't be set
env.KEY = "x";
`,
};

async function assertCompiles(temp: TempApp): Promise<void> {
  writeGenerated(temp.app);
  assert.deepEqual(await typecheck(temp.app, { pretty: false }), { type: "passed" });
}

const PACKAGE = fileURLToPath(new URL("../../../", import.meta.url));

/** This package as an app gets it, as far as its compiler looks: the manifest, and the declarations of the SDK. */
function installEpigraph(temp: TempApp): void {
  const folder = join(temp.folder, "node_modules/epigraph");
  const src = join(PACKAGE, "src");
  temp.write({
    "node_modules/epigraph/package.json": readFileSync(join(PACKAGE, "package.json"), "utf8"),
    "tsconfig.sdk.json": JSON.stringify({
      extends: join(PACKAGE, "tsconfig.build.json"),
      compilerOptions: {
        emitDeclarationOnly: true,
        rootDir: src,
        outDir: join(folder, "dist"),
        lib: ["es2024", "dom"],
        types: [],
      },
      include: [],
      files: [join(src, "sdk/server.ts"), join(src, "sdk/values.ts")],
    }),
  });
  const tsc = join(temp.folder, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "--project", "tsconfig.sdk.json"], { cwd: temp.folder });
}

describe("generated code", () => {
  it("compiles with full types", async () => {
    using temp = new TempApp(FILES, { packages: ["convex", "typescript"] });
    await assertCompiles(temp);
    const names = readdirSync(join(temp.folder, "convex/_generated")).sort();
    assert.deepEqual(names, ["api.d.ts", "api.js", "dataModel.d.ts", "server.d.ts", "server.js"]);
  });

  it("compiles as TypeScript alone, where the app asks for it", async () => {
    const files = { ...FILES, "convex.json": '{ "codegen": { "fileType": "ts" } }' };
    using temp = new TempApp(files, { packages: ["convex", "typescript"] });
    await assertCompiles(temp);
    const names = readdirSync(join(temp.folder, "convex/_generated")).sort();
    assert.deepEqual(names, ["api.ts", "dataModel.ts", "server.ts"]);
  });

  it("compiles in an app without the convex package", async () => {
    using temp = new TempApp(FILES, { packages: ["typescript"] });
    installEpigraph(temp);
    await assertCompiles(temp);
    assert.ok(existsSync(join(temp.folder, "convex/_generated/convex.d.ts")));
  });

  for (const fileType of ["js/dts", "ts"]) {
    it(`has types for the environment variables that an app declares, as ${fileType}`, async () => {
      using temp = new TempApp(
        {
          ...DECLARING_APP,
          "convex.json": JSON.stringify({ codegen: { fileType } }),
        },
        { packages: ["convex", "typescript"] },
      );
      await assertCompiles(temp);
    });
  }

  it("has those types without the convex package", async () => {
    using temp = new TempApp(DECLARING_APP, { packages: ["typescript"] });
    installEpigraph(temp);
    await assertCompiles(temp);
  });

  it("knows the built-in variables alone where an app definition declares none", async () => {
    using temp = new TempApp(
      {
        "convex/tsconfig.json": TSCONFIG,
        "convex/convex.config.ts":
          'import { defineApp } from "convex/server";\nexport default defineApp();\n',
        "convex/a.ts": `import { env } from "./_generated/server";
export const site: string = env.CONVEX_SITE_URL;
// @ts-expect-error: nobody declares it
export const other = env.OTHER;`,
      },
      { packages: ["convex", "typescript"] },
    );
    await assertCompiles(temp);
  });

  it("allows any table without a schema", async () => {
    using temp = new TempApp(
      {
        "convex/tsconfig.json": TSCONFIG,
        "convex/a.ts": `import type { Doc, Id } from "./_generated/dataModel";
import { query } from "./_generated/server";
export const f = query(async (ctx, args: { id: Id<"whatever"> }): Promise<Doc> => ctx.db.get(args.id));`,
      },
      { packages: ["convex", "typescript"] },
    );
    await assertCompiles(temp);
  });

  it("finds identifiers for modules whose names are taken", async () => {
    const source = `import { query } from "./_generated/server";\nexport const f = query(async () => 1);\n`;
    const names = ["api", "internal", "delete", "fullApi", "a_b", "anyApi"];
    const files = Object.fromEntries(names.map((name) => [`convex/${name}.ts`, source]));
    using temp = new TempApp(
      {
        ...files,
        "convex/a/b.ts": source.replace("./", "../"),
        "convex/tsconfig.json": TSCONFIG,
        "convex/uses.test.ts": `import { api } from "./_generated/api";
export const all = [api.api.f, api.internal.f, api.delete.f, api.fullApi.f, api.a_b.f, api.a.b.f, api.anyApi.f];`,
      },
      { packages: ["convex", "typescript"] },
    );
    await assertCompiles(temp);
  });

  it("has a CommonJS form where the app asks for it", () => {
    using temp = new TempApp({ ...CHAT_APP, "convex.json": '{ "generateCommonJSApi": true }' });
    writeGenerated(temp.app);
    assert.match(readFileSync(join(temp.folder, "convex/_generated/api_cjs.cjs"), "utf8"), /module\.exports/);
    assert.ok(existsSync(join(temp.folder, "convex/_generated/api_cjs.d.cts")));
  });

  it("is only written where it changes; what is no longer generated is removed", () => {
    using temp = new TempApp(CHAT_APP);
    const path = join(temp.folder, "convex/_generated/server.js");
    assert.equal(writeGenerated(temp.app).length, 5);
    const { mtimeMs } = statSync(path);
    temp.write({ "convex/_generated/old.ts": "", "convex/_generated/ai/guide.md": "" });
    assert.deepEqual(writeGenerated(temp.app), []);
    assert.equal(statSync(path).mtimeMs, mtimeMs);
    assert.deepEqual(readdirSync(join(temp.folder, "convex/_generated")).sort(), [
      "ai",
      "api.d.ts",
      "api.js",
      "dataModel.d.ts",
      "server.d.ts",
      "server.js",
    ]);
    temp.write({ "convex/more.ts": "export const x = 1;" });
    assert.deepEqual(writeGenerated(temp.app), ["api.d.ts"]);
  });
});

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, describe, it } from "node:test";
import { insertSystemDocument } from "../src/database/transaction/system-documents.ts";
import { TSCONFIG } from "../src/deploy/testing/temp-app.ts";
import { typecheck } from "../src/deploy/typecheck.ts";
import { encodeId } from "../src/values/id.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const BUILT_TYPES = new URL("../dist/sdk/server.d.ts", import.meta.url);

const SCHEMA = `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  pictures: defineTable({ file: v.id("_storage"), job: v.optional(v.id("_scheduled_functions")) }),
});
`;

const FUNCTIONS = `import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import type { Id } from "./_generated/dataModel";

async function attempt(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return (error as Error).message;
  }
}

export const file = query({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    const byId = await ctx.db.system.get(id);
    const byTable = await ctx.db.system.get("_storage", id);
    const size: number | undefined = byId?.size;
    return [size ?? null, byTable?.contentType ?? null];
  },
});

export const files = query({
  args: {},
  handler: async (ctx) => {
    const sizes: number[] = [];
    for await (const { size } of ctx.db.system.query("_storage")) sizes.push(size);
    const large = await ctx.db.system
      .query("_storage")
      .withIndex("by_creation_time")
      .order("desc")
      .filter((q) => q.gt(q.field("size"), 1))
      .first();
    return [sizes, large?.size ?? null];
  },
});

export const pendingJobs = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const { page, isDone } = await ctx.db.system.query("_scheduled_functions").paginate(paginationOpts);
    return [page.map(({ name, state }) => [name, state.kind]), isDone];
  },
});

export const normalize = query({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const file: Id<"_storage"> | null = ctx.db.system.normalizeId("_storage", id);
    const job: Id<"_scheduled_functions"> | null = ctx.db.system.normalizeId("_scheduled_functions", id);
    return [file, job];
  },
});

export const refer = mutation({
  args: { file: v.id("_storage") },
  handler: async (ctx, { file }) => {
    const id = await ctx.db.insert("pictures", { file });
    return (await ctx.db.system.get((await ctx.db.get(id))!.file))?.size;
  },
});

export const mixed = mutation({
  args: { file: v.string(), picture: v.string() },
  handler: async (ctx, ids) => {
    const { db } = ctx;
    const [file, picture] = [ids.file as never, ids.picture as never];
    return [
      await attempt(() => db.get(file)),
      await attempt(() => db.system.get(picture)),
      await attempt(() => db.query("_storage" as never).collect()),
      await attempt(() => db.system.query("pictures" as never).collect()),
      await attempt(() => db.normalizeId("_storage" as never, ids.file)),
      await attempt(() => db.system.normalizeId("pictures" as never, ids.picture)),
      await attempt(() => db.insert("_storage" as never, {} as never)),
      await attempt(() => db.patch(file, {} as never)),
      await attempt(() => db.replace(file, {} as never)),
      await attempt(() => db.delete(file)),
      await attempt(() => db.system.get(1 as never)),
      await attempt(() => db.system.get("nonsense" as never)),
    ];
  },
});
`;

const ONLY_BY_SYSTEM = "System tables can only be accessed with db.system.";

for (const sdk of ["official", "own"] as const) {
  describe(`ctx.db.system with ${sdk === "official" ? "the official SDK" : "our own SDK"}`, async () => {
    const app = await InThreadApp.start(
      { "convex/schema.ts": SCHEMA, "convex/system.ts": FUNCTIONS, "convex/tsconfig.json": TSCONFIG },
      { packages: ["typescript", sdk === "official" ? "convex" : "epigraph"] },
    );
    after(() => app[Symbol.asyncDispose]());
    const [file, job] = await app.database.write("host", (transaction) => {
      const ids = [7, 0].map((size) =>
        insertSystemDocument(transaction, "_storage", { sha256: "", size, contentType: "text/plain" }),
      );
      for (const kind of ["pending", "success"]) {
        ids.push(
          insertSystemDocument(transaction, "_scheduled_functions", {
            name: `jobs.js:${kind}`,
            args: [],
            scheduledTime: 1,
            state: { kind },
          }),
        );
      }
      return [ids[0] as string, ids[2] as string];
    });
    const query = (name: string, args: object = {}): Promise<unknown> =>
      app.value("query", `system:${name}`, args);
    const mutation = (name: string, args: object = {}): Promise<unknown> =>
      app.value("mutation", `system:${name}`, args);

    it("gets a document by its id", async () => {
      assert.deepEqual(await query("file", { id: file }), [7, "text/plain"]);
      const absent = encodeId(540, new Uint8Array(16));
      assert.deepEqual(await query("file", { id: absent }), [null, null]);
    });

    it("queries both tables, with the built-in indexes, filters and pages", async () => {
      assert.deepEqual(await query("files"), [[7, 0], 7]);
      assert.deepEqual(await query("pendingJobs", { paginationOpts: { numItems: 1, cursor: null } }), [
        [["jobs.js:pending", "pending"]],
        false,
      ]);
    });

    it("tells ids apart", async () => {
      assert.deepEqual(await query("normalize", { id: file }), [file, null]);
      assert.deepEqual(await query("normalize", { id: job }), [null, job]);
      assert.deepEqual(await query("normalize", { id: "nonsense" }), [null, null]);
    });

    it("finds what a document of the app refers to, also in mutations", async () =>
      assert.equal(await mutation("refer", { file }), 7));

    it("says so where system tables and tables of the app are mixed up", async () => {
      const picture = await app.database.read(
        ({ catalogue }) => catalogue.namespace("").table("pictures")?.number as number,
      );
      const ids = { file, picture: encodeId(picture, new Uint8Array(16)) };
      assert.deepEqual(await mutation("mixed", ids), [
        ONLY_BY_SYSTEM,
        "User tables cannot be accessed with db.system.",
        "System tables can only be accessed from db.system.query().",
        "User tables can only be accessed from db.query().",
        "System tables can only be accessed from db.system.normalizeId().",
        "User tables can only be accessed from db.normalizeId().",
        "System tables (prefixed with `_`) are read-only.",
        ONLY_BY_SYSTEM,
        ONLY_BY_SYSTEM,
        ONLY_BY_SYSTEM,
        "Invalid argument `id` for `db.get`, expected string but got 'number': 1",
        "Invalid argument `id` for `db.system.get`: Unable to decode ID: Invalid ID length 8",
      ]);
    });

    it("has types", { skip: !existsSync(BUILT_TYPES) && "the package is not built" }, async () =>
      assert.deepEqual(await typecheck(app.temp.app, { pretty: false }), { type: "passed" }),
    );
  });
}

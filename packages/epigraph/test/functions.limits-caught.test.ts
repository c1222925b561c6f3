import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { insertDocument } from "../src/database/documents/write-document.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FUNCTIONS = `import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

/** The message of what was caught, and that the transaction goes on. */
async function caught(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return "nothing thrown";
  } catch (error) {
    return (error as Error).message;
  }
}

const none = (rows: any) => rows.filter((q: any) => q.eq(1, 2)).collect();

export const documents = query({
  args: {},
  handler: (ctx) => caught(() => none(ctx.db.query("small" as never))),
});

export const bytes = query({
  args: {},
  handler: (ctx) => caught(() => none(ctx.db.query("large" as never))),
});

export const ranges = query({
  args: { count: v.number() },
  handler: (ctx, { count }) =>
    caught(async () => {
      const at = (time: number) =>
        ctx.db.query("small" as never).withIndex("by_creation_time", (q: any) => q.eq("_creationTime", time));
      for (let time = 1; time <= count; time++) await at(time).first();
    }),
});

export const writes = mutation({
  args: {},
  handler: async (ctx) => {
    const db = ctx.db as any;
    const id = await db.insert("written", {});
    return caught(async () => {
      for (let n = 1; n <= 16_000; n++) await db.patch(id, { n });
    });
  },
});

export const writtenBytes = mutation({
  args: {},
  handler: async (ctx) => {
    const db = ctx.db as any;
    const s = "x".repeat(1024 * 1023);
    return caught(async () => {
      for (let n = 0; n < 17; n++) await db.insert("written", { s });
    });
  },
});
`;

const IN_FUNCTION = "in a single function execution";
const ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

describe("a limit that a function passes can be caught by it", { timeout: 60_000 }, async () => {
  const app = await InThreadApp.start({ "convex/limits.ts": FUNCTIONS });
  after(() => app[Symbol.asyncDispose]());
  before(async () => {
    await app.database.write("fill", (transaction) => {
      for (let i = 0; i < 32_001; i++) insertDocument(transaction, "", "small", {});
    });
    await app.database.write("fill", (transaction) => {
      for (let i = 0; i < 17; i++) insertDocument(transaction, "", "large", { s: "x".repeat(1_000_000) });
    });
  });

  const cases: readonly (readonly [kind: "query" | "mutation", name: string, args: object, text: string])[] =
    [
      ["query", "documents", {}, `Too many documents read ${IN_FUNCTION} (limit: 32000). ${ADVICE}`],
      ["query", "bytes", {}, `Too many bytes read ${IN_FUNCTION} (limit: 16777216 bytes). ${ADVICE}`],
      ["query", "ranges", { count: 4097 }, `Too many reads ${IN_FUNCTION} (limit: 4096). ${ADVICE}`],
      ["mutation", "writes", {}, `Too many writes ${IN_FUNCTION} (limit: 16000)`],
      ["mutation", "writtenBytes", {}, `Too many bytes written ${IN_FUNCTION} (limit: 16 MiB)`],
    ];
  for (const [kind, name, args, text] of cases) {
    it(`of ${name}`, async () => assert.equal(await app.value(kind, `limits:${name}`, args), text));
  }

  it("and is none that it does not pass", async () =>
    assert.equal(await app.value("query", "limits:ranges", { count: 4096 }), "nothing thrown"));
});

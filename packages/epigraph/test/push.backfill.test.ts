import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { loadCatalogue } from "../src/database/catalogue/load-catalogue.ts";
import { SqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import type { RunningApp } from "./support/running-app.ts";
import { startApp } from "./support/start-app.ts";

const ROWS = 10_000;
const CALLERS = 4;
/** Kills that may come too late, when the index is filled already. */
const MAX_KILLS = 5;

/** Indexes as \`.index("by_n", ["n"])\`. */
const schema = (indexes = ""): string => `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({ rows: defineTable({ n: v.number(), m: v.number() })${indexes} });
`;
const BY_N = '.index("by_n", ["n"])';
const BY_M = '.index("by_m", ["m"])';

const ROWS_MODULE = `import { mutation, query } from "./_generated/server";

/** A page of an app's own rows would do, but an array has at most 8192 elements. */
const text = (rows: any[]) => rows.map(({ n, m }) => n + ":" + m).join(" ");

export const all = query(async (ctx) => text(await ctx.db.query("rows").collect()));
export const sorted = query(async (ctx, { index }: any) =>
  text(await (ctx.db.query("rows") as any).withIndex(index).collect()));
export const fill = mutation(async (ctx, { count }: any) => {
  for (let i = 0; i < count; i++) {
    await ctx.db.insert("rows", { n: Math.floor(Math.random() * 1000), m: Math.floor(Math.random() * 1000) });
  }
});
export const ids = query(async (ctx) => (await ctx.db.query("rows").collect()).map(({ _id }) => _id).join(" "));
export const write = mutation(async (ctx, { patched, deleted }: any) => {
  const n = Math.floor(Math.random() * 1000);
  await ctx.db.patch(patched, { n, m: -n });
  await ctx.db.delete(deleted);
  await ctx.db.insert("rows", { n, m: n });
  await ctx.db.insert("rows", { n: -n, m: n });
});
`;

describe("a push of a new index on a table of 10,000 rows", () => {
  let app: RunningApp;
  let functions: FunctionCaller;
  before(async () => {
    app = await startApp({
      files: { "convex/schema.ts": schema(), "convex/rows.ts": ROWS_MODULE },
      args: ["--typecheck", "off"],
    });
    functions = new FunctionCaller(app);
    for (let i = 0; i < ROWS; i += 2_000) await functions.mutation("rows:fill", { count: 2_000 });
  });
  after(() => app.stop());

  const rows = async (path: string, args: object = {}): Promise<readonly (readonly [number, number])[]> => {
    const text = (await functions.query(path, args)) as string;
    return text.split(" ").map((row) => row.split(":").map(Number) as [number, number]);
  };

  /** Compares the index with all rows, sorted here; ties are in the order in which the rows were made. */
  async function assertSorted(index: "by_n" | "by_m"): Promise<void> {
    const part = index === "by_n" ? 0 : 1;
    const [found, all] = [await rows("rows:sorted", { index }), await rows("rows:all")];
    assert.ok(all.length >= ROWS);
    assert.deepEqual(
      found,
      all.toSorted((a, b) => a[part] - b[part]),
    );
  }

  it("waits until it is filled, and it equals a sorted scan, writes meanwhile included", async () => {
    const text = await functions.errorOf("query", "rows:sorted", { index: "by_n" });
    assert.match(text, /Index rows\.by_n not found\./);
    const ids = ((await functions.query("rows:ids")) as string).split(" ");
    let isPushed = false;
    let writes = 0;
    const pushed = app.save({ "convex/schema.ts": schema(BY_N) }).finally(() => {
      isPushed = true;
    });
    const writing = Array.from({ length: CALLERS }, async () => {
      for (; !isPushed; writes++) {
        await functions.mutation("rows:write", { patched: ids.pop(), deleted: ids.shift() });
      }
    });
    await Promise.all([pushed, ...writing]);
    assert.ok(writes > 0);
    assert.match(app.output(), /\+ index rows\.by_n, schema changed/);
    await assertSorted("by_n");
  });

  it("that is killed meanwhile leaves no trace, when the app no longer wants it", async () => {
    await killWhileFilling();
    app.write("convex/schema.ts", schema(BY_N));
    await app.start();
    const text = await functions.errorOf("query", "rows:sorted", { index: "by_m" });
    assert.match(text, /Index rows\.by_m not found\./);
    assert.deepEqual(stateOf("by_m").state, "none");
    await assertSorted("by_n");
  });

  it("that is killed meanwhile is done by the next start", async () => {
    await killWhileFilling();
    await app.start();
    assert.equal(stateOf("by_m").state, "enabled");
    await assertSorted("by_m");
    await assertSorted("by_n");
  });

  /** What the data folder holds of an index; read as runners do, beside the process that owns it. */
  function stateOf(name: string): { readonly state: string; readonly hasPage: boolean } {
    const snapshots = new SqliteStore(join(app.folder, ".epigraph")).openSnapshots();
    try {
      const snapshot = snapshots.open();
      const table = loadCatalogue(snapshot).namespace("").table("rows");
      const index = table?.indexes.find((candidate) => candidate.name === name);
      const page = index === undefined ? [] : snapshot.scan(index.id, new Uint8Array(), null, "asc", 1);
      snapshot.close();
      return { state: index?.state ?? "none", hasPage: page.length > 0 };
    } finally {
      snapshots.close();
    }
  }

  async function killWhileFilling(): Promise<void> {
    for (let kills = 0; kills < MAX_KILLS; kills++) {
      app.write("convex/schema.ts", schema(BY_N + BY_M));
      let found = stateOf("by_m");
      for (
        ;
        found.state === "none" || (found.state === "backfilling" && !found.hasPage);
        found = stateOf("by_m")
      )
        await new Promise((resolve) => setTimeout(resolve, 1));
      assert.equal(await app.kill("SIGKILL"), "SIGKILL");
      if (stateOf("by_m").state === "backfilling") return;
      app.write("convex/schema.ts", schema(BY_N));
      await app.start();
    }
    assert.fail("every kill came too late");
  }
});

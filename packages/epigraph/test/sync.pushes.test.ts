import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

const query = (body: string): string => `
  import { queryGeneric as query } from "convex/server";
  export const get = query(${body});
`;
const schema = (indexes: string): string => `
  import { defineSchema, defineTable } from "convex/server";
  import { v } from "convex/values";
  export default defineSchema({ rows: defineTable({ a: v.number(), b: v.number() })${indexes} });
`;
const BY_A = '.index("by_a", ["a"])';
const pageBy = (index: string): string =>
  query(`(ctx, { paginationOpts }) => ctx.db.query("rows").withIndex("${index}").paginate(paginationOpts)`);
const FILES = {
  "convex/schema.ts": schema(BY_A),
  "convex/changing.ts": query('() => "old"'),
  "convex/steady.ts": query('async ({ db }) => (await db.query("rows").collect()).length'),
  "convex/rows.ts": `
    import { mutationGeneric as mutation } from "convex/server";
    export const insert = mutation(({ db }, fields) => db.insert("rows", fields));
    export const nothing = mutation(() => null);
    export const makeTable = mutation(({ db }) => db.insert("others", {}));
  `,
  "convex/messages.ts": `
    import { mutationGeneric as mutation } from "convex/server";
    export const nothing = mutation(() => null);
  `,
};

describe("queries that are live while code is pushed", () => {
  let app: DeployedApp;
  let client: SyncConnection;
  before(async () => {
    app = await DeployedApp.start({ files: FILES });
    for (let a = 0; a < 12; a++) await app.run("mutation", "rows:insert", { a, b: -a });
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    client = await SyncConnection.connect(app.api);
  });
  afterEach(async () => {
    await client.close();
    app.temp.write(FILES);
    await app.push();
  });

  it("show what the new code says, on the same socket, and nothing where it says the same", async () => {
    client.add(0, "changing:get");
    client.add(1, "steady:get");
    await client.shows(0, "old");
    await client.shows(1, 12);
    const from = client.transitions.length;
    await app.push({ "convex/changing.ts": query('() => "new"') });
    await client.shows(0, "new");
    await client.settle();
    const ids = client.transitions
      .slice(from)
      .flatMap(({ modifications }) => modifications.map(({ queryId }) => queryId));
    assert.deepEqual(ids, [0]);
  });

  it("work once their function is there, and fail once it is gone", async () => {
    client.add(0, "later:get");
    await client.fails(0, /Could not find public function for 'later:get'\./);
    await app.push({ "convex/later.ts": query('() => "here"') });
    await client.shows(0, "here");
    app.temp.remove("convex/later.ts");
    await app.push();
    await client.fails(0, /Could not find public function for 'later:get'\./);
  });

  it("fail once their function is internal, or something else", async () => {
    client.add(0, "changing:get");
    await client.shows(0, "old");
    await app.push({
      "convex/changing.ts": query('() => "old"').replaceAll("queryGeneric", "internalQueryGeneric"),
    });
    await client.fails(0, /Could not find public function for 'changing:get'\./);
    await app.push({
      "convex/changing.ts": query('() => "old"').replaceAll("queryGeneric", "mutationGeneric"),
    });
    await client.fails(0, /Trying to execute changing\.js:get as Query, but it is defined as Mutation\./);
  });

  it("go on over a new index, and use it", async () => {
    client.add(0, "steady:get");
    await client.shows(0, 12);
    await app.push({
      "convex/schema.ts": schema(`${BY_A}.index("by_b", ["b"])`),
      "convex/steady.ts": query('async ({ db }) => (await db.query("rows").withIndex("by_b").first()).b'),
    });
    await client.shows(0, -11);
  });

  it("see the first row of a table that was not there", async () => {
    await app.push({
      "convex/schema.ts": schema(BY_A).replace("defineSchema({", "defineSchema({ others: defineTable({}),"),
      "convex/changing.ts": query('async ({ db }) => (await db.query("others").collect()).length'),
    });
    client.add(0, "changing:get");
    await client.shows(0, 0);
    await app.run("mutation", "rows:makeTable");
    await client.shows(0, 1);
  });

  it("of pages fail with an invalid cursor where the code pages through something else", async () => {
    await app.push({
      "convex/schema.ts": schema(`${BY_A}.index("by_b", ["b"])`),
      "convex/changing.ts": pageBy("by_a"),
    });
    const paginationOpts = { numItems: 5, cursor: null, id: 1 };
    client.add(0, "changing:get", { paginationOpts });
    await client.until(() => client.results.get(0)?.type === "QueryUpdated");
    await app.push({ "convex/changing.ts": pageBy("by_b") });
    const failure = await client.fails(0, /InvalidCursor/);
    assert.deepEqual(failure.errorData, { isConvexSystemError: true, paginationError: "InvalidCursor" });
    client.add(1, "changing:get", { paginationOpts: { ...paginationOpts, id: 2 } });
    await client.until(() => client.results.get(1)?.type === "QueryUpdated");
  });
});

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

const module = (body: string, head = ""): string => `
  import { queryGeneric as query } from "convex/server";
  import { v } from "convex/values";
  ${head}
  export const get = query(${body});
`;
const schema = (tables: string): string => `
  import { defineSchema, defineTable } from "convex/server";
  import { v } from "convex/values";
  export default defineSchema({ ${tables} });
`;
const ROWS = 'rows: defineTable({ a: v.number(), b: v.number() }).index("by_a", ["a"])';
const ROWS_BY_B = ROWS.replace('["a"])', '["a"]).index("by_b", ["b"])');
const countBy = (index: string): string =>
  `async ({ db }) => (await db.query("rows").withIndex("${index}").collect()).length`;

const FILES = {
  "convex/schema.ts": schema(ROWS),
  "convex/a.ts": module('(ctx, { n }) => ["a", n]'),
  "convex/b.ts": module('(ctx, { n }) => ["b", n]'),
  "convex/lib/names.ts": 'export const NAME = "old";\n',
  "convex/lib/more.ts": 'export { NAME } from "./names";\n',
  "convex/imports.ts": module("() => NAME", 'import { NAME } from "./lib/more";'),
  "convex/calls.ts": module(
    "(ctx) => ctx.runQuery(anyApi.imports.get, {})",
    'import { anyApi } from "convex/server";',
  ),
  "convex/clock.ts": module("() => PUSHED", "const PUSHED = Date.now();"),
  "convex/chance.ts": module("() => DRAWN", "const DRAWN = Math.random();"),
  "convex/handles.ts": module(
    "() => createFunctionHandle(anyApi.late.get).then(() => 'there', () => 'not there')",
    'import { anyApi, createFunctionHandle } from "convex/server";',
  ),
  "convex/strict.ts": module(
    "{ args: process.env.RERUNS_STRICT ? { needed: v.string() } : {}, handler: () => 1 }",
  ),
  "convex/x.ts": module("() => process.env.RERUNS_X ?? null"),
  "convex/y.ts": module("() => process.env.RERUNS_Y ?? null"),
  "convex/rows.ts": module(countBy("by_a")),
  "convex/later.ts": module('async ({ db }) => (await db.query("later").collect()).length'),
  "convex/ids.ts": module('{ args: { id: v.id("rows") }, handler: ({ db }, { id }) => db.get(id) }'),
  "convex/whoami.ts": module("async ({ auth }) => (await auth.getUserIdentity())?.subject ?? null"),
  "convex/messages.ts": `
    import { mutationGeneric as mutation } from "convex/server";
    export const nothing = mutation(() => null);
    export const insert = mutation(({ db }, { table, ...fields }) => db.insert(table, fields));
  `,
};

describe("what is live runs again", () => {
  let app: DeployedApp;
  let client: SyncConnection;
  let nextId = 0;
  before(async () => {
    app = await DeployedApp.start({ files: FILES });
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    nextId = 0;
    client = await SyncConnection.connect(app.api);
  });
  afterEach(async () => {
    await client.close();
    app.temp.write(FILES);
    await app.push();
  });

  async function subscribe(path: string, args: object = {}): Promise<number> {
    const id = nextId++;
    client.add(id, path, args);
    await client.until(() => client.results.has(id), `a result of ${path}`);
    return id;
  }

  /** How often each query ran because of something, by its path. */
  async function runsBecauseOf(act: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
    await client.settle();
    const from = app.events.length;
    await act();
    await client.settle();
    const runs: Record<string, number> = {};
    for (const event of app.events.slice(from)) {
      if (event.type !== "end" || event.isCached || event.kind !== "query") continue;
      runs[event.identifier] = (runs[event.identifier] ?? 0) + 1;
    }
    return runs;
  }

  it("after a push where its module has changed, and nothing else", async () => {
    for (let n = 0; n < 5; n++) {
      await subscribe("a:get", { n });
      await subscribe("b:get", { n });
    }
    const runs = await runsBecauseOf(() => app.push({ "convex/a.ts": module('(ctx, { n }) => ["new", n]') }));
    assert.deepEqual(runs, { "a.js:get": 5 });
    await client.shows(8, ["new", 4]);
  });

  it("after a push where something has changed that its module imports, or that it calls", async () => {
    await subscribe("b:get", { n: 0 });
    const imports = await subscribe("imports:get");
    const calls = await subscribe("calls:get");
    const runs = await runsBecauseOf(() =>
      app.push({ "convex/lib/names.ts": 'export const NAME = "new";\n' }),
    );
    assert.deepEqual(runs, { "imports.js:get": 1, "calls.js:get": 1 });
    await client.shows(imports, "new");
    await client.shows(calls, "new");
  });

  it("after a push where its module saw the time of the push, or drew a number, when it was evaluated", async () => {
    await subscribe("b:get", { n: 0 });
    const clock = await subscribe("clock:get");
    const chance = await subscribe("chance:get");
    const before = [clock, chance].map((id) => client.results.get(id)?.value);
    const runs = await runsBecauseOf(() => app.push({ "convex/a.ts": module("() => 1") }));
    assert.deepEqual(runs, { "clock.js:get": 1, "chance.js:get": 1 });
    await client.until(() => client.results.get(clock)?.value !== before[0]);
    await client.until(() => client.results.get(chance)?.value !== before[1]);
  });

  it("after a push where it has asked which functions there are", async () => {
    const handles = await subscribe("handles:get");
    await client.shows(handles, "not there");
    await app.push({ "convex/late.ts": module("() => 1") });
    await client.shows(handles, "there");
    app.temp.remove("convex/late.ts");
    await app.push();
    await client.shows(handles, "not there");
  });

  it("after a push that finds other arguments in a module that has not changed", async () => {
    await subscribe("b:get", { n: 0 });
    const strict = await subscribe("strict:get");
    await app.setVariable("RERUNS_STRICT", "yes");
    const runs = await runsBecauseOf(() => app.push({ "convex/a.ts": module("() => 1") }));
    await app.setVariable("RERUNS_STRICT", null);
    assert.deepEqual(runs, { "strict.js:get": 1 });
    await client.fails(strict, /Object is missing the required field `needed`/);
  });

  it("after a change of a variable that it has read, and of no other", async () => {
    const x = await subscribe("x:get");
    await subscribe("y:get");
    await subscribe("b:get", { n: 0 });
    const runs = await runsBecauseOf(() => app.setVariable("RERUNS_X", "set"));
    assert.deepEqual(runs, { "x.js:get": 1 });
    await client.shows(x, "set");
    assert.deepEqual(await runsBecauseOf(() => app.setVariable("RERUNS_X", null)), { "x.js:get": 1 });
  });

  it("after a push that changes an index that it uses, and no other", async () => {
    const rows = await subscribe("rows:get");
    await subscribe("b:get", { n: 0 });
    const added = await runsBecauseOf(() => app.push({ "convex/schema.ts": schema(ROWS_BY_B) }));
    assert.deepEqual(added, {});
    const byOther = ROWS.replace('index("by_a", ["a"])', 'index("by_a", ["b"])');
    const changed = await runsBecauseOf(() => app.push({ "convex/schema.ts": schema(byOther) }));
    assert.deepEqual(changed, { "rows.js:get": 1 });
    await client.shows(rows, 0);
    await app.push({ "convex/schema.ts": schema(ROWS.replace('.index("by_a", ["a"])', "")) });
    await client.fails(rows, /Index rows\.by_a not found\./);
    await app.push({ "convex/schema.ts": schema(ROWS) });
    await client.shows(rows, 0);
  });

  it("when a table comes that it has looked for in vain, and else not", async () => {
    const id = (await app.run("mutation", "messages:insert", { table: "rows", a: 1, b: 1 })) as string;
    const later = await subscribe("later:get");
    await subscribe("rows:get");
    await subscribe("ids:get", { id });
    const withLater = { "convex/schema.ts": schema(`${ROWS}, later: defineTable(v.any())`) };
    assert.deepEqual(await runsBecauseOf(() => app.push(withLater)), { "later.js:get": 1 });
    const runs = await runsBecauseOf(() => app.run("mutation", "messages:insert", { table: "later" }));
    assert.deepEqual(runs, { "later.js:get": 1 });
    await client.shows(later, 1);
  });

  it("with another identity where it has read that, and nothing else", async () => {
    const become = (subject: string): void =>
      client.authenticate({
        tokenType: "Admin",
        value: app.adminKey,
        impersonating: { issuer: "https://issuer.test", subject },
      });
    become("ada");
    const whoami = await subscribe("whoami:get");
    await subscribe("b:get", { n: 0 });
    await client.shows(whoami, "ada");
    const runs = await runsBecauseOf(async () => {
      become("grace");
      await client.shows(whoami, "grace");
    });
    assert.deepEqual(runs, { "whoami.js:get": 1 });
  });
});

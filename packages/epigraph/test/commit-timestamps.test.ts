import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { nanosecondsFromTicks } from "../src/store/ticks.ts";
import { encodeValueToString } from "../src/values/encoded-json.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const SCHEMA = `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  notes: defineTable({ at: v.commitTs(), text: v.string(), deep: v.optional(v.any()) }).index("by_at", ["at"]),
});
`;

const NOTES = `
import { actionGeneric as action, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";

export const add = mutation({
  args: { text: v.string() },
  returns: v.commitTs(),
  handler: async ({ db }, { text }) => {
    await db.insert("notes", { at: db.vars.commitTs, text, deep: [{ at: [db.vars.commitTs] }] });
    await db.insert("notes", { at: db.vars.commitTs, text: text + "'" });
    return db.vars.commitTs;
  },
});
export const all = query(({ db }) => db.query("notes").withIndex("by_at").collect());
export const lookalike = mutation({
  handler: async ({ db }, { text }) => {
    console.log("is {\\"$commitTs\\":null}");
    await db.insert("notes", { at: db.vars.commitTs, text });
    return [text, { $text: undefined, nested: [db.vars.commitTs, text] }, JSON.stringify({ $commitTs: null })];
  },
});
export const ownView = mutation(async ({ db }) => {
  const id = await db.insert("notes", { at: db.vars.commitTs, text: "own" });
  const now = db.vars.commitTs;
  const { at } = await db.get(id);
  const own = await db.query("notes").withIndex("by_at", (q) => q.eq("at", now)).collect();
  const filtered = await db.query("notes").filter((q) => q.eq(q.field("at"), now)).collect();
  const last = await db.query("notes").withIndex("by_at").order("desc").first();
  let calculated;
  try { calculated = at + 1n; } catch (error) { calculated = "threw"; }
  await db.patch(id, { deep: at });
  return [
    at === now, String(now), calculated, own.map((note) => note.text), filtered.length, last.text,
    (await db.get(id)).deep === now,
  ];
});
export const echo = mutation({ args: { value: v.any() }, handler: async (ctx, { value }) => value });
export const echoQuery = query({ args: { value: v.any() }, handler: async (ctx, { value }) => value });
export const throughOthers = mutation(async (ctx) => {
  const now = ctx.db.vars.commitTs;
  const echoed = await ctx.runMutation("notes:echo", { value: { now } });
  const queried = await ctx.runQuery("notes:echoQuery", { value: [now] });
  const checked = await ctx.runMutation("notes:add", { text: "nested" });
  await ctx.db.insert("notes", { at: echoed.now, text: "echoed", deep: queried });
  return [echoed.now === now, queried[0] === now, checked === now, now];
});
export const nothingWritten = mutation(async ({ db }) => db.vars.commitTs);
export const viaAction = action(async (ctx, { call }) => {
  const result = await ctx.runMutation(call, { text: "from an action" });
  return [typeof result, result];
});
export const handMade = mutation(async ({ db }) => {
  // What an SDK of another make might write: the same JSON in other words.
  const stringify = JSON.stringify;
  JSON.stringify = (value) => stringify(value).replaceAll('{"$commitTs":null}', ' { "\\\\u0024commitTs" : null } ');
  await db.insert("notes", { at: db.vars.commitTs, text: "hand-made" });
  return db.vars.commitTs;
});
`;

type Note = { readonly at: unknown; readonly text: string; readonly deep?: unknown };

for (const sdk of ["official", "own"] as const) {
  describe(`commit timestamps with the ${sdk} SDK`, () => {
    let app: InThreadApp;
    before(async () => {
      const packages = sdk === "official" ? ["convex"] : [];
      app = await InThreadApp.start({ "convex/schema.ts": SCHEMA, "convex/notes.js": NOTES }, { packages });
    });
    after(() => app[Symbol.asyncDispose]());

    const notes = async (text: string): Promise<readonly Note[]> =>
      ((await app.value("query", "notes:all")) as Note[]).filter((note) => note.text.startsWith(text));

    /** The result of a mutation and its commit as an Int64. */
    async function mutate(path: string, args: object = {}): Promise<{ value: unknown; ts: unknown }> {
      const outcome = await app.call("mutation", path, args);
      assert.ok(outcome.status === "success", JSON.stringify(outcome));
      const ts = JSON.parse(encodeValueToString(nanosecondsFromTicks(outcome.ts as number))) as unknown;
      return { value: JSON.parse(outcome.value), ts };
    }

    const errorOf = async (
      kind: "query" | "mutation" | "action",
      path: string,
      args: object,
    ): Promise<string> => {
      const outcome = await app.call(kind, path, args);
      return outcome.status === "error" ? outcome.error.message : `it gave ${outcome.value}`;
    };

    it("are the commit's in every document and in the result, and grow", async () => {
      const first = await mutate("notes:add", { text: "a" });
      const second = await mutate("notes:add", { text: "b" });
      assert.deepEqual([first.value, second.value], [first.ts, second.ts]);
      const [a, a2, b, b2] = [...(await notes("a")), ...(await notes("b"))];
      assert.deepEqual([a?.at, a2?.at, b?.at, b2?.at], [first.ts, first.ts, second.ts, second.ts]);
      assert.deepEqual(a?.deep, [{ at: [first.ts] }]);
      const order = (await notes("")).map(({ text }) => text);
      assert.deepEqual(order.slice(-4), ["a", "a'", "b", "b'"]);
    });

    it("are placeholders in the mutation, which it finds its own documents by", async () => {
      const { value } = await mutate("notes:ownView");
      assert.deepEqual(value, [true, "[unresolved commit timestamp]", "threw", ["own"], 1, "own", true]);
      const [own] = await notes("own");
      assert.deepEqual(own?.deep, own?.at);
    });

    it("pass as placeholders through nested calls of one mutation", async () => {
      const { value, ts } = await mutate("notes:throughOthers");
      assert.deepEqual(value, [true, true, true, ts]);
      const [echoed] = await notes("echoed");
      assert.deepEqual([echoed?.at, echoed?.deep], [ts, [ts]]);
      assert.deepEqual(
        (await notes("nested")).map(({ at }) => at),
        [ts, ts],
      );
    });

    it("come to the action that called the mutation, and to the client of a mutation that wrote nothing", async () => {
      const [type, value] = (await app.value("action", "notes:viaAction", {
        call: "notes:add",
      })) as unknown[];
      assert.equal(type, "bigint");
      assert.deepEqual(value, (await notes("from an action"))[0]?.at);
      const nothing = await mutate("notes:nothingWritten");
      assert.deepEqual(nothing.value, nothing.ts);
      const [, empty] = (await app.value("action", "notes:viaAction", {
        call: "notes:nothingWritten",
      })) as unknown[];
      assert.deepEqual(empty, nothing.ts);
    });

    it("are told from texts that look like them", async () => {
      const text = '{"$commitTs":null}';
      const { value, ts } = await mutate("notes:lookalike", { text });
      assert.deepEqual(value, [text, { nested: [ts, text] }, text]);
      assert.equal((await notes(text)).length, 1);
    });

    it("leave in one spelling, whatever wrote them", async () => {
      const { value, ts } = await mutate("notes:handMade");
      assert.deepEqual([value, (await notes("hand-made"))[0]?.at], [ts, ts]);
    });

    it("are refused where nothing will be committed", async () => {
      const value = { $commitTs: null };
      const only = "An unresolved commit timestamp can only be used inside the mutation that created it";
      for (const [kind, path] of [
        ["query", "echoQuery"],
        ["mutation", "echo"],
      ] as const) {
        assert.equal(
          await errorOf(kind, `notes:${path}`, { value }),
          `Invalid arguments for notes.js:${path}: ${only}`,
        );
      }
      assert.equal(
        await errorOf("action", "notes:viaAction", { call: value }),
        `Invalid arguments for notes.js:viaAction: ${only}`,
      );
    });
  });
}

it("queries and actions that make a placeholder of their own can't give it to anybody", async () => {
  await using app = await InThreadApp.start({
    "convex/q.js": `
      import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
      import { jsonToConvex } from "convex/values";
      export const made = queryGeneric(() => [jsonToConvex({ $commitTs: null })]);
      export const parent = queryGeneric((ctx) => ctx.runQuery("q:made", {}));
      export const action = actionGeneric((ctx) => ctx.runQuery("q:made", {}));
      export const echo = mutationGeneric((ctx, { value }) => value);
      export const passed = actionGeneric((ctx) => ctx.runMutation("q:echo", { value: jsonToConvex({ $commitTs: null }) }));
      export const self = actionGeneric(() => jsonToConvex({ $commitTs: null }));
    `,
  });
  const text = (path: string): string =>
    `Function q.js:${path} return value invalid: queries cannot return an unresolved commit timestamp`;
  for (const path of ["made", "parent"]) {
    const outcome = await app.call("query", `q:${path}`);
    assert.equal(outcome.status === "error" && outcome.error.message, text(path));
  }
  const viaAction = await app.call("action", "q:action");
  assert.ok(viaAction.status === "error" && viaAction.error.message.includes(text("made")));
  const passed = await app.call("action", "q:passed");
  assert.match(
    passed.status === "error" ? passed.error.message : "",
    /Invalid arguments for q\.js:echo: An unresolved commit timestamp can only/,
  );
  const self = await app.call("action", "q:self");
  assert.match(
    self.status === "error" ? self.error.message : "",
    /q\.js:self return value invalid: An unresolved/,
  );
});

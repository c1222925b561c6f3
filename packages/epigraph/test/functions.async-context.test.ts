import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";

const app = await InThreadApp.start({
  "convex/context.ts": `import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { anyApi } from "convex/server";
import { action, mutation, query } from "./_generated/server";
import { later } from "../lib/later";

const als = new AsyncLocalStorage<unknown>();
const store = () => als.getStore() ?? null;

const CASES: Record<string, (ctx: any) => unknown> = {
  afterAwaits: (ctx) => als.run("a", async () => {
    const seen = [store()];
    await null; seen.push(store());
    await later(); seen.push(store());
    if (ctx.db) { await ctx.db.query("t").collect(); seen.push(store()); }
    else { await ctx.runQuery(anyApi.context.inQuery, { name: "none" }); seen.push(store()); }
    try { await Promise.reject(new Error("x")); } catch { seen.push(store()); }
    await Promise.all([later(), later()]); seen.push(store());
    for await (const step of (async function* () { yield store(); await later(); yield store(); })()) seen.push(step, store());
    seen.push(await new Promise((resolve) => later().then(() => resolve(store()))));
    return seen;
  }),
  none: () => store(),
  nested: (ctx) => als.run("a", async () => [await ctx.runQuery(anyApi.context.inQuery, { name: "none" }), store()]),
  together: async () => Promise.all(["a", "b", "c"].map((name) => als.run(name, async () => {
    const seen = [];
    for (let i = 0; i < 3; i++) { await later(); seen.push(store()); }
    return seen.join("");
  }))),
  leftBehind: async () => {
    await als.run("a", async () => { await later(); });
    const seen = [store()];
    await later();
    seen.push(store());
    await (async () => { await later(); als.enterWith("b"); await later(); seen.push(store()); })();
    seen.push(store());
    als.enterWith("c");
    await later();
    return [...seen, store()];
  },
  members: async () => {
    const other = new AsyncLocalStorage({ name: "other", defaultValue: 5 } as any);
    const bound = als.run("a", () => AsyncLocalStorage.bind((x: number) => [store(), x]));
    const snapshot = als.run("b", () => AsyncLocalStorage.snapshot());
    const resource = als.run("c", () => new AsyncResource("R"));
    return als.run("d", () => [
      bound(1), snapshot(() => store()), resource.runInAsyncScope(store), resource.bind(store)(), als.exit(store), store(),
      other.getStore() as any, other.run(6, () => [other.getStore(), store()]), (als.disable(), store()), (other as any).name,
    ]);
  },
  fails: () => als.run("a", async () => {
    await later();
    throw new Error("boom"); // line 52
  }),
  methods: () => als.run("a", async () => {
    class Base { async name() { await later(); return store(); } }
    class Derived extends Base { #own = 1; async name() { return [await super.name(), this.#own, store()]; } static async make(...args: number[]) { await later(); return [arguments.length, args.length, store()]; } }
    const arrow = async (a = 1, { b } = { b: 2 }) => [a, b, await later(), store()].length;
    return [await new Derived().name(), await Derived.make(1, 2), await arrow()];
  }),
  timers: () => als.run("a", async () => {
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => setTimeout(() => { seen.push(store()); resolve(); }, 1));
    seen.push(store());
    let ticks = 0;
    await new Promise<void>((resolve) => { const id = setInterval(() => { seen.push(store()); if (++ticks === 2) { clearInterval(id); resolve(); } }, 1); });
    return seen;
  }),
  slow: () => als.run(crypto.randomUUID(), async () => {
    const first = store();
    for (let i = 0; i < 3; i++) { await new Promise((resolve) => setTimeout(resolve, 2)); if (store() !== first) return "lost"; }
    return "kept";
  }),
};
const run = (ctx: any, { name }: any) => CASES[name]!(ctx);
export const inQuery = query(run as any);
export const inMutation = mutation(run as any);
export const inAction = action(run as any);
`,
  "lib/later.ts": "export async function later() { await null; await null; }\n",
  "convex/plain.ts": `import { query } from "./_generated/server";
export const get = query(async () => { await null; return 1; });
`,
});
after(() => app[Symbol.asyncDispose]());

const KINDS = [
  ["query", "context:inQuery"],
  ["mutation", "context:inMutation"],
  ["action", "context:inAction"],
] as const;

for (const [kind, path] of KINDS) {
  const run = (name: string): Promise<unknown> => app.value(kind, path, { name });

  describe(`AsyncLocalStorage in a ${kind}`, () => {
    it("has its value after every kind of await", async () => {
      const seen = (await run("afterAwaits")) as unknown[];
      assert.deepEqual([seen.length, ...new Set(seen)], [11, "a"]);
    });

    it("has none in a nested call", async () => assert.deepEqual(await run("nested"), [null, "a"]));

    it("keeps flows apart that take turns", async () =>
      assert.deepEqual(await run("together"), ["aaa", "bbb", "ccc"]));

    it("leaves nothing behind where its call is over", async () =>
      assert.deepEqual(await run("leftBehind"), [null, null, "b", null, "c"]));

    it("binds functions, takes snapshots and has resources", async () =>
      assert.deepEqual(await run("members"), [
        ["a", 1],
        "b",
        "c",
        "c",
        null,
        "d",
        5,
        [6, "d"],
        null,
        "other",
      ]));

    it("goes through methods, private names and parameters", async () =>
      assert.deepEqual(await run("methods"), [["a", 1, "a"], [2, 2, "a"], 4]));

    it("does not lose the place of an error", async () => {
      const outcome = await app.call(kind, path, { name: "fails" });
      assert.ok(outcome.status === "error");
      assert.match(
        outcome.error.message + outcome.error.frames,
        /boom +at .*\(\.\.\/convex\/context\.ts:52:/,
      );
    });
  });
}

describe("AsyncLocalStorage in actions", () => {
  it("has its value in timers", async () =>
    assert.deepEqual(await app.value("action", "context:inAction", { name: "timers" }), [
      "a",
      "a",
      "a",
      "a",
    ]));

  it("keeps actions apart that run in one realm", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => app.value("action", "context:inAction", { name: "slow" })),
    );
    assert.deepEqual([...new Set(outcomes)], ["kept"]);
  });
});

it("functions beside it run as ever", async () => assert.equal(await app.value("query", "plain:get"), 1));

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { FunctionCall } from "../src/functions/calls.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FUNCTIONS = `import { v } from "convex/values";
import { api } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

const observe = () => ({
  chance: [Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint32Array(1))[0]] as any[],
  clock: [Date.now(), new Date().getTime(), Date.parse(Date())] as any[],
  origin: performance.timeOrigin,
});
const observeWork = async () => {
  const clocks = [[Date.now(), performance.now()]];
  for (let until = 0; until < 5e6; until++) Math.sqrt(until);
  await null;
  clocks.push([Date.now(), performance.now()]);
  return clocks;
};

const atTopLevel = observe();

export const seenByQuery = query({ args: {}, handler: async () => ({ top: atTopLevel, run: observe() }) });
export const seenByMutation = mutation({ args: {}, handler: async () => ({ top: atTopLevel, run: observe() }) });
export const seenByAction = action({ args: {}, handler: async () => ({ top: atTopLevel, run: observe() }) });

export const workOfQuery = query({ args: {}, handler: observeWork });
export const workOfMutation = mutation({ args: {}, handler: observeWork });
export const stepsOfAction = action({
  args: {},
  handler: async () => {
    const seen = new Set<number>();
    for (const begin = performance.now(); performance.now() - begin < 20; ) seen.add(performance.now());
    return [...seen];
  },
});
export const waitOfAction = action({
  args: {},
  handler: async () => {
    const before = [Date.now(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, 30));
    return [before, [Date.now(), performance.now()]];
  },
});

export const nested = mutation({
  args: {},
  handler: async (ctx): Promise<unknown[]> => [
    observe(),
    (await ctx.runQuery(api.f.seenByQuery)).run,
    (await ctx.runMutation(api.f.seenByMutation)).run,
  ],
});
export const nestedChance = query({
  args: { drawn: v.number() },
  handler: async (ctx, { drawn }): Promise<unknown[]> => {
    for (let i = 0; i < drawn; i++) Math.random();
    return [(await ctx.runQuery(api.f.seenByQuery)).run.chance, (await ctx.runQuery(api.f.seenByQuery)).run.chance];
  },
});
`;

interface Observed {
  readonly chance: readonly unknown[];
  /** Date.now(), new Date(), Date() in whole seconds. */
  readonly clock: readonly [number, number, number];
  readonly origin: number;
}

interface Seen {
  readonly top: Observed;
  readonly run: Observed;
}

type Clocks = readonly (readonly [date: number, performance: number])[];

const app = await InThreadApp.start({ "convex/f.ts": FUNCTIONS });
after(() => app[Symbol.asyncDispose]());

/** The same app, whose host always throws the same dice. */
const loaded = await InThreadApp.start(
  { "convex/f.ts": FUNCTIONS },
  { effects: { random: (bytes) => new Uint8Array(bytes).fill(7) } },
);
after(() => loaded[Symbol.asyncDispose]());

const RUNS: readonly (readonly [FunctionCall["kind"], string])[] = [
  ["query", "f:seenByQuery"],
  ["mutation", "f:seenByMutation"],
  ["action", "f:seenByAction"],
];

describe("what a module sees while it is evaluated", () => {
  it("is the same in every execution of one push, of whatever kind, and another in the next", async () => {
    const seen = await Promise.all(RUNS.map(([kind, path]) => app.value(kind, path) as Promise<Seen>));
    const [first] = seen as [Seen];
    for (const { top } of seen) assert.deepEqual(top, first.top);
    const [dateMs, sameMs] = first.top.clock;
    assert.deepEqual([sameMs, first.top.origin], [dateMs, dateMs]);
    app.temp.write({ "convex/f.ts": `${FUNCTIONS}\nexport const another = 1;\n` });
    await app.push();
    const { top } = (await app.value("query", "f:seenByQuery")) as Seen;
    assert.notDeepEqual(top.chance, first.top.chance);
    assert.notEqual(top.origin, first.top.origin);
  });
});

describe("what a function sees", () => {
  for (const [kind, path] of RUNS) {
    it(`of chance differs from run to run (${kind}), and the origin of its performance clock does not`, async () => {
      const first = (await app.value(kind, path)) as Seen;
      const second = (await app.value(kind, path)) as Seen;
      for (const [i, value] of first.run.chance.entries()) assert.notEqual(value, second.run.chance[i]);
      assert.deepEqual([first.run.origin, second.run.origin], [first.top.origin, first.top.origin]);
      assert.ok(first.run.clock[0] >= first.top.clock[0]);
    });
  }

  it("of time stands still in a query", async () => {
    const [before, behind] = (await app.value("query", "f:workOfQuery")) as Clocks;
    assert.deepEqual(behind, before);
  });

  it("of dates stands still in a mutation, whose performance clock goes on", async () => {
    const [before, behind] = (await app.value("mutation", "f:workOfMutation")) as Clocks;
    assert.equal(behind?.[0], before?.[0]);
    assert.ok((behind?.[1] as number) > (before?.[1] as number));
  });

  it("of time goes on in an action", async () => {
    const [before, behind] = (await app.value("action", "f:waitOfAction")) as Clocks;
    for (const i of [0, 1] as const) assert.ok((behind?.[i] as number) >= (before?.[i] as number) + 25);
  });

  it("of time is the parent's in nested calls, of chance it is their own", async () => {
    const all = (await app.value("mutation", "f:nested")) as Observed[];
    const [parent] = all as [Observed];
    for (const { clock } of all) assert.deepEqual(clock, parent.clock);
    assert.equal(new Set(all.map(({ chance }) => chance[0])).size, 3);
  });

  it("of chance in nested calls comes from the parent's generator", async () => {
    const chance = (drawn: number): Promise<unknown> => loaded.value("query", "f:nestedChance", { drawn });
    const [first, second] = (await chance(0)) as unknown[];
    assert.notDeepEqual(first, second);
    assert.deepEqual(await chance(0), [first, second]);
    const [afterDraws] = (await chance(6)) as unknown[];
    assert.notDeepEqual(afterDraws, first);
  });

  it("of an action's performance clock has steps of a tenth of a millisecond", async () => {
    const steps = (await app.value("action", "f:stepsOfAction")) as number[];
    for (const step of steps) assert.equal(step, Math.floor(step * 10 + 1e-6) / 10);
    assert.ok(
      steps.some((step) => !Number.isInteger(step)),
      "no step is finer than a millisecond",
    );
  });
});

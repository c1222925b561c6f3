import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CronView } from "../src/services/crons/cron-control.ts";
import type { JobSettings } from "../src/services/jobs.ts";
import { TestClock } from "../src/services/testing/test-clock.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { JOB_FUNCTIONS, notes, until } from "./support/scheduled-jobs.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START = "2026-04-15T12:00:00Z";

const FUNCTIONS = {
  "convex/jobs.js": JOB_FUNCTIONS,
  "convex/m.js": `
    import { httpActionGeneric, internalActionGeneric as action, makeFunctionReference as ref, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    export const note = mutation(async (ctx, { text = "ran" }) => { console.log("noting", text); await ctx.db.insert("notes", { text }); return text; });
    export const failing = mutation(async (ctx) => { await ctx.db.insert("notes", { text: "failing" }); throw new Error("boom"); });
    export const ask = query(() => null);
    export const hook = httpActionGeneric(() => new Response());
    export const gate = query(async (ctx, { name }) => (await ctx.db.query("gates").collect()).some((gate) => gate.name === name));
    export const open = mutation(async (ctx, { name }) => void (await ctx.db.insert("gates", { name })));
    export const slow = action(async (ctx, { name }) => {
      await ctx.runMutation(ref("m:note"), { text: "begin " + name });
      while (!(await ctx.runQuery(ref("m:gate"), { name }))) await new Promise((resolve) => setTimeout(resolve, 2));
      await ctx.runMutation(ref("m:note"), { text: "end " + name });
      console.log("slow is over");
      return "x".repeat(2_000);
    });
    export const who = mutation(async (ctx) => void (await ctx.db.insert("notes", { text: JSON.stringify([await ctx.auth.getUserIdentity(), (await ctx.meta.getRequestMetadata()).scheduledFunctionId]) })));
  `,
};

function withCrons(declarations: string): Record<string, string> {
  return {
    ...FUNCTIONS,
    "convex/crons.js": `
      import { cronJobs, makeFunctionReference as ref } from "convex/server";
      const crons = cronJobs();
      ${declarations}
      export default crons;
    `,
  };
}

describe("crons", () => {
  let app: InThreadApp | null = null;
  let clock: TestClock;
  beforeEach(() => {
    clock = new TestClock(START);
  });
  afterEach(async () => {
    await app?.[Symbol.asyncDispose]();
    app = null;
  });

  const start = async (declarations: string, settings: Partial<JobSettings> = {}): Promise<InThreadApp> => {
    app = await InThreadApp.start(withCrons(declarations), { jobs: settings, clock });
    return app;
  };
  const push = async (declarations: string): Promise<ReturnType<InThreadApp["push"]>> => {
    (app as InThreadApp).temp.write(withCrons(declarations));
    return (app as InThreadApp).push();
  };
  const cron = (name: string): CronView | undefined =>
    (app as InThreadApp).jobs.crons.list("").find((candidate) => candidate.name === name);
  const next = (name: string): string => {
    const { nextRun } = cron(name) ?? assert.fail(`There is no cron ${name}`);
    return nextRun === null ? "paused" : new Date(nextRun).toISOString().replace(".000Z", "");
  };
  const noted = (count: number): Promise<string[]> =>
    until(
      () => notes(app as InThreadApp),
      ({ length }) => length >= count,
    );
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  };
  /** Lets time go by in steps, and what is due run in each. */
  const pass = async (ms: number, stepMs: number): Promise<void> => {
    for (let at = 0; at < ms; at += stepMs) {
      clock.advance(stepMs);
      await settle();
    }
  };
  const rejected = (declarations: string): Promise<string> =>
    start(declarations).then(
      () => "pushed",
      (error: Error) => error.message,
    );

  it("an interval starts at the push, and then at times that are that far apart", async () => {
    await start(`crons.interval("often", { seconds: 10 }, ref("m:note"), { text: "often" });`);
    await noted(1);
    await until(
      async () => next("often"),
      (at) => at === "2026-04-15T12:00:10",
    );
    clock.advance(13 * SECOND_MS);
    await noted(2);
    await until(
      async () => next("often"),
      (at) => at === "2026-04-15T12:00:20",
    );
    const [run] = cron("often")?.runs ?? [];
    assert.deepEqual(run?.status, { type: "success", result: { type: "default", value: '"often"' } });
    assert.deepEqual(run?.logLines, { logLines: ["[LOG] 'noting' 'often'"], isTruncated: false });
    assert.deepEqual(
      [run?.name, run?.udfPath, run?.ts],
      ["often", "m.js:note", Date.parse("2026-04-15T12:00:10Z")],
    );
  });

  it("one that takes longer than its interval never runs twice at once, and tells what it skips", async () => {
    await start(`crons.interval("slow", { seconds: 10 }, ref("m:slow"), { name: "a" });`);
    await noted(1);
    assert.equal(cron("slow")?.isRunning, true);
    await pass(35 * SECOND_MS, 5 * SECOND_MS);
    assert.deepEqual(await notes(app as InThreadApp), ["begin a"]);
    await (app as InThreadApp).value("mutation", "m:open", { name: "a" });
    await until(
      async () => next("slow"),
      (at) => at === "2026-04-15T12:00:40",
    );
    const runs = cron("slow")?.runs.map(({ status }) => status);
    assert.deepEqual(runs, [
      { type: "canceled", num_canceled: 3 },
      { type: "success", result: { type: "truncated", value: `"${"x".repeat(999)}` } },
    ]);
    const told = (app as InThreadApp).events.flatMap((event) =>
      event.type === "end" && event.error !== null ? [event.error.message] : [],
    );
    assert.deepEqual(told, [
      "Skipping 3 run(s) of job `slow` because multiple scheduled runs are in the past",
    ]);
    clock.advance(5 * SECOND_MS);
    await noted(4);
  });

  it("clock kinds start at the next time that fits, and go on from it", async () => {
    await start(`
      crons.hourly("hourly", { minuteUTC: 30 }, ref("m:note"));
      crons.daily("daily", { hourUTC: 12, minuteUTC: 0 }, ref("m:note"));
      crons.weekly("weekly", { dayOfWeek: "tuesday", hourUTC: 0, minuteUTC: 5 }, ref("m:note"));
      crons.monthly("monthly", { day: 31, hourUTC: 0, minuteUTC: 0 }, ref("m:note"));
      crons.cron("expression", "15 3 * * 1-5", ref("m:note"));
      crons.cron("Berlin", "CRON_TZ=Europe/Berlin 0 9 * * *", ref("m:note"));
    `);
    const names = ["hourly", "daily", "weekly", "monthly", "expression", "Berlin"];
    assert.deepEqual(names.map(next), [
      "2026-04-15T12:30:00",
      "2026-04-16T12:00:00",
      "2026-04-21T00:05:00",
      "2026-05-31T00:00:00",
      "2026-04-16T03:15:00",
      "2026-04-16T07:00:00",
    ]);
    assert.deepEqual(await notes(app as InThreadApp), []);
    clock.advance(30 * MINUTE_MS);
    await noted(1);
    await until(
      async () => next("hourly"),
      (at) => at === "2026-04-15T13:30:00",
    );
    // What comes too late runs once, and the starts that were missed are missed.
    clock.jump(5 * HOUR_MS);
    clock.advance(MINUTE_MS);
    await noted(2);
    await until(
      async () => next("hourly"),
      (at) => at === "2026-04-15T18:30:00",
    );
    assert.deepEqual(
      cron("hourly")?.runs.map(({ status }) => status.type),
      ["success", "success"],
    );
  });

  it("start a little later, each by a time of its own that stays", async () => {
    const many = Array.from(
      { length: 30 },
      (_, i) => `
      crons.daily("pinned ${i}", { hourUTC: 13, minuteUTC: 7 }, ref("m:note"));
      crons.daily("free ${i}", { hourUTC: 13 }, ref("m:note"));`,
    ).join("");
    await start(many, { cronSplaySeconds: 60 });
    const offsets = (kind: string): number[] =>
      Array.from(
        { length: 30 },
        (_, i) => (cron(`${kind} ${i}`)?.nextRun ?? 0) - Date.parse("2026-04-15T13:00:00Z"),
      );
    const [pinned, free] = [offsets("pinned"), offsets("free")];
    assert.ok(pinned.every((ms) => ms >= 7 * MINUTE_MS && ms < 8 * MINUTE_MS && ms % SECOND_MS === 0));
    assert.ok(free.every((ms) => ms >= 0 && ms < HOUR_MS));
    assert.ok(new Set(pinned).size > 5 && new Set(free).size > 15);
    await pass(2 * HOUR_MS, 10 * MINUTE_MS);
    await until(
      async () => cron("pinned 0")?.nextRun,
      (at) => (at ?? 0) > clock.nowMs(),
    );
    assert.equal((cron("pinned 0")?.nextRun ?? 0) - Date.parse("2026-04-16T13:00:00Z"), pinned[0]);
  });

  it("a push changes what has changed, and nothing else", async () => {
    await start(`
      crons.interval("kept", { minutes: 10 }, ref("m:note"), { text: "kept" });
      crons.interval("args", { minutes: 10 }, ref("m:note"), { text: "old" });
      crons.interval("schedule", { minutes: 10 }, ref("m:note"), { text: "schedule" });
      crons.hourly("imminent", { minuteUTC: 5 }, ref("m:note"), { text: "imminent" });
      crons.interval("removed", { minutes: 10 }, ref("m:note"), { text: "removed" });
    `);
    await noted(4);
    const names = ["kept", "args", "schedule", "removed"];
    for (const name of names)
      await until(
        async () => next(name),
        (at) => at === "2026-04-15T12:10:00",
      );
    await pass(4 * MINUTE_MS + 40 * SECOND_MS, 20 * SECOND_MS);
    const { crons, changed } = await push(`
      crons.interval("kept", { minutes: 10 }, ref("m:note"), { text: "kept" });
      crons.interval("args", { minutes: 10 }, ref("m:note"), { text: "new" });
      crons.daily("schedule", { hourUTC: 20, minuteUTC: 15 }, ref("m:note"), { text: "schedule" });
      crons.hourly("imminent", { minuteUTC: 45 }, ref("m:note"), { text: "imminent" });
      crons.interval("added", { minutes: 1 }, ref("m:note"), { text: "added" });
    `);
    assert.equal(changed, true);
    assert.deepEqual(crons, {
      added: ["added"],
      updated: ["args", "imminent", "schedule"],
      deleted: ["removed"],
    });
    assert.deepEqual(["kept", "args", "schedule", "imminent"].map(next), [
      "2026-04-15T12:10:00",
      "2026-04-15T12:10:00",
      "2026-04-15T20:15:00",
      "2026-04-15T12:05:00",
    ]);
    await until(
      () => notes(app as InThreadApp),
      (all) => all.includes("added"),
    );
    await pass(20 * SECOND_MS, 10 * SECOND_MS);
    await until(
      async () => next("imminent"),
      (at) => at === "2026-04-15T12:45:00",
    );
    assert.equal(cron("removed"), undefined);
    const left = (app as InThreadApp).database.read((transaction) =>
      Array.from(transaction.catalogue.activePush("")?.modules ?? [], ({ path }) => path),
    );
    assert.ok(left.includes("crons.js"));
    const unchanged = await (app as InThreadApp).push();
    assert.deepEqual([unchanged.changed, unchanged.crons], [false, { added: [], updated: [], deleted: [] }]);
    (app as InThreadApp).temp.remove("convex/crons.js");
    await (app as InThreadApp).push();
    assert.deepEqual((app as InThreadApp).jobs.crons.list(""), []);
  });

  it("failures are results, and the next run comes all the same; five are kept", async () => {
    await start(`crons.interval("failing", { seconds: 10 }, ref("m:failing"));`);
    for (let i = 1; i < 8; i++) {
      await until(
        async () => cron("failing")?.nextRun,
        (at) => at === Date.parse(START) + i * 10 * SECOND_MS,
      );
      clock.advance(10 * SECOND_MS);
    }
    await until(
      async () => cron("failing")?.nextRun,
      (at) => at === Date.parse(START) + 80 * SECOND_MS,
    );
    const runs = cron("failing")?.runs ?? [];
    assert.equal(runs.length, 5);
    assert.ok(
      runs.every(({ status }) => status.type === "err" && status.error.startsWith("Uncaught Error: boom")),
    );
    assert.deepEqual(await notes(app as InThreadApp), []);
  });

  it("run as nobody", async () => {
    await start(`crons.interval("who", { hours: 1 }, ref("m:who"));`);
    assert.deepEqual(await noted(1), ["[null,null]"]);
  });

  it("an action that ran when the server was killed has failed, and the next run comes", async () => {
    await start(`crons.interval("slow", { seconds: 10 }, ref("m:slow"), { name: "a" });`);
    await noted(1);
    (app as InThreadApp).restart();
    await until(
      async () => next("slow"),
      (at) => at === "2026-04-15T12:00:10",
    );
    const [run] = cron("slow")?.runs ?? [];
    assert.deepEqual(run?.status, { type: "err", error: "Transient error while executing action" });
    clock.advance(10 * SECOND_MS);
    assert.deepEqual(await noted(2), ["begin a", "begin a"]);
  });

  it("operators have them run now, besides their times", async () => {
    await start(`crons.daily("daily", { hourUTC: 20, minuteUTC: 0 }, ref("m:note"));`);
    await (app as InThreadApp).jobs.crons.runNow("", "daily");
    await noted(1);
    await until(
      async () => cron("daily")?.runs.length,
      (count) => count === 1,
    );
    assert.equal(next("daily"), "2026-04-15T20:00:00");
    await assert.rejects((app as InThreadApp).jobs.crons.runNow("", "other"), { code: "CronNotFound" });
  });

  it("one that is asked for while it runs runs once more", async () => {
    await start(`crons.interval("slow", { hours: 1 }, ref("m:slow"), { name: "a" });`);
    await noted(1);
    await (app as InThreadApp).jobs.crons.runNow("", "slow");
    await (app as InThreadApp).jobs.crons.runNow("", "slow");
    await settle();
    assert.deepEqual(await notes(app as InThreadApp), ["begin a"]);
    await (app as InThreadApp).value("mutation", "m:open", { name: "a" });
    await noted(4);
    await until(
      async () => cron("slow")?.runs.length,
      (count) => count === 2,
    );
    assert.equal(next("slow"), "2026-04-15T13:00:00");
  });

  it("one that is paused runs when it is asked for, and by itself only once it is resumed", async () => {
    await start(`crons.interval("often", { seconds: 10 }, ref("m:note"));`);
    await noted(1);
    await until(
      async () => next("often"),
      (at) => at === "2026-04-15T12:00:10",
    );
    const { crons } = (app as InThreadApp).jobs;
    await crons.pause("", "often");
    assert.deepEqual([next("often"), cron("often")?.isPaused], ["paused", true]);
    await pass(55 * SECOND_MS, 5 * SECOND_MS);
    assert.equal((await notes(app as InThreadApp)).length, 1);
    await crons.runNow("", "often");
    await noted(2);
    await until(
      async () => cron("often")?.runs.length,
      (count) => count === 2,
    );
    assert.equal(next("often"), "paused");
    await crons.resume("", "often");
    assert.equal(next("often"), "2026-04-15T12:01:00");
    clock.advance(5 * SECOND_MS);
    await noted(3);
  });

  it("where they are off, only those run that are asked for", async () => {
    await start(`crons.interval("often", { seconds: 10 }, ref("m:note"));`, { runsCrons: false });
    await pass(MINUTE_MS, 10 * SECOND_MS);
    assert.deepEqual(await notes(app as InThreadApp), []);
    await (app as InThreadApp).jobs.crons.runNow("", "often");
    await noted(1);
    await pass(MINUTE_MS, 10 * SECOND_MS);
    assert.equal((await notes(app as InThreadApp)).length, 1);
  });

  it("that can't be are refused at the push", async () => {
    const job = `ref("m:note")`;
    const bySdk = await rejected(`crons.daily("a", { hourUTC: 24 }, ${job});`);
    assert.match(bySdk, /Hour of day must be an integer from 0 to 23/);
    app = null;
    const raw = (schedule: object, name = "m:note", args: unknown = [{}]): string =>
      `crons.export = () => ${JSON.stringify(JSON.stringify({ a: { name, args, schedule } }))};`;
    const cases: readonly (readonly [declaration: string, text: string | RegExp])[] = [
      [raw({ type: "daily", hourUTC: 24 }), /^hourUTC must be 0-23 in /],
      [raw({ type: "daily", hourUTC: 1, minuteUTC: 60 }), /^minuteUTC must be 0-59 in /],
      [raw({ type: "monthly", day: 32, hourUTC: 1 }), /^day of month must be 1-31 in /],
      [
        raw({ type: "interval", seconds: 1, minutes: 1 }),
        "Exactly one of (seconds, minutes, hours) should be specified",
      ],
      [raw({ type: "interval" }), "Exactly one of (seconds, minutes, hours) should be specified"],
      [raw({ type: "interval", seconds: 0 }), "Interval must be an integer greater than 0"],
      [raw({ type: "interval", seconds: 1.5 }), "Interval must be an integer greater than 0"],
      [`crons.cron("a", "0 0 * *", ${job});`, /^Failed to parse cron expression: /],
      [
        `crons.cron("a", "CRON_TZ=Europe/Nowhere 0 0 * * *", ${job});`,
        /^Failed to parse cron expression: .*Europe\/Nowhere/,
      ],
      [`crons.cron("a", "0 0 30 2 *", ${job});`, 'The cron spec "0 0 30 2 *" will never match any time'],
      [
        `crons.interval("a", { hours: 1 }, ref("m:gone"));`,
        "The cron job 'a' schedules a function that does not exist: m:gone",
      ],
      [
        `crons.interval("a", { hours: 1 }, ref("m:ask"));`,
        "The cron job 'a' schedules a query function, only actions and mutations can be scheduled: m:ask",
      ],
      [
        `crons.interval("a", { hours: 1 }, ${job}); crons.interval("a", { hours: 2 }, ${job});`,
        /Cron identifier registered twice: a/,
      ],
      [
        `crons.interval("a", { hours: 1 }, ref("m:hook"));`,
        "The cron job 'a' schedules an HTTP action, only actions and mutations can be scheduled: m:hook",
      ],
      [
        raw({ type: "interval", hours: 1 }, "m:note", [{ text: "x".repeat(1_048_576) }]),
        /^Cron job args too large \(.* > maximum size 1 MiB\)$/,
      ],
      ["crons.isCrons = false;", /The default export of `convex\/crons\.js` is not a Crons object\./],
    ];
    await start("");
    for (const [declaration, text] of cases) {
      const said = await push(declaration).then(
        () => "pushed",
        (error: Error) => error.message,
      );
      if (typeof text === "string") assert.equal(said, text);
      else assert.match(said, text);
    }
    (app as InThreadApp | null)?.temp.write({ "convex/crons.js": "export const nothing = 1;" });
    await assert.rejects((app as InThreadApp | null)?.push() ?? Promise.resolve(), {
      message: /`convex\/crons\.js` must have a default export of a Crons object\./,
    });
  });
});

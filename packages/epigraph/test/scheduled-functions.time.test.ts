import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CommitterConnection } from "../src/database/committer/committer-connection.ts";
import { JobControl } from "../src/services/scheduler/job-control.ts";
import { TestClock } from "../src/services/testing/test-clock.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { ended, JOB_FUNCTIONS, job, jobs, notes, until } from "./support/scheduled-jobs.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const FILES = {
  "convex/jobs.js": JOB_FUNCTIONS,
  "convex/m.js": `
    import { actionGeneric as action, makeFunctionReference as ref, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    export const schedule = mutation((ctx, { to = "jobs:note", delay = 0, args = { text: "ran" } }) => ctx.scheduler.runAfter(delay, ref(to), args));
    export const scheduleAll = mutation(async (ctx, { delays }) => {
      for (const delay of delays) await ctx.scheduler.runAfter(delay, ref("jobs:note"), { text: String(delay) });
    });
    export const forever = action(async (ctx) => {
      await ctx.runMutation(ref("jobs:note"), { text: "began" });
      await new Promise(() => setTimeout(() => {}, 1e8));
    });
  `,
};

describe("time and scheduled functions", () => {
  let app: InThreadApp;
  let clock: TestClock;
  /** Comes between the runner and the committer. */
  let wrap: (committer: CommitterConnection) => CommitterConnection;
  beforeEach(async () => {
    clock = new TestClock("2026-04-15T12:00:00Z");
    wrap = (committer) => committer;
    app = await InThreadApp.start(FILES, { jobs: {}, clock, wrapCommitter: (committer) => wrap(committer) });
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const schedule = (args: object): Promise<string> =>
    app.value("mutation", "m:schedule", args) as Promise<string>;
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  };

  it("they run when it is time, the oldest first, and not before", async () => {
    await app.value("mutation", "m:scheduleAll", { delays: [3 * MINUTE_MS, 1 * MINUTE_MS, 2 * MINUTE_MS] });
    clock.advance(MINUTE_MS - 1);
    await settle();
    assert.deepEqual(await notes(app), []);
    clock.advance(1);
    await until(
      () => notes(app),
      ({ length }) => length === 1,
    );
    await settle();
    clock.advance(2 * MINUTE_MS);
    const all = await until(
      () => notes(app),
      ({ length }) => length === 3,
    );
    assert.equal(all[0], String(MINUTE_MS));
  });

  it("one that comes in between is not forgotten", async () => {
    await schedule({ delay: 10 * MINUTE_MS, args: { text: "later" } });
    await settle();
    await schedule({ delay: MINUTE_MS, args: { text: "sooner" } });
    await settle();
    clock.advance(MINUTE_MS);
    await until(
      () => notes(app),
      (all) => all.includes("sooner"),
    );
  });

  it("a clock that is set forward makes them due within a minute, one that is set back makes them wait", async () => {
    const first = await schedule({ delay: 5 * DAY_MS, args: { text: "far" } });
    await settle();
    clock.jump(5 * DAY_MS);
    clock.advance(MINUTE_MS);
    assert.equal((await ended(app, first)).state.kind, "success");

    const second = await schedule({ delay: MINUTE_MS });
    await settle();
    clock.jump(-60 * MINUTE_MS);
    clock.advance(30 * MINUTE_MS);
    await settle();
    assert.equal((await job(app, second))?.state.kind, "pending");
    for (let i = 0; i < 31; i++) {
      clock.advance(MINUTE_MS);
      await settle();
    }
    assert.equal((await ended(app, second)).state.kind, "success");
  });

  it("they wait for a restart, too", async () => {
    const soon = await schedule({ delay: MINUTE_MS, args: { text: "soon" } });
    const later = await schedule({ delay: 60 * MINUTE_MS, args: { text: "later" } });
    app.restart();
    clock.advance(MINUTE_MS);
    assert.equal((await ended(app, soon)).state.kind, "success");
    assert.equal((await job(app, later))?.state.kind, "pending");
  });

  it("an action that was in progress at a restart has failed, and does not run again", async () => {
    const id = await schedule({ to: "m:forever", args: {} });
    await until(
      () => notes(app),
      (all) => all.includes("began"),
    );
    assert.equal((await job(app, id))?.state.kind, "inProgress");
    app.restart();
    const done = await ended(app, id);
    assert.deepEqual(done.state, { kind: "failed", error: "Transient error while executing action" });
    clock.advance(60 * MINUTE_MS);
    await settle();
    assert.deepEqual(await notes(app), ["began"]);
  });

  it("a failure of the server is no failure of the job: it stays pending, and is tried again later", async () => {
    let refusals = 2;
    wrap = (committer) => ({
      ...committer,
      commit: (request) => {
        const isJob = request.source === "jobs.js:note" && refusals-- > 0;
        return isJob
          ? Promise.resolve({ type: "failed", code: "StoreFull", message: "The disk is full" })
          : committer.commit(request);
      },
    });
    app.restart();
    const id = await schedule({ args: { text: "in the end" } });
    await until(
      async () => app.reports.length,
      (count) => count === 1,
    );
    const pending = await job(app, id);
    assert.equal(pending?.state.kind, "pending");
    for (let i = 0; i < 4; i++) {
      await settle();
      clock.advance(2_000);
    }
    const done = await ended(app, id);
    assert.deepEqual([done.state.kind, done.scheduledTime], ["success", pending.scheduledTime]);
    assert.deepEqual([app.reports.length, await notes(app)], [2, ["in the end"]]);
  });

  it("a conflict is none either, however often it comes", async () => {
    let conflicts = 12;
    wrap = (committer) => ({
      ...committer,
      commit: (request) => {
        const isJob = request.source === "jobs.js:note" && conflicts-- > 0;
        const after = request.snapshotTs;
        return isJob
          ? Promise.resolve({
              type: "conflict",
              after,
              table: null,
              documentId: null,
              source: null,
              contention: "",
              turn: null,
            })
          : committer.commit(request);
      },
    });
    app.restart();
    const id = await schedule({ args: { text: "at last" } });
    const done = await until(
      async () => {
        clock.advance(MINUTE_MS);
        return job(app, id);
      },
      (seen) => seen?.state.kind === "success",
    );
    assert.equal(done?.state.kind, "success");
    assert.deepEqual([await notes(app), app.reports], [["at last"], []]);
  });

  it("what has ended is gone after seven days, what waits never", async () => {
    const done = await schedule({ args: { text: "done" } });
    await ended(app, done);
    const waiting = await schedule({ delay: 30 * DAY_MS, args: { text: "waits" } });
    clock.advance(7 * DAY_MS - MINUTE_MS);
    await settle();
    assert.equal((await job(app, done))?.state.kind, "success");
    await until(
      async () => {
        clock.advance(10 * MINUTE_MS);
        return job(app, done);
      },
      (seen) => seen === null,
    );
    assert.deepEqual(
      (await jobs(app)).map(({ _id }) => _id),
      [waiting],
    );
    assert.equal((await job(app, waiting))?.state.kind, "pending");
    await new JobControl(app.database).cancel("", done);
  });

  it("operators cancel those that they mean, and remove all when nothing else helps", async () => {
    const control = new JobControl(app.database);
    const delays = Array.from({ length: 250 }, (_, i) => (i + 1) * MINUTE_MS);
    for (let i = 0; i < 6; i++) await app.value("mutation", "m:scheduleAll", { delays });
    await schedule({ to: "m:forever", delay: 10 * DAY_MS, args: {} });
    const all = { component: "", path: null, fromMs: null, beforeMs: null };
    const range = { fromMs: clock.nowMs() + 100 * MINUTE_MS, beforeMs: clock.nowMs() + 200 * MINUTE_MS };
    assert.equal(await control.cancelAll({ ...all, ...range }), 600);
    assert.equal(await control.cancelAll({ ...all, path: "m.js:forever" }), 1);
    assert.equal(await control.cancelAll({ ...all, component: "other" }), 0);
    assert.equal(await control.cancelAll(all), 900);
    assert.equal(await control.cancelAll(all), 0);
    await schedule({ delay: MINUTE_MS });
    await control.removeAll("");
    assert.deepEqual(await jobs(app), []);
    clock.advance(DAY_MS);
    await settle();
    assert.deepEqual(await notes(app), []);
  });

  it("no more run at once than they should", async () => {
    await using narrow = await InThreadApp.start(FILES, { jobs: { parallel: 2 } });
    for (let i = 0; i < 4; i++) await narrow.value("mutation", "m:schedule", { to: "m:forever", args: {} });
    await until(
      () => notes(narrow),
      ({ length }) => length === 2,
    );
    await settle();
    const states = (await jobs(narrow)).map(({ state }) => state.kind);
    assert.deepEqual(states.sort(), ["inProgress", "inProgress", "pending", "pending"]);
  });
});

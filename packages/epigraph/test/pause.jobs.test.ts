import assert from "node:assert/strict";
import { afterEach, it } from "node:test";
import type { CommitterConnection } from "../src/database/committer/committer-connection.ts";
import { PauseControl } from "../src/services/pause/pause-control.ts";
import { TestClock } from "../src/services/testing/test-clock.ts";
import { InThreadApp, type InThreadAppOptions } from "./support/in-thread-app.ts";
import { ended, JOB_FUNCTIONS, notes, until } from "./support/scheduled-jobs.ts";

const FILES = {
  "convex/jobs.js": JOB_FUNCTIONS,
  "convex/m.js": `
    import { makeFunctionReference as ref, mutationGeneric as mutation } from "convex/server";
    export const note = mutation(async (ctx, { text }) => void (await ctx.db.insert("notes", { text })));
    export const schedule = mutation((ctx) => ctx.scheduler.runAfter(0, ref("jobs:note"), { text: "scheduled" }));
  `,
};
const CRONS = `
  import { cronJobs, makeFunctionReference as ref } from "convex/server";
  const crons = cronJobs();
  crons.interval("often", { seconds: 10 }, ref("m:note"), { text: "often" });
  crons.daily("daily", { hourUTC: 13, minuteUTC: 0 }, ref("m:note"), { text: "daily" });
  crons.daily("on demand", { hourUTC: 20, minuteUTC: 0 }, ref("m:note"), { text: "on demand" });
  export default crons;
`;

let app: InThreadApp | null = null;
afterEach(async () => {
  await app?.[Symbol.asyncDispose]();
  app = null;
});

async function start(
  files: Readonly<Record<string, string>>,
  options: InThreadAppOptions,
): Promise<{ readonly app: InThreadApp; readonly pause: PauseControl }> {
  app = await InThreadApp.start({ ...FILES, ...files }, options);
  return { app, pause: new PauseControl(app.database) };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
}

it("crons don't run while it is paused, and don't make up for what they have missed", async () => {
  const clock = new TestClock("2026-04-15T12:00:00Z");
  const { app, pause } = await start({ "convex/crons.js": CRONS }, { jobs: {}, clock });
  const next = (name: string): string =>
    new Date(app.jobs.crons.list("").find((cron) => cron.name === name)?.nextRun ?? 0).toISOString();
  await until(
    async () => next("often"),
    (at) => at === "2026-04-15T12:00:10.000Z",
  );
  await pause.pause();
  for (let minutes = 0; minutes < 90; minutes++) {
    clock.advance(60_000);
    await settle();
  }
  await app.jobs.crons.runNow("", "on demand");
  clock.advance(5_000);
  await settle();
  assert.deepEqual(
    app.jobs.crons.list("").map(({ name, runs }) => [name, runs.length]),
    [
      ["daily", 0],
      ["often", 1],
      ["on demand", 0],
    ],
  );
  await pause.resume();
  assert.equal(next("often"), "2026-04-15T13:30:10.000Z");
  assert.equal(next("daily"), "2026-04-16T13:00:00.000Z");
  await until(
    () => notes(app),
    ({ length }) => length === 2,
  );
  await settle();
  assert.deepEqual(await notes(app), ["often", "on demand"]);
  clock.advance(5_000);
  await until(
    () => notes(app),
    ({ length }) => length === 3,
  );
  assert.deepEqual(await notes(app), ["often", "on demand", "often"]);
});

it("a scheduled mutation that is about to commit when it is paused runs after it was resumed, once", async () => {
  const isPaused = Promise.withResolvers<void>();
  let control: PauseControl | null = null;
  const wrapCommitter = (committer: CommitterConnection): CommitterConnection => ({
    commit: async (request) => {
      if (request.source === "jobs.js:note" && control !== null) {
        const pause = control;
        control = null;
        await pause.pause();
        isPaused.resolve();
      }
      return committer.commit(request);
    },
  });
  const { app, pause } = await start({}, { jobs: {}, wrapCommitter });
  control = pause;
  const id = await app.value("mutation", "m:schedule", {});
  await isPaused.promise;
  await until(
    async () => app.reports.join("\n"),
    (text) => text.includes("Cannot run functions while this deployment is paused."),
  );
  await pause.resume();
  assert.equal((await ended(app, id)).state.kind, "success");
  assert.deepEqual(await notes(app), ["scheduled"]);
});

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { asAdmin, assertRefused, FunctionCaller, postApi } from "./support/functions-api.ts";
import type { RunningApp } from "./support/running-app.ts";
import { until } from "./support/scheduled-jobs.ts";
import { fixture, startApp } from "./support/start-app.ts";

interface JobView {
  readonly state: { readonly kind: string; readonly error?: string };
}

interface CronView {
  readonly name: string;
  readonly nextRun: number | null;
  readonly isPaused: boolean;
  readonly schedule: object;
  readonly runs: readonly { readonly status: { readonly type: string } }[];
}

const JOBS = 300;

class JobsApp {
  readonly app: RunningApp;
  readonly call: FunctionCaller;

  constructor(app: RunningApp) {
    this.app = app;
    this.call = new FunctionCaller(app);
  }

  async counted(): Promise<number[]> {
    return ((await this.call.query("jobs:counted", {})) as number[]).sort((a, b) => a - b);
  }

  job(id: string): Promise<JobView> {
    return this.call.query("jobs:get", { id }) as Promise<JobView>;
  }

  async ended(id: string): Promise<JobView> {
    return until(
      () => this.job(id),
      ({ state }) => !["pending", "inProgress"].includes(state.kind),
    );
  }

  async crons(): Promise<CronView[]> {
    const response = await fetch(`${this.app.api}/api/crons`, { headers: asAdmin(this.app) });
    return ((await response.json()) as { readonly crons: CronView[] }).crons;
  }

  async post(path: string, body: object): Promise<Response> {
    const headers = { "content-type": "application/json", ...asAdmin(this.app) };
    return fetch(this.app.api + path, { method: "POST", headers, body: JSON.stringify(body) });
  }
}

describe("a server that is killed while scheduled functions run", () => {
  it("has run each mutation once after a restart, and no action twice", async () => {
    await using app = await startApp({ copyOf: fixture("jobs") });
    let jobs = new JobsApp(app);
    const numbers = Array.from({ length: JOBS }, (_, n) => n);
    const slow = (await jobs.call.mutation("jobs:startSlow", {})) as string;
    await until(
      () => jobs.counted(),
      (all) => all.includes(-1),
    );
    await jobs.call.mutation("jobs:schedule", { numbers, delay: 0 });
    for (const least of [20, 120]) {
      await until(
        () => jobs.counted(),
        ({ length }) => length > least,
      );
      await app.kill("SIGKILL");
      await app.start();
      jobs = new JobsApp(app);
    }
    assert.deepEqual((await jobs.ended(slow)).state, {
      kind: "failed",
      error: "Transient error while executing action",
    });
    await until(
      () => jobs.counted(),
      ({ length }) => length > JOBS,
    );
    assert.deepEqual(await jobs.counted(), [-1, ...numbers]);
  });
});

describe("jobs and crons of an app that dev serves", async () => {
  const app = await startApp({ copyOf: fixture("jobs") });
  after(() => app.stop());
  const jobs = new JobsApp(app);

  it("are scheduled by actions, Node actions and HTTP actions alike", async () => {
    const fromAction = (await jobs.call.action("jobs:fromAction", { n: 1 })) as string;
    const response = await fetch(`${app.site}/schedule`, { method: "POST", body: "2" });
    const fromHttp = await response.text();
    const [fromNode, cancelled, node] = (await jobs.call.action("node:schedule", { n: 3 })) as string[];
    for (const id of [fromAction, fromHttp, fromNode, node] as string[]) {
      assert.deepEqual((await jobs.ended(id)).state, { kind: "success" }, id);
    }
    assert.equal((await jobs.job(cancelled as string)).state.kind, "canceled");
    assert.deepEqual(await jobs.counted(), [1, 2, 3, 4]);
  });

  it("are seen to come to their end by who watches them", async () => {
    const watcher = new ConvexClient(app.api);
    try {
      const [id] = (await jobs.call.mutation("jobs:schedule", { numbers: [5], delay: 1_000 })) as string[];
      const seen: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      watcher.onUpdate(anyApi["jobs"]!["get"]!, { id }, ({ state }: JobView) => {
        seen.push(state.kind);
        if (state.kind === "success") resolve();
      });
      await promise;
      assert.deepEqual(seen, ["pending", "success"]);
    } finally {
      await watcher.close();
    }
  });

  it("are cancelled by operators, one or all, and by nobody else", async () => {
    const numbers = [10, 11, 12];
    const ids = (await jobs.call.mutation("jobs:schedule", { numbers, delay: 3_600_000 })) as string[];
    const kinds = (): Promise<string[]> =>
      Promise.all(ids.map(async (id) => (await jobs.job(id))?.state.kind ?? "gone"));
    for (const path of ["cancel_job", "cancel_all_jobs", "delete_scheduled_functions_table", "run_cron"]) {
      await assertRefused(postApi(app, `/api/${path}`, { id: ids[0], name: "count" }), 403, "BadDeployKey");
    }
    assert.deepEqual(await kinds(), ["pending", "pending", "pending"]);
    assert.equal((await jobs.post("/api/cancel_job", { id: ids[0] })).status, 200);
    assert.deepEqual(await kinds(), ["canceled", "pending", "pending"]);
    assert.equal((await jobs.post("/api/cancel_job", { id: "nonsense" })).status, 400);
    assert.equal((await jobs.post("/api/cancel_job", { id: ids[1], componentId: "other" })).status, 400);
    const startNextTs = (BigInt(Date.now()) + 7_200_000n) * 1_000_000n;
    const cancelAll = async (body: object): Promise<unknown> =>
      (await jobs.post("/api/cancel_all_jobs", body)).json();
    assert.deepEqual(await cancelAll({ startNextTs: String(startNextTs) }), { canceled: 0 });
    assert.deepEqual(await cancelAll({ endNextTs: Number(startNextTs), udfPath: "jobs:slow" }), {
      canceled: 0,
    });
    assert.deepEqual(await cancelAll({ udfPath: "jobs:count" }), { canceled: 2 });
    assert.deepEqual(await kinds(), ["canceled", "canceled", "canceled"]);
    assert.equal((await jobs.post("/api/cancel_all_jobs", { endNextTs: "soon" })).status, 400);
    assert.equal((await jobs.post("/api/delete_scheduled_functions_table", {})).status, 200);
    assert.deepEqual(await kinds(), ["gone", "gone", "gone"]);
  });

  it("crons do not run by themselves, which is said at the start, and run when they are asked for", async () => {
    assert.match(
      app.output(),
      /crons are off The 2 crons of the app do not run by themselves: start with --crons/,
    );
    const before = await jobs.crons();
    assert.deepEqual(
      before.map(({ name, isPaused, runs }) => [name, isPaused, runs]),
      [
        ["Monday morning", false, []],
        ["count", false, []],
      ],
    );
    assert.equal((await jobs.post("/api/run_cron", { name: "count" })).status, 200);
    const after = await until(
      () => jobs.crons(),
      (crons) => crons[1]?.runs.length === 1,
    );
    assert.equal(after[1]?.runs[0]?.status.type, "success");
    assert.equal((await jobs.post("/api/pause_cron", { name: "Monday morning" })).status, 200);
    assert.deepEqual([(await jobs.crons())[0]?.isPaused, (await jobs.crons())[0]?.nextRun], [true, null]);
    assert.equal((await jobs.post("/api/resume_cron", { name: "Monday morning" })).status, 200);
    assert.equal((await jobs.crons())[0]?.isPaused, false);
    assert.equal((await jobs.post("/api/run_cron", { name: "nobody" })).status, 404);
    assert.equal((await fetch(`${app.api}/api/crons`)).status, 403);
  });
});

it("with --crons they run when it is time, and go on after a kill", async () => {
  const options = { args: ["--crons"], env: { CRON_SPLAY_SECONDS: "0" } };
  await using app = await startApp({ copyOf: fixture("jobs"), ...options });
  assert.doesNotMatch(app.output(), /crons are off/);
  await until(
    () => new JobsApp(app).counted(),
    ({ length }) => length >= 2,
  );
  await app.kill("SIGKILL");
  await app.start();
  const before = (await new JobsApp(app).counted()).length;
  await until(
    () => new JobsApp(app).counted(),
    ({ length }) => length > before + 1,
  );
});

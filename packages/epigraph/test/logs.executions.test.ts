import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

const FILES = {
  "convex/f.ts": `
    import { actionGeneric as action, anyApi, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    export const read = query(async ({ db }) => {
      console.warn("reading");
      return (await db.query("rows").collect()).length;
    });
    export const write = mutation(({ db }) => db.insert("rows", {}));
    export const fails = mutation(() => {
      throw new Error("boom");
    });
    export const later = mutation(({ scheduler }) => scheduler.runAfter(0, anyApi.f.scheduled, {}));
    export const scheduled = mutation(() => null);
    export const timed = mutation(() => null);
    export const nested = query((ctx) => ctx.runQuery(anyApi.f.read, {}));
    export const inner = action((ctx) => ctx.runQuery(anyApi.f.nested, {}));
    export const outer = action(async (ctx) => {
      await ctx.runMutation(anyApi.f.write, {});
      await ctx.runAction(anyApi.f.inner, {});
      await ctx.runMutation(anyApi.f.fails, {}).catch(() => {});
    });
  `,
  "convex/http.ts": `
    import { anyApi, httpActionGeneric as httpAction, httpRouter } from "convex/server";
    const http = httpRouter();
    http.route({
      path: "/write",
      method: "POST",
      handler: httpAction(async (ctx) => {
        await ctx.runMutation(anyApi.f.write, {});
        return new Response(null, { status: 201 });
      }),
    });
    export default http;
  `,
  "convex/messages.ts": `
    import { mutationGeneric as mutation } from "convex/server";
    export const nothing = mutation(() => null);
  `,
};
const WITH_CRON = {
  "convex/crons.ts": `
    import { anyApi, cronJobs } from "convex/server";
    const crons = cronJobs();
    crons.interval("often", { seconds: 1 }, anyApi.f.timed);
    export default crons;
  `,
};

interface Entry {
  readonly kind: string;
  readonly udfType: string;
  readonly identifier: string;
  readonly caller: string;
  readonly cachedResult: boolean;
  readonly logLines: readonly string[];
  readonly requestId: string;
  readonly executionId: string;
  readonly parentExecutionId: string | null;
  readonly executionTime: number;
  readonly executionTimestamp: number;
  readonly timestamp: number;
  readonly error: string | null;
  readonly usageStats: { readonly databaseWriteDocuments: number };
}

describe("the log of executions", () => {
  let app: DeployedApp;
  let cursor: number;
  before(async () => {
    app = await DeployedApp.start({ files: FILES });
    cursor = (await poll(0)).newCursor;
  });
  after(() => app[Symbol.asyncDispose]());

  async function poll(from: number): Promise<{ entries: Entry[]; newCursor: number }> {
    const response = await fetch(`${app.api}/api/stream_function_logs?cursor=${from}`, {
      headers: { Authorization: `Convex ${app.adminKey}` },
    });
    return (await response.json()) as { entries: Entry[]; newCursor: number };
  }

  /** Completions up to the first that is looked for. */
  async function until(isLast: (entry: Entry) => boolean): Promise<readonly Entry[]> {
    const found: Entry[] = [];
    for (;;) {
      const { entries, newCursor } = await poll(cursor);
      cursor = newCursor;
      for (const entry of entries) {
        if (entry.kind !== "Completion") continue;
        found.push(entry);
        if (isLast(entry)) return found;
      }
    }
  }

  async function queryAsNobody(path: string): Promise<unknown> {
    const response = await fetch(`${app.api}/api/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path, args: {}, format: "json" }),
    });
    return ((await response.json()) as { value: unknown }).value;
  }

  const named =
    (identifier: string) =>
    (entry: Entry): boolean =>
      entry.identifier === identifier;

  it("tells of answers from kept results, with the lines of their runs", async () => {
    const client = await SyncConnection.connect(app.api);
    client.add(0, "f:read");
    await client.shows(0, 0);
    const [run] = await until(named("f:read"));
    assert.deepEqual([run?.caller, run?.cachedResult], ["SyncWorker", false]);
    assert.equal(await queryAsNobody("f:read"), 0);
    const [cached] = await until(named("f:read"));
    assert.deepEqual(
      [cached?.caller, cached?.cachedResult, cached?.logLines, cached?.executionTime],
      ["HttpApi", true, ["[WARN] 'reading'"], 0],
    );
    assert.notEqual(cached?.requestId, run?.requestId);
    const other = await SyncConnection.connect(app.api);
    other.add(0, "f:read");
    await other.shows(0, 0);
    const [subscribed] = await until(named("f:read"));
    assert.deepEqual([subscribed?.caller, subscribed?.cachedResult], ["SyncWorker", true]);
    // What both show runs once.
    await app.run("mutation", "f:write");
    await Promise.all([client.shows(0, 1), other.shows(0, 1)]);
    await app.run("mutation", "messages:nothing");
    const both = (await until(named("messages:nothing"))).filter(named("f:read"));
    assert.deepEqual(
      both.map(({ cachedResult }) => cachedResult),
      [false],
    );
    await Promise.all([client.close(), other.close()]);
    const state = await fetch(`${app.api}/_dashboard/api/state`, {
      headers: { Authorization: `Convex ${app.adminKey}` },
    });
    const { queryUse } = (await state.json()) as { queryUse: readonly object[] };
    assert.deepEqual(queryUse, [{ path: "f.js:read", hits: 3, misses: 2, invalidations: 1 }]);
  });

  it("says by what way each came to run", async () => {
    const client = await SyncConnection.connect(app.api);
    client.mutation(0, "f:write");
    assert.equal((await until(named("f:write"))).at(-1)?.caller, "SyncWorker");
    await client.close();
    await app.run("mutation", "f:later");
    const entries = await until(named("f:scheduled"));
    assert.deepEqual(
      entries.map(({ identifier, caller }) => [identifier, caller]),
      [
        ["f:later", "HttpApi"],
        ["f:scheduled", "Scheduler"],
      ],
    );
    const source = `import { query } from "convex:/_system/repl/wrappers.js"; export default query({ handler: () => 1 });`;
    const tested = await app.post("/api/run_test_function", { bundle: { source }, args: {}, format: "json" });
    assert.equal(tested.status, 200, await tested.text());
    assert.equal((await until(({ udfType }) => udfType === "Query")).at(-1)?.caller, "Tester");
    await app.push(WITH_CRON);
    assert.equal((await until(named("f:timed"))).at(-1)?.caller, "Cron");
    app.temp.remove("convex/crons.ts");
    await app.push();
    await app.run("mutation", "messages:nothing");
    await until(named("messages:nothing"));
  });

  it("has the calls of actions, below them, while it is followed", async () => {
    await app.run("action", "f:outer");
    const entries = await until(named("f:outer"));
    const { requestId } = entries.at(-1) as Entry;
    assert.deepEqual(
      entries.map(({ identifier, caller, executionId, parentExecutionId, error }) => [
        identifier,
        caller,
        executionId,
        parentExecutionId,
        error,
      ]),
      [
        ["f:write", "Action", `${requestId}-1`, requestId, null],
        // The query that this one calls is part of its transaction.
        ["f:nested", "Action", `${requestId}-2-1`, `${requestId}-2`, null],
        ["f:inner", "Action", `${requestId}-2`, requestId, null],
        ["f:fails", "Action", `${requestId}-3`, requestId, "Uncaught Error: boom\n"],
        ["f:outer", "HttpApi", requestId, null, null],
      ],
    );
    assert.deepEqual(
      entries.map((entry) => entry.usageStats.databaseWriteDocuments),
      [1, 0, 0, 0, 1],
    );
    assert.ok(entries.every((entry) => entry.requestId === requestId && entry.logLines.length === 0));
    const times = entries.map(({ executionTimestamp }) => executionTimestamp);
    assert.deepEqual(times, times.toSorted());
  });

  it("has those of HTTP actions too", async () => {
    const response = await fetch(`${app.api}/http/write`, { method: "POST" });
    assert.equal(response.status, 201);
    const entries = await until(named("POST /write"));
    assert.deepEqual(
      entries.map(({ identifier, caller, parentExecutionId }) => [identifier, caller, parentExecutionId]),
      [
        ["f:write", "Action", entries.at(-1)?.requestId],
        ["POST /write", "HttpEndpoint", null],
      ],
    );
  });
});

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { DeployedApp } from "./support/deployed-app.ts";
import { HttpServer } from "./support/http-server.ts";
import { SyncConnection } from "./support/sync-connection.ts";

const PAUSED =
  "Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.";

const FILES = {
  "convex/messages.ts": `import { v } from "convex/values";
import { internal } from "./_generated/api";
import { action, internalAction, internalMutation, mutation, query } from "./_generated/server";

export const list = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("messages").collect()).map(({ body }) => body),
});
export const send = mutation({
  args: { body: v.string() },
  handler: async (ctx, { body }) => {
    await ctx.db.insert("messages", { body });
  },
});
export const sendByAction = action({
  args: { body: v.string() },
  handler: async (ctx, { body }) => {
    await ctx.runMutation(internal.messages.sendInternally, { body });
  },
});
export const sendInternally = internalMutation({
  args: { body: v.string() },
  handler: async (ctx, { body }) => {
    await ctx.db.insert("messages", { body });
  },
});
export const sendInternallyByAction = internalAction({
  args: { body: v.string() },
  handler: async (ctx, { body }) => {
    await ctx.runMutation(internal.messages.sendInternally, { body });
  },
});
export const schedule = mutation({
  args: { delayMs: v.number() },
  handler: async (ctx, { delayMs }) => {
    await ctx.scheduler.runAfter(delayMs, internal.messages.sendInternally, { body: "scheduled mutation" });
    await ctx.scheduler.runAfter(delayMs, internal.messages.sendInternallyByAction, { body: "scheduled action" });
  },
});
export const states = query({
  args: {},
  handler: async (ctx) =>
    (await ctx.db.system.query("_scheduled_functions").collect()).map(({ state }) => state.kind),
});
/** Waits for a file of its own to be allowed to go on. */
export const sendLater = action({
  args: { url: v.string() },
  handler: async (ctx, { url }) => {
    await fetch(url);
    try {
      await ctx.runMutation(internal.messages.sendInternally, { body: "late" });
      return "sent";
    } catch (error) {
      return (error as Error).message;
    }
  },
});
export const upload = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });
export const fileUrl = query({
  args: { id: v.id("_storage") },
  handler: (ctx, { id }) => ctx.storage.getUrl(id),
});
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({ path: "/hello", method: "GET", handler: httpAction(async () => new Response("hello")) });
export default http;
`,
};

let app: DeployedApp;
before(async () => {
  app = await DeployedApp.start({ files: FILES });
});
after(() => app[Symbol.asyncDispose]());

async function change(name: "pause" | "unpause"): Promise<Response> {
  return app.post(`/api/v1/${name}_deployment`, {});
}

async function succeed(name: "pause" | "unpause"): Promise<void> {
  const answer = await change(name);
  assert.deepEqual([answer.status, await answer.text()], [200, ""]);
}

async function answerOf(path: string, body: object): Promise<{ status: string; errorMessage?: string }> {
  return (await (await app.post(path, body)).json()) as { status: string };
}

async function codeOf(response: Response): Promise<readonly [number, unknown]> {
  return [response.status, ((await response.json()) as { code: unknown }).code];
}

describe("a paused deployment", () => {
  before(async () => {
    await app.run("mutation", "messages:send", { body: "before" });
    await succeed("pause");
  });
  after(() => succeed("unpause"));

  it("runs no function for anybody, whether there is one of that name or not", async () => {
    for (const [kind, path] of [
      ["query", "messages:list"],
      ["mutation", "messages:send"],
      ["action", "messages:sendByAction"],
      ["mutation", "messages:nowhere"],
      ["action", "messages:list"],
      ["function", "messages:list"],
      ["function", "messages:sendInternallyByAction"],
    ]) {
      const { status, errorMessage } = await answerOf(`/api/${kind}`, { path, args: { wrong: 1 } });
      assert.equal(status, "error", path);
      assert.match(errorMessage as string, /^\[Request ID: [0-9a-f]{16}\] Server Error\n/);
      assert.ok(errorMessage?.includes(PAUSED), errorMessage);
    }
    const test = await answerOf("/api/run_test_function", {
      adminKey: app.adminKey,
      args: {},
      bundle: {
        path: "testQuery.js",
        source:
          'import { query } from "convex:/_system/repl/wrappers.js";\nexport default query(async () => 1);\n',
      },
      format: "convex_encoded_json",
    });
    assert.ok(test.errorMessage?.includes(PAUSED), JSON.stringify(test));
  });

  it("answers requests to HTTP actions with a failure, also those that no route is for", async () => {
    for (const path of ["/http/hello", "/http/nowhere"]) {
      const answer = await fetch(app.api + path);
      assert.deepEqual([answer.status, answer.headers.get("content-type")], [500, "application/json"]);
      const { code } = (await answer.json()) as { code: string };
      assert.match(code, /^\[Request ID: [0-9a-f]{16}\] Server Error: /);
      assert.ok(code.endsWith(PAUSED), code);
    }
    const streamed = await fetch(`${app.api}/http/hello`, { method: "POST", body: "x".repeat(1_000_000) });
    assert.equal(streamed.status, 500);
  });

  it("answers what operators ask, and takes code and settings", async () => {
    const system = async (path: string): Promise<unknown> => {
      const answer = await answerOf("/api/query", { path, args: {}, format: "json" });
      assert.equal(answer.status, "success", JSON.stringify(answer));
      return (answer as { value?: unknown }).value;
    };
    await app.setVariable("WHILE_PAUSED", "1");
    assert.deepEqual(await system("_system/cli/queryEnvironmentVariables"), [
      { name: "WHILE_PAUSED", value: "1" },
    ]);
    const { isPaused } = (await system("_system/dashboard/deployment:get")) as { isPaused: boolean };
    assert.equal(isPaused, true);
    await app.push({
      "convex/later.ts":
        'import { query } from "./_generated/server";\nexport const one = query({ args: {}, handler: () => 1 });\n',
    });
    assert.equal((await fetch(`${app.api}/health`)).status, 200);
  });

  it("can't be paused again, and tells what kind it is", async () => {
    assert.deepEqual(await codeOf(await change("pause")), [400, "PauseDeploymentFailed"]);
    const info = await fetch(`${app.api}/api/v1/deployment_info`, {
      headers: { Authorization: `Convex ${app.adminKey}` },
    });
    assert.deepEqual(await info.json(), { kind: "selfHosted" });
  });

  it("is paused still after a restart, and says so to whoever starts it", async () => {
    await app.close();
    app.logged.length = 0;
    await app.open();
    assert.ok(app.logged.some((line) => /This deployment is paused.*epigraph resume/.test(line)));
    const { errorMessage } = await answerOf("/api/query", { path: "messages:list", args: {} });
    assert.ok(errorMessage?.includes(PAUSED), errorMessage);
  });
});

describe("pausing and resuming", () => {
  afterEach(async () => {
    await change("unpause");
  });

  it("is for keys that may, and resuming for what is paused", async () => {
    const answer = await change("unpause");
    assert.equal(answer.status, 400);
    assert.deepEqual(await answer.json(), {
      code: "UnpauseDeploymentFailed",
      message: "Deployment is not currently paused.",
    });
    const created = await app.post("/api/epigraph/create_key", { name: "ci", scope: "deploy" });
    const { key } = (await created.json()) as { key: string };
    for (const name of ["pause", "unpause"]) {
      const refused = await fetch(`${app.api}/api/v1/${name}_deployment`, {
        method: "POST",
        headers: { Authorization: `Convex ${key}` },
      });
      assert.deepEqual(await codeOf(refused), [403, "OperationNotPermitted"]);
      const nobody = await fetch(`${app.api}/api/v1/${name}_deployment`, { method: "POST" });
      assert.deepEqual(await codeOf(nobody), [403, "BadDeployKey"]);
    }
  });

  it("is in the audit log", async () => {
    await succeed("pause");
    await succeed("unpause");
    const { value } = (await answerOf("/api/query", {
      path: "_system/epigraph/auditLog",
      args: { limit: 2 },
      format: "json",
    })) as unknown as { value: { action: string; metadata: object }[] };
    assert.deepEqual(
      value.map(({ action, metadata }) => ({ action, metadata })),
      [
        { action: "unpause_deployment", metadata: {} },
        { action: "pause_deployment", metadata: {} },
      ],
    );
  });

  it("shows live queries as failed, then gives them their values back, on the same connection", async () => {
    const connection = await SyncConnection.connect(app.api);
    connection.add(0, "messages:list");
    connection.add(1, "messages:fileUrl", { id: "nothing" });
    const shown = await connection.until(() => connection.results.get(0), "a result");
    const values = shown.value as readonly string[];
    const events = new AbortController();
    const stream = await fetch(`${app.api}/api/live?path=messages:list&args=%7B%7D`, {
      headers: { accept: "text/event-stream" },
      signal: events.signal,
    });
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    const read = async (pattern: RegExp): Promise<void> => {
      for (let text = ""; !pattern.test(text); ) text += Buffer.from((await reader.read()).value ?? []);
    };
    await read(/"status":"success"/);
    await succeed("pause");
    const failed = await connection.fails(0, /Cannot run functions while this deployment is paused\./);
    assert.ok(failed.errorMessage?.includes(PAUSED));
    await read(/event: failure\n.*Cannot run functions while this deployment is paused/);
    connection.mutation(1, "messages:send", { body: "refused" });
    const response = await connection.response(1);
    assert.equal(response.success, false);
    assert.ok(String(response.result).includes(PAUSED));
    connection.add(2, "messages:states");
    await connection.fails(2, /while this deployment is paused/);
    await succeed("unpause");
    await connection.shows(0, values);
    await read(/"status":"success"/);
    await app.run("mutation", "messages:send", { body: "after" });
    await connection.shows(0, [...values, "after"]);
    events.abort();
    await connection.close();
  });

  it("has files neither taken nor given", async () => {
    const uploadUrl = (await app.run("mutation", "messages:upload")) as string;
    const upload = (): Promise<Response> => fetch(uploadUrl, { method: "POST", body: "bytes" });
    const { storageId } = (await (await upload()).json()) as { storageId: string };
    const url = (await app.run("query", "messages:fileUrl", { id: storageId })) as string;
    await succeed("pause");
    const refusal = {
      code: "BackendIsNotRunning",
      message: "Cannot perform this operation when the backend is not running",
    };
    for (const answer of [await upload(), await fetch(url)]) {
      assert.equal(answer.status, 400);
      assert.deepEqual(await answer.json(), refusal);
    }
    await succeed("unpause");
    assert.equal(await (await fetch(url)).text(), "bytes");
    assert.equal((await upload()).status, 200);
  });

  it("lets actions that run go on, but not call anything", async () => {
    const begun = Promise.withResolvers<() => void>();
    await using gate = await HttpServer.start((_request, response) => begun.resolve(() => response.end()));
    const ended = app.run("action", "messages:sendLater", { url: gate.origin });
    const goOn = await begun.promise;
    await succeed("pause");
    goOn();
    assert.match((await ended) as string, /Cannot run functions while this deployment is paused\./);
    await succeed("unpause");
    assert.ok(!((await app.run("query", "messages:list")) as string[]).includes("late"));
  });

  it("has scheduled functions wait, through a restart as well, and all that are due run afterwards", async () => {
    await app.run("mutation", "messages:schedule", { delayMs: 500 });
    await succeed("pause");
    await setTimeout(700);
    await app.close();
    await app.open();
    await setTimeout(200);
    const { value } = (await answerOf("/api/query", {
      path: "_system/cli/tableData",
      args: { table: "_scheduled_functions", order: "asc", paginationOpts: { cursor: null, numItems: 10 } },
      format: "json",
    })) as unknown as { value: { page: { state: { kind: string } }[] } };
    assert.deepEqual(
      value.page.map(({ state }) => state.kind),
      ["pending", "pending"],
    );
    await succeed("unpause");
    const connection = await SyncConnection.connect(app.api);
    connection.add(0, "messages:states");
    await connection.shows(0, ["success", "success"]);
    const bodies = (await app.run("query", "messages:list")) as string[];
    for (const body of ["scheduled mutation", "scheduled action"]) {
      assert.equal(bodies.filter((other) => other === body).length, 1);
    }
    await connection.close();
  });
});

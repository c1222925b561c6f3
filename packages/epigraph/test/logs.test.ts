import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

const FILES = {
  "convex/schema.ts": `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({ counters: defineTable({ count: v.number() }) });
`,
  "convex/f.ts": `import { api } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

export const count = mutation({
  args: {},
  handler: async (ctx) => {
    const found = await ctx.db.query("counters").first();
    console.log("was", found?.count ?? 0);
    if (found === null) await ctx.db.insert("counters", { count: 1 });
    else await ctx.db.patch(found._id, { count: found.count + 1 });
  },
});

export const read = query({
  args: {},
  handler: async (ctx) => {
    console.warn("reading");
    return (await ctx.db.query("counters").collect()).length;
  },
});

export const outer = query({ args: {}, handler: (ctx): Promise<number> => ctx.runQuery(api.f.read, {}) });

export const fails = query({
  args: {},
  handler: async () => {
    throw new Error("boom");
  },
});

export const act = action({
  args: {},
  handler: async (ctx): Promise<void> => {
    console.log("begins");
    await ctx.runMutation(api.f.count, {});
    await ctx.runQuery(api.f.read, {});
  },
});

export default query({ args: {}, handler: async () => null });
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  pathPrefix: "/made/",
  method: "POST",
  handler: httpAction(async () => {
    console.info("made");
    return new Response(null, { status: 201 });
  }),
});
http.route({
  path: "/fails",
  method: "GET",
  handler: httpAction(async () => {
    throw new Error("no");
  }),
});
http.route({
  pathPrefix: "/lost/",
  method: "GET",
  handler: httpAction(async (_ctx, request) => {
    console.log("before");
    const how = new URL(request.url).pathname.split("/").at(-1);
    if (how === "throws") throw new Error("lost");
    if (how === "returns") return "no response" as never;
    if (how === "never") return new Promise(() => {});
    while (true);
  }),
});
export default http;
`,
};

type LogRecord = Readonly<Record<string, unknown>>;

describe("dev --log-format json", async () => {
  const app = await startApp({ files: FILES, args: ["--log-format", "json"] });
  after(() => app.stop());
  const functions = new FunctionCaller(app);

  /** The records of one request, once it has ended. */
  async function recordsOf(requestId: string, call: () => Promise<unknown>): Promise<LogRecord[]> {
    const from = app.output().length;
    await call();
    await app.waitForOutput(new RegExp(`"topic":"function_execution".*"request_id":"${requestId}".*\n`), {
      from,
    });
    return app
      .output()
      .slice(from)
      .split("\n")
      .filter((line) => line.startsWith("{") && line.includes(requestId))
      .map((line) => JSON.parse(line) as LogRecord);
  }

  let last = 0;
  async function call(kind: string, path: string, args: object = {}): Promise<LogRecord[]> {
    const requestId = (++last).toString(16).padStart(16, "a");
    return recordsOf(requestId, async () => {
      const response = await fetch(`${app.api}/api/${kind}`, {
        method: "POST",
        headers: { "content-type": "application/json", "convex-request-id": requestId },
        body: JSON.stringify({ path, args }),
      });
      await response.text();
    });
  }

  async function request(method: string, path: string): Promise<LogRecord[]> {
    const requestId = (++last).toString(16).padStart(16, "b");
    return recordsOf(requestId, async () => {
      const response = await fetch(app.site + path, { method, headers: { "convex-request-id": requestId } });
      await response.text();
    });
  }

  it("tells what a mutation read and wrote, with its console lines", async () => {
    await functions.mutation("f:count");
    const [record, ...others] = await call("mutation", "f:count");
    assert.deepEqual(others, []);
    const { timestamp, execution_time_ms, user_execution_time_ms, console, ...rest } = record as LogRecord;
    const [line] = console as LogRecord[];
    assert.deepEqual(rest, {
      topic: "function_execution",
      function: {
        path: "f:count",
        type: "mutation",
        request_id: "aaaaaaaaaaaaaaa1",
        mutation_retry_count: 0,
      },
      status: "success",
      usage: {
        database_read_documents: 2,
        database_read_bytes: 156,
        database_write_documents: 1,
        database_write_bytes: 78,
      },
    });
    assert.equal(line?.["message"], "'was' 1");
    assert.equal(line?.["log_level"], "LOG");
    assert.ok((line?.["timestamp"] as number) <= (timestamp as number));
    assert.ok((user_execution_time_ms as number) > 0);
    assert.ok((execution_time_ms as number) >= (user_execution_time_ms as number));
  });

  it("says where a kept result was the answer, with the lines of its run", async () => {
    const client = await SyncConnection.connect(app.api);
    client.add(0, "f:read");
    await client.until(() => client.results.has(0), "a result");
    let record: LogRecord = {};
    // As long as the server can't be sure that nothing newer is committed, it runs.
    while (!("cached" in ((record["function"] as object) ?? {})))
      [record = {}] = await call("query", "f:read");
    const { path, type, cached } = record["function"] as LogRecord;
    assert.deepEqual({ path, type, cached }, { path: "f:read", type: "query", cached: true });
    assert.equal(record["execution_time_ms"], 0);
    const [line] = record["console"] as LogRecord[];
    assert.equal(line?.["message"], "'reading'");
    await client.close();
  });

  it("names the nested function that wrote a line", async () => {
    const [record = {}] = await call("query", "f:outer");
    const [line] = record["console"] as LogRecord[];
    assert.deepEqual(
      [line?.["log_level"], line?.["message"], line?.["nested_path"]],
      ["WARN", "'reading'", "f:read"],
    );
  });

  it("has the error of a function that fails, with its frames", async () => {
    const [record = {}] = await call("query", "f:fails");
    assert.equal(record["status"], "failure");
    assert.match(
      record["error_message"] as string,
      /^Uncaught Error: boom\n {4}at handler \(\.\.\/convex\/f\.ts:/,
    );
  });

  it("has one for a function that is not there", async () => {
    const [record = {}] = await call("query", "absent:fn");
    assert.deepEqual((record["function"] as LogRecord)["path"], "absent:fn");
    assert.match(record["error_message"] as string, /^Could not find public function for 'absent:fn'/);
  });

  it("tells of an action's lines while it runs, and adds up what it called", async () => {
    const records = await call("action", "f:act");
    assert.deepEqual(
      records.map(({ topic, message, nested_path }) => [topic, message, nested_path]),
      [
        ["console", "'begins'", undefined],
        ["console", "'was' 2", "f:count"],
        ["console", "'reading'", "f:read"],
        ["function_execution", undefined, undefined],
      ],
    );
    assert.deepEqual(records.at(-1)?.["console"], []);
    assert.deepEqual(records.at(-1)?.["usage"], {
      database_read_documents: 3,
      database_read_bytes: 234,
      database_write_documents: 1,
      database_write_bytes: 78,
    });
  });

  it("tells of an HTTP action by its route, with the status of its response", async () => {
    const [, record = {}] = await request("POST", "/made/up?x=1");
    const { path, type } = record["function"] as LogRecord;
    assert.deepEqual(
      [path, type, record["status"], record["http_status"]],
      ["POST /made/*", "http_action", "success", 201],
    );
  });

  it("tells of an HTTP action that fails, and of a request without a route", async () => {
    const [failed = {}] = await request("GET", "/fails");
    assert.deepEqual([failed["status"], failed["http_status"]], ["failure", 500]);
    assert.match(failed["error_message"] as string, /^Uncaught Error: no\n/);
    const [absent = {}] = await request("HEAD", "/absent");
    assert.deepEqual(
      [(absent["function"] as LogRecord)["path"], absent["http_status"]],
      ["GET /absent", 404],
    );
  });

  for (const [how, text] of [
    ["throws", /^Uncaught Error: lost\n/],
    ["returns", /^Uncaught Error: HTTP actions must return a Response/],
    ["never", /^Returned promise will never resolve/],
    ["loops", /^Function execution timed out \(maximum duration: 5s\)/],
  ] as const) {
    it(`tells of an HTTP action by its route where it gave no response: it ${how}`, async () => {
      const [line = {}, record = {}] = await request("HEAD", `/lost/${how}`);
      assert.deepEqual((line["function"] as LogRecord)["path"], `GET /lost/${how}`);
      assert.deepEqual((record["function"] as LogRecord)["path"], "GET /lost/*");
      assert.equal(record["status"], "failure");
      assert.match(record["error_message"] as string, text);
    });
  }

  it("says how often a mutation ran again", async () => {
    const from = app.output().length;
    await Promise.all(Array.from({ length: 12 }, () => functions.mutation("f:count")));
    await app.waitForOutput(/"mutation_retry_count":[1-9]/, { from });
  });

  it("knows the kind of a function that was called by its name alone", async () => {
    const from = app.output().length;
    await fetch(`${app.api}/api/run/f/count`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ args: {} }),
    });
    await app.waitForOutput(/"path":"f:count","type":"mutation"/, { from });
  });
});

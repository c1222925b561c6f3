import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { ConvexError } from "convex/values";
import { bundleApp } from "../src/deploy/bundle.ts";
import { generateCode } from "../src/deploy/codegen.ts";
import { findEntryPoints } from "../src/deploy/entry-points.ts";
import { type App, findApp } from "../src/deploy/find-app.ts";
import { type Deployment, openDeployment } from "../src/deployment.ts";
import type { ExecutionRecord } from "../src/functions/execution-record.ts";
import { type RunningServer, startServer } from "../src/server/server.ts";
import { EnvironmentVariables } from "../src/services/environment/environment-variables.ts";
import { AdminKeys } from "../src/services/keys/admin-keys.ts";

const EXAMPLE = fileURLToPath(new URL("../../../examples/messages", import.meta.url));
const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));

const FUNCTIONS = `
import { v, ConvexError } from "convex/values";
import { query, mutation, action, internalMutation } from "./_generated/server";
import { api, internal } from "./_generated/api";

let loads = 0;
export const loaded = query({ args: {}, handler: async () => ++loads });
export const add = mutation({ args: { n: v.number() }, returns: v.number(), handler: async (ctx, { n }) => {
  const row = await ctx.db.query("counters").first();
  if (row === null) { await ctx.db.insert("counters", { n }); return n; }
  await ctx.db.patch(row._id, { n: row.n + n });
  return row.n + n;
} });
export const read = query({ args: {}, handler: async (ctx) => (await ctx.db.query("counters").first())?.n ?? 0 });
export const boom = query({ args: {}, handler: async () => { throw new Error("boom"); } });
export const refuse = mutation({ args: {}, handler: async () => { throw new ConvexError({ code: 7n }); } });
export const types = query({ args: {}, handler: async () => ({ i: 5n, b: new Uint8Array([1]).buffer, n: NaN }) });
export const logs = query({ args: {}, handler: async () => { console.log("hi", 1); return null; } });
export const forever = query({ args: {}, handler: async () => { for (;;); } });
export const hoard = query({ args: {}, handler: async () => { const all = []; for (;;) all.push(new Array(100000).fill(1.5)); } });
export const recurse = query({ args: {}, handler: async () => { const f = () => 1 + f(); return f(); } });
export const throwText = query({ args: {}, handler: async () => { throw "foo"; } });
export const nested = mutation({ args: {}, handler: async (ctx) => {
  await ctx.runMutation(api.lab.add, { n: 1 });
  try { await ctx.runMutation(internal.lab.addThenFail, {}); } catch (error) { return error.message; }
} });
export const addThenFail = internalMutation({ args: {}, handler: async (ctx) => { await ctx.db.insert("counters", { n: 99 }); throw new Error("no"); } });
export const act = action({ args: { n: v.number() }, handler: async (ctx, { n }) => { await ctx.runMutation(api.lab.add, { n }); return await ctx.runQuery(api.lab.read, {}); } });
export const timer = query({ args: {}, handler: async () => { try { setTimeout(() => {}, 1); } catch {} return 1; } });
export const code = query({ args: {}, handler: async () => { try { return new Function("return 1")(); } catch (error) { return String(error); } } });
export const sees = query({ args: {}, handler: async () => [typeof process.version, typeof Buffer, typeof window, process.env.GREETING ?? null] });
`;

const HTTP = `
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
const http = httpRouter();
const route = (path, method, handler) => http.route({ path, method, handler: httpAction(handler) });
route("/url", "GET", async (_ctx, request) => new Response(request.url));
route("/method", "GET", async (_ctx, request) => new Response("hello", { headers: { "x-method": request.method } }));
route("/body", "POST", async (_ctx, request) => new Response(await request.arrayBuffer()));
route("/length", "POST", async (_ctx, request) => { let n = 0; for await (const chunk of request.body) n += chunk.length; return new Response(String(n)); });
route("/form", "POST", async (_ctx, request) => { const form = await request.formData(); return Response.json([form.get("a"), form.get("f").name, await form.get("f").text()]); });
route("/twice", "POST", async (_ctx, request) => { await request.text(); try { await request.text(); return new Response("?"); } catch (error) { return new Response(error.name + ": " + error.message); } });
route("/json", "POST", async (_ctx, request) => Response.json(await request.json(), { status: 201 }));
route("/cookies", "GET", async () => { const headers = new Headers(); headers.append("set-cookie", "a=1"); headers.append("set-cookie", "b=2"); return new Response(null, { status: 204, headers }); });
route("/throws", "GET", async () => { throw new Error("boom"); });
route("/nothing", "GET", async () => undefined);
route("/status", "GET", async () => new Response("", { status: 600 }));
route("/forever", "GET", async () => { for (;;); });
route("/who", "GET", async (ctx) => { try { return Response.json(await ctx.auth.getUserIdentity()); } catch (error) { return new Response(error.message, { status: 418 }); } });
route("/interleaved", "GET", async (ctx, request) => {
  const mine = request.headers.get("x-mine");
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
    console.log(mine);
    const identity = await ctx.auth.getUserIdentity();
    if (identity.subject !== mine) return new Response("crossed over", { status: 500 });
  }
  return new Response(mine);
});
http.route({ pathPrefix: "/p/", method: "GET", handler: httpAction(async () => new Response("p")) });
http.route({ pathPrefix: "/p/q/", method: "GET", handler: httpAction(async () => new Response("q")) });
http.route({ path: "/p/x", method: "GET", handler: httpAction(async () => new Response("x")) });
route("/broken", "GET", async () => { let n = 0; return new Response(new ReadableStream({ pull(controller) { if (n++ === 2) throw new Error("mid"); controller.enqueue(new TextEncoder().encode("c")); } })); });
route("/large", "GET", async () => { let n = 0; return new Response(new ReadableStream({ pull(controller) { if (n++ === 21) controller.close(); else controller.enqueue(new Uint8Array(1024 * 1024)); } })); });
export default http;
`;

interface Running {
  readonly app: App;
  readonly deployment: Deployment;
  readonly server: RunningServer;
  readonly records: ExecutionRecord[];
  readonly keys: AdminKeys;
  stop(): Promise<void>;
}

async function start(prepare: (folder: string) => void): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-app-"));
  cpSync(EXAMPLE, folder, {
    recursive: true,
    filter: (path) => !/node_modules|_generated|\.epigraph/.test(path),
  });
  symlinkSync(MODULES, join(folder, "node_modules"));
  prepare(folder);
  const records: ExecutionRecord[] = [];
  const secret = new Uint8Array(32).fill(7);
  const keys = new AdminKeys("test", secret);
  const deployment = openDeployment({
    dataFolder: join(folder, "data"),
    secret,
    onExecution: (record) => records.push(record),
  });
  const parts = {
    functions: deployment.functions,
    environment: new EnvironmentVariables(deployment.database),
    keys,
    version: "test",
    redactErrors: false,
    maxRequestBytes: 20 * 1024 * 1024,
  };
  const server = await startServer(parts, { host: "127.0.0.1", port: 0, sitePort: 0 });
  deployment.setOrigins(server);
  const app = findApp(folder);
  generateCode(app, findEntryPoints(app.functions));
  await deployment.push(await bundleApp(app));
  return {
    app,
    deployment,
    server,
    records,
    keys,
    async stop() {
      await server.close();
      await deployment.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describe("the guestbook example", () => {
  let running: Running;
  before(async () => {
    running = await start(() => {});
  });
  after(() => running.stop());

  it("stores a message by POST and lists it by query parameter, header and path prefix", async () => {
    const site = running.server.siteUrl;
    const posted = await fetch(`${site}/postMessage`, {
      method: "POST",
      body: JSON.stringify({ author: "User 123", body: "Hello" }),
    });
    assert.deepEqual([posted.status, await posted.text()], [200, ""]);
    const expected = [{ author: "User 123", body: "Sent via HTTP action: Hello" }];
    assert.deepEqual(await (await fetch(`${site}/getMessagesByAuthor?authorNumber=123`)).json(), expected);
    assert.deepEqual(
      await (await fetch(`${site}/getMessagesByAuthor`, { headers: { authorNumber: "123" } })).json(),
      expected,
    );
    assert.deepEqual(await (await fetch(`${site}/getAuthorMessages/User+123`)).json(), expected);
    assert.equal((await fetch(`${site}/getMessagesByAuthor`)).status, 400);
    assert.deepEqual(
      await (await fetch(`${running.server.apiUrl}/http/getAuthorMessages/User+123`)).json(),
      expected,
    );
  });

  it("answers CORS as the app says and streams", async () => {
    const preflight = await fetch(`${running.server.siteUrl}/echo`, { method: "OPTIONS" });
    assert.deepEqual(
      [preflight.status, preflight.headers.get("access-control-allow-methods")],
      [204, "POST"],
    );
    assert.equal(await (await fetch(`${running.server.siteUrl}/countdown`)).text(), "3\n2\n1\n");
  });

  it("keeps every message of 200 concurrent posts", async () => {
    const site = running.server.siteUrl;
    await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        fetch(`${site}/postMessage`, {
          method: "POST",
          body: JSON.stringify({ author: "User 9", body: String(i) }),
        }),
      ),
    );
    const messages = (await (await fetch(`${site}/getMessagesByAuthor?authorNumber=9`)).json()) as unknown[];
    assert.equal(messages.length, 200);
  });
});

describe("functions and HTTP actions", () => {
  let running: Running;
  const api = anyApi as unknown as Record<"lab", Record<string, never>>;
  const site = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${running.server.siteUrl}${path}`, init);
  const call = async (
    endpoint: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; json: Record<string, unknown> }> => {
    const response = await fetch(`${running.server.apiUrl}/api/${endpoint}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };

  before(async () => {
    running = await start((folder) => {
      writeFileSync(join(folder, "convex", "lab.ts"), FUNCTIONS);
      writeFileSync(join(folder, "convex", "http.ts"), HTTP);
    });
  });
  after(() => running.stop());

  it("serves the official client: queries, mutations, actions, ConvexError data, admin auth", async () => {
    const client = new ConvexHttpClient(running.server.apiUrl, { logger: false });
    assert.equal(await client.mutation(api.lab["add"]!, { n: 2 } as never), 2);
    assert.equal(await client.query(api.lab["read"]!), 2);
    assert.equal(await client.action(api.lab["act"]!, { n: 3 } as never), 5);
    await assert.rejects(
      client.mutation(api.lab["refuse"]!),
      (error) => error instanceof ConvexError && (error.data as { code: bigint }).code === 7n,
    );
    await assert.rejects(
      client.mutation(api.lab["addThenFail"]!),
      /Could not find public function for 'lab:addThenFail'/,
    );
    (client as unknown as { setAdminAuth(key: string): void }).setAdminAuth(running.keys.issue());
    await assert.rejects(client.mutation(api.lab["addThenFail"]!), /Uncaught Error: no/);
    const old = await client.consistentQuery(api.lab["read"]!);
    await client.mutation(api.lab["add"]!, { n: 1 } as never);
    assert.equal(await client.consistentQuery(api.lab["read"]!), old);
  });

  it("gives each execution fresh module state", async () => {
    for (let i = 0; i < 3; i++)
      assert.equal((await call("query", { path: "lab:loaded", args: {} })).json["value"], 1);
  });

  it("counts 64 increments of one counter that ran at once", async () => {
    const before = (await call("query", { path: "lab:read", args: {} })).json["value"] as number;
    const results = await Promise.all(
      Array.from({ length: 64 }, () => call("mutation", { path: "lab:add", args: { n: 1 } })),
    );
    assert.ok(results.every((result) => result.status === 200));
    assert.equal((await call("query", { path: "lab:read", args: {} })).json["value"], before + 64);
  });

  it("rolls back a nested mutation that throws, and keeps its parent's writes", async () => {
    const before = (await call("query", { path: "lab:read", args: {} })).json["value"] as number;
    assert.match(
      String((await call("mutation", { path: "lab:nested", args: {} })).json["value"]),
      /^Uncaught Error: no/,
    );
    assert.equal((await call("query", { path: "lab:read", args: {} })).json["value"], before + 1);
  });

  it("formats values and log lines as asked", async () => {
    assert.deepEqual((await call("query", { path: "lab:types", args: {}, format: "json" })).json["value"], {
      i: "5",
      b: "AQ==",
      n: "NaN",
    });
    assert.deepEqual(
      (await call("query", { path: "lab:types", args: {}, format: "convex_encoded_json" })).json["value"],
      {
        i: { $integer: "BQAAAAAAAAA=" },
        b: { $bytes: "AQ==" },
        n: { $float: "AAAAAAAA+H8=" },
      },
    );
    assert.deepEqual((await call("query", { path: "lab:logs", args: {} })).json, {
      status: "success",
      value: null,
      logLines: ["[LOG] 'hi' 1"],
    });
    assert.equal(
      (await call("query", { path: "lab:types", args: {}, format: "xml" })).json["code"],
      "BadFormat",
    );
  });

  it("words function errors with request id, text and mapped frames", async () => {
    const { json } = await call("query", { path: "lab:boom", args: {} }, { "convex-request-id": "abc" });
    assert.match(
      String(json["errorMessage"]),
      /^\[Request ID: abc\] Server Error\nUncaught Error: boom\n {4}at .*\(\.\.\/convex\/lab\.ts:\d+:\d+\)\n/,
    );
    assert.ok(!("errorData" in json));
    const text = async (path: string, endpoint = "query", args: unknown = {}): Promise<string> =>
      String((await call(endpoint, { path, args })).json["errorMessage"]);
    assert.match(await text("lab:nope"), /Could not find public function for 'lab:nope'\./);
    assert.match(
      await text("lab:add"),
      /Trying to execute lab\.js:add as Query, but it is defined as Mutation\./,
    );
    assert.match(
      await text("lab:add", "mutation", {}),
      /ArgumentValidationError: Object is missing the required field `n`\./,
    );
    assert.match(await text("lab:throwText"), /Uncaught foo\n/);
    assert.match(await text("lab:recurse"), /Uncaught RangeError: Maximum call stack size exceeded/);
    assert.match(await text("lab:timer"), /Can't use setTimeout in queries and mutations\./);
  });

  it("ends endless and hoarding functions with a clear error and lives on", async () => {
    const text = async (path: string): Promise<string> =>
      String((await call("query", { path, args: {} })).json["errorMessage"]);
    assert.match(await text("lab:forever"), /Function execution timed out \(maximum duration: 1s\)/);
    assert.match(await text("lab:hoard"), /JavaScript execution ran out of memory/);
    assert.equal((await call("query", { path: "lab:loaded", args: {} })).json["value"], 1);
  });

  it("hides Node from app code and shows environment variables", async () => {
    const changes = [{ name: "GREETING", value: "hello" }];
    const headers = { authorization: `Convex ${running.keys.issue()}`, "content-type": "application/json" };
    const updated = await fetch(`${running.server.apiUrl}/api/v1/update_environment_variables`, {
      method: "POST",
      headers,
      body: JSON.stringify({ changes }),
    });
    assert.equal(updated.status, 200);
    assert.deepEqual((await call("query", { path: "lab:sees", args: {} })).json["value"], [
      "undefined",
      "undefined",
      "undefined",
      "hello",
    ]);
    assert.equal(
      (await call("query", { path: "lab:code", args: {} })).json["value"],
      "EvalError: Code generation from strings disallowed for this context",
    );
  });

  it("refuses malformed calls with code and status", async () => {
    const cases: [string, unknown, number, string][] = [
      ["query", "{", 400, "BadJsonBody"],
      ["query", { path: "lab:read" }, 400, "BadJsonBody"],
      ["query", { path: "/lab:read", args: {} }, 400, "BadConvexFunctionIdentifier"],
      ["function", { path: "lab:read", args: {} }, 403, "BadDeployKey"],
      ["run/lab", { args: {} }, 400, "MissingIdentifier"],
    ];
    for (const [endpoint, body, status, code] of cases) {
      const result = await call(endpoint, body);
      assert.deepEqual([result.status, result.json["code"]], [status, code], endpoint);
    }
    const auth = async (authorization: string): Promise<unknown> =>
      (await call("query", { path: "lab:read", args: {} }, { authorization })).json["code"];
    assert.deepEqual(
      await Promise.all([auth("Bearer garbage"), auth("Basic Zm9vOmJhcg=="), auth("Convex x|y"), auth("x")]),
      ["InvalidAuthHeader", "InvalidAdminKey", "BadAdminKey", "InvalidHeaderFailure"],
    );
    assert.equal(
      (await call("query", { path: "lab:read", args: {} }, { "convex-client": "nodash" })).json["code"],
      "InvalidClientVersion",
    );
  });

  it("routes by exact path, then longest prefix, and says 404 or 405", async () => {
    const bodies = await Promise.all(
      ["/p/x", "/p/q/r", "/p/z", "/p", "/P/x"].map(async (path) => (await site(path)).text()),
    );
    assert.deepEqual(bodies, ["x", "q", "p", "No matching routes found", "No matching routes found"]);
    assert.equal((await site("/json")).status, 404);
    assert.equal((await site("/url", { method: "PROPFIND" })).status, 405);
    assert.equal((await fetch(`${running.server.apiUrl}/nope`)).status, 404);
  });

  it("shows a handler the URL and method that the client used, and answers HEAD by the GET route", async () => {
    const { host } = new URL(running.server.siteUrl);
    assert.equal(await (await site("/url?x=1&y=%20z")).text(), `http://${host}/url?x=1&y=%20z`);
    assert.equal(
      await (
        await site("/url", { headers: { "x-forwarded-proto": "https", "x-forwarded-host": "example.com" } })
      ).text(),
      "https://example.com/url",
    );
    const head = await site("/method", { method: "HEAD" });
    assert.deepEqual(
      [head.status, head.headers.get("content-length"), head.headers.get("x-method"), await head.text()],
      [200, "5", "HEAD", ""],
    );
  });

  it("reads bodies whole, in chunks, as forms, once", async () => {
    const bytes = new Uint8Array(1024 * 1024).map((_, i) => i * 7);
    const post = (path: string, body: RequestInit["body"]): Promise<Response> =>
      site(path, { method: "POST", body: body ?? null });
    assert.deepEqual(new Uint8Array(await (await post("/body", bytes)).arrayBuffer()), bytes);
    assert.equal(await (await post("/length", bytes)).text(), String(bytes.length));
    assert.equal(await (await post("/twice", "a")).text(), "TypeError: body stream already read");
    const form = new FormData();
    form.append("a", "text");
    form.append("f", new Blob(["content"]), "name.txt");
    assert.deepEqual(await (await post("/form", form)).json(), ["text", "name.txt", "content"]);
    const created = await post("/json", '{"a":1}');
    assert.deepEqual(
      [created.status, created.headers.get("content-type"), await created.text()],
      [201, "application/json", '{"a":1}'],
    );
    assert.equal((await post("/length", new Uint8Array(20 * 1024 * 1024 + 1))).status, 413);
  });

  it("sends repeated headers as lines of their own", async () => {
    const response = await site("/cookies");
    assert.deepEqual([response.status, response.headers.getSetCookie()], [204, ["a=1", "b=2"]]);
  });

  it("turns failures of a handler into a 500 that names them", async () => {
    const thrown = (await (await site("/throws")).json()) as { code: string; trace: string };
    assert.match(thrown.code, /^\[Request ID: [0-9a-f]{16}\] Server Error: Uncaught Error: boom$/);
    assert.match(thrown.trace, /\.\.\/convex\/http\.ts:\d+:\d+/);
    const code = async (path: string): Promise<string> =>
      ((await (await site(path)).json()) as { code: string }).code;
    assert.match(await code("/nothing"), /HTTP actions must return a Response$/);
    assert.match(await code("/status"), /RangeError/);
  });

  it("ends a body early when its stream fails and cuts it at 20 MiB", async () => {
    const broken = await site("/broken");
    assert.deepEqual([broken.status, await broken.text()], [200, "cc"]);
    assert.equal((await (await site("/large")).arrayBuffer()).byteLength, 20 * 1024 * 1024);
  });

  it("lets bad credentials travel to the handler and reject only when they are used", async () => {
    const who = async (authorization: string): Promise<string> =>
      (await site("/who", { headers: { authorization } })).text();
    assert.match(await who("Bearer garbage"), /^Could not parse JWT payload\./);
    assert.equal(await who("Basic Zm9vOmJhcg=="), "Invalid admin key");
    assert.equal(await (await site("/who")).text(), "null");
  });

  it("keeps 50 interleaved HTTP actions with 50 callers apart", async () => {
    running.records.length = 0;
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const identity = Buffer.from(JSON.stringify({ issuer: "i", subject: `caller ${i}` })).toString(
          "base64",
        );
        return (
          await site("/interleaved", {
            headers: { "x-mine": `caller ${i}`, authorization: `Convex ${running.keys.issue()}:${identity}` },
          })
        ).text();
      }),
    );
    assert.deepEqual(
      answers,
      Array.from({ length: 50 }, (_, i) => `caller ${i}`),
    );
    for (const record of running.records)
      assert.equal(new Set(record.logLines).size, 1, record.logLines.join());
    assert.equal(running.records.length, 50);
  });

  it("survives requests that are no HTTP, header floods and bodies that stop half-way", async () => {
    const { port } = new URL(running.server.siteUrl);
    const raw = (text: string, end: boolean): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(Number(port), "127.0.0.1");
        let answer = "";
        socket.on("data", (chunk) => {
          answer += chunk;
        });
        socket.on("close", () => resolve(answer));
        socket.on("error", () => {});
        socket.write(text);
        if (end) setTimeout(() => socket.destroy(), 50);
      });
    assert.match(await raw("nonsense\r\n\r\n", false), /^HTTP\/1\.1 400 /);
    assert.match(
      await raw(`GET /url HTTP/1.1\r\nHost: x\r\n${"X-Flood: y\r\n".repeat(20_000)}\r\n`, false),
      /^HTTP\/1\.1 431 /,
    );
    await raw("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf", true);
    assert.equal((await site("/url")).status, 200);
  });

  it("keeps the old code when a push fails, naming file and place", async () => {
    const file = join(running.app.functions, "lab.ts");
    writeFileSync(file, "export const broken = ;\n");
    await assert.rejects(bundleApp(running.app), /convex\/lab\.ts:1:22: Unexpected ";"/);
    writeFileSync(file, 'import "./_generated/server";\nthrow new Error("at load");\n');
    const bad = await bundleApp(running.app);
    await assert.rejects(
      running.deployment.push(bad),
      /Failed to analyze lab\.js: Uncaught Error: at load\n {4}at .*\.\.\/convex\/lab\.ts:2/,
    );
    writeFileSync(
      file,
      `${FUNCTIONS}\nexport const later = query({ args: {}, handler: async (ctx) => ctx.storage.getUrl("x") });\n`,
    );
    await assert.rejects(
      bundleApp(running.app),
      /not yet in this version: file storage \(ctx\.storage\) \(lab\.ts:\d+\)/,
    );
    assert.equal((await call("query", { path: "lab:loaded", args: {} })).json["value"], 1);
  });

  it("refuses a schema that existing data breaks and goes on with the old one", async () => {
    writeFileSync(join(running.app.functions, "lab.ts"), FUNCTIONS);
    await running.deployment.push(await bundleApp(running.app));
    const schema = `import { defineSchema, defineTable } from "convex/server";\nimport { v } from "convex/values";\nexport default defineSchema({ counters: defineTable({ n: v.string() }) });\n`;
    writeFileSync(join(running.app.functions, "schema.ts"), schema);
    await assert.rejects(
      running.deployment.push(await bundleApp(running.app)),
      /Document with ID ".*" in table "counters" does not match the schema: Value does not match validator\.\nPath: \.n/,
    );
    assert.equal((await call("mutation", { path: "lab:add", args: { n: 0 } })).json["status"], "success");
  });
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { runEpigraph } from "./support/command.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";

const FILES = {
  "convex/f.ts": `import { v } from "convex/values";
import { api } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

export const read = query({ args: {}, handler: async (ctx) => (await ctx.db.query("counters").collect()).length });
export const fails = query({ args: {}, handler: async () => { throw new Error("boom"); } });
export const outer = query({
  args: {},
  handler: async (ctx): Promise<number> => {
    await ctx.runQuery(api.f.fails, {}).catch(() => null);
    return ctx.runQuery(api.f.read, {});
  },
});
export const add = mutation({
  args: {},
  handler: async (ctx): Promise<void> => {
    await ctx.db.insert("counters", { count: 1 });
    await ctx.runQuery(api.f.outer, {});
  },
});
export const act = action({
  args: {},
  handler: async (ctx): Promise<void> => {
    await Promise.all([ctx.runMutation(api.f.add, {}), ctx.runQuery(api.f.read, {})]);
    await ctx.runAction(api.f.inner, {});
  },
});
export const inner = action({ args: {}, handler: async (ctx): Promise<number> => ctx.runQuery(api.f.read, {}) });
export const many = action({
  args: {},
  handler: async (ctx): Promise<void> => { for (let i = 0; i < 1005; i++) await ctx.runQuery(api.f.read, {}); },
});
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({ pathPrefix: "/p/", method: "GET", handler: httpAction(async (ctx) => {
  await ctx.runQuery(api.f.read, {});
  return new Response(null, { status: 204 });
}) });
export default http;
`,
};

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A collector, as far as the exporter can tell. */
async function startCollector(): Promise<{
  readonly url: string;
  readonly exports: Export[];
  close(): void;
}> {
  const exports: Export[] = [];
  const server = createServer(async (request, response) => {
    assert.deepEqual([request.method, request.url], ["POST", "/v1/traces"]);
    exports.push((await json(request)) as Export);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  return { url: `http://127.0.0.1:${port}`, exports, close: () => server.close() };
}

function attributes(list: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}

describe("dev with OTEL_EXPORTER_OTLP_ENDPOINT", async () => {
  const collector = await startCollector();
  after(() => collector.close());
  const app = await startApp({
    files: FILES,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: "shop",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    },
  });
  const functions = new FunctionCaller(app);
  try {
    await functions.mutation("f:add");
    await functions.action("f:act");
    await functions.errorOf("query", "f:fails");
    await functions.errorOf("query", "made:up");
    await fetch(`${app.site}/p/1`);
    await functions.action("f:many");
  } finally {
    // What has not been sent is sent then.
    await app.stop();
  }
  const spans = collector.exports.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );

  /** The tree of an execution by the names of spans; those that ran beside one another in the order of their names. */
  function tree({ spanId }: Span): unknown[] {
    return spans
      .filter(({ parentSpanId }) => parentSpanId === spanId)
      .map((span) => [span.name, ...tree(span)])
      .sort();
  }

  function root(name: string): Span {
    const [found, ...more] = spans.filter((span) => span.name === name && !span.parentSpanId);
    assert.ok(found !== undefined && more.length === 0, `${name}: ${more.length} more`);
    return found;
  }

  it("sends a span for each execution, with spans of what it called below it", () => {
    const add = ["f:add", ["f:outer", ["f:fails"], ["f:read"]]];
    assert.deepEqual(tree(root("f:add")), add.slice(1));
    assert.deepEqual(tree(root("f:act")), [add, ["f:inner", ["f:read"]], ["f:read"]]);
    assert.deepEqual(tree(root("GET /p/*")), [["f:read"]]);
    assert.deepEqual(tree(root("f:fails")), []);
  });

  it("puts them into one trace, each within the time of its parent", () => {
    const ids = new Map(spans.map((span) => [span.spanId, span]));
    for (const span of spans) {
      const parent = span.parentSpanId ? ids.get(span.parentSpanId) : undefined;
      if (parent === undefined) continue;
      assert.equal(span.traceId, parent.traceId);
      // Between its last read and the end of its commit a mutation has no time of its own in its record.
      assert.ok(BigInt(span.startTimeUnixNano) + 1_000_000n >= BigInt(parent.startTimeUnixNano));
      assert.ok(BigInt(span.endTimeUnixNano) <= BigInt(parent.endTimeUnixNano) + 1_000_000n);
    }
    assert.equal(
      new Set(spans.filter(({ parentSpanId }) => !parentSpanId).map(({ traceId }) => traceId)).size,
      6,
    );
  });

  it("says what each did, and how it failed", () => {
    assert.deepEqual(root("f:fails").status, { code: 2, message: "Uncaught Error: boom" });
    const {
      "epigraph.request_id": id,
      "epigraph.user_time_ms": time,
      ...add
    } = attributes(root("f:add").attributes);
    assert.match(String(id), /^[0-9a-f]{16}$/);
    assert.ok(Number(time) > 0);
    assert.deepEqual(add, {
      "epigraph.function.kind": "mutation",
      "code.function.name": "f:add",
      "epigraph.retries": 0,
      "epigraph.documents_read": 1,
      "epigraph.bytes_read": add["epigraph.bytes_written"],
      "epigraph.documents_written": 1,
      "epigraph.bytes_written": add["epigraph.bytes_written"],
    });
    const http = attributes(root("GET /p/*").attributes);
    assert.deepEqual(
      [http["http.request.method"], http["http.route"], http["http.response.status_code"]],
      ["GET", "/p/*", 204],
    );
    const nested = spans.find(({ name, parentSpanId }) => name === "f:fails" && parentSpanId);
    assert.deepEqual(nested?.status, { code: 2, message: "Uncaught Error: boom" });
  });

  it("makes no names of spans out of what callers make up", () => {
    assert.equal(attributes(root("query").attributes)["code.function.name"], "made:up");
  });

  it("keeps the trace of an execution that calls on and on within bounds", () => {
    assert.equal(tree(root("f:many")).length, 1000);
  });

  it("says whose they are", () => {
    const [first] = collector.exports;
    const resource = attributes(first?.resourceSpans[0]?.resource.attributes ?? []);
    assert.equal(resource["service.name"], "shop");
    assert.equal(resource["deployment.environment.name"], "test");
  });
});

it("a collector that is not there is told of, and keeps nobody waiting", async () => {
  const collector = await startCollector();
  collector.close();
  await using app = await startApp({
    files: FILES,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: "200",
    },
  });
  await new FunctionCaller(app).mutation("f:add");
  await app.waitForOutput(/Traces can't be delivered, and what waits is dropped: /, { timeoutMs: 20_000 });
});

it("says what to install where the packages of OpenTelemetry are not there", async () => {
  using app = new TempApp({ "convex/f.ts": "export const x = 1;" });
  const withoutThem = `import { registerHooks } from "node:module";
registerHooks({ resolve(specifier, context, next) {
  if (!specifier.startsWith("@opentelemetry/")) return next(specifier, context);
  throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: "ERR_MODULE_NOT_FOUND" });
} });`;
  const { exitCode, stderr } = await runEpigraph(["dev", "--dir", app.folder, "--once"], {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(withoutThem)}`,
    },
  });
  assert.equal(exitCode, 1);
  assert.match(stderr, /^The environment names a collector .* npm install @opentelemetry\/api /m);
});

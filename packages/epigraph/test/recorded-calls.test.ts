import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import {
  type CallRecord,
  decodeCallRecord,
  type EncodedCallRecord,
  type RecordedCall,
} from "../src/runtime/runner/call-record.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FILES = {
  "convex/schema.ts": `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({ counters: defineTable({ count: v.number() }) });
`,
  "convex/counters.ts": `import { v } from "convex/values";
import { api } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

export const increment = mutation({
  args: { by: v.number() },
  handler: async (ctx, { by }) => {
    const counter = await ctx.db.query("counters").first();
    if (counter === null) await ctx.db.insert("counters", { count: by });
    else await ctx.db.patch(counter._id, { count: counter.count + by });
    return by;
  },
});

export const read = query({ args: {}, handler: (ctx) => ctx.db.query("counters").collect() });

export const refuse = query({
  args: {},
  handler: async () => {
    throw new Error("no");
  },
});

export const act = action({
  args: {},
  handler: async (ctx): Promise<number> => await ctx.runMutation(api.counters.increment, { by: 5 }),
});
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/all",
  method: "POST",
  handler: httpAction(async (ctx) => {
    await ctx.runMutation(api.counters.increment, { by: 2 });
    await ctx.runAction(api.counters.act, {});
    await ctx.runQuery(api.counters.refuse, {}).catch(() => null);
    await ctx.runQuery(api.counters.read, {});
    void ctx.runQuery(api.counters.read, {});
    return new Response("done");
  }),
});
http.route({
  path: "/many",
  method: "POST",
  handler: httpAction(async (ctx) => {
    for (let i = 0; i < 110; i++) await ctx.runQuery(api.counters.read, {});
    return new Response("done");
  }),
});
export default http;
`,
};

describe("what a recorded request called", async () => {
  const app = await InThreadApp.start(FILES);
  after(() => app[Symbol.asyncDispose]());

  const send = async (path: string): Promise<CallRecord> => {
    const { promise, resolve } = Promise.withResolvers<EncodedCallRecord>();
    const outcome = await app.http("POST", path, {
      watcher: { called: resolve, line: () => {}, ended: () => {} },
    });
    assert.equal(outcome.type, "response");
    return decodeCallRecord(await promise);
  };

  it("has arguments, results, failures, reads and writes, those of actions too, and nobody else hears of it", async () => {
    app.events.splice(0);
    const { calls, omitted } = await send("/all");
    assert.equal(omitted, 0);
    assert.deepEqual(
      calls
        .slice(0, 4)
        .map(({ path, kind, args, result, error }) => [path, kind, args.text, result?.text, error?.text]),
      [
        ["counters.js:increment", "mutation", '[{"by":2}]', "2", undefined],
        ["counters.js:act", "action", "[{}]", "5", undefined],
        ["counters.js:refuse", "query", "[{}]", undefined, "Uncaught Error: no"],
        ["counters.js:read", "query", "[{}]", calls[3]?.result?.text, undefined],
      ],
    );
    assert.match(calls[3]?.result?.text ?? "", /"count":7/);
    const [increment, act, , read] = calls as readonly RecordedCall[];
    assert.deepEqual(
      increment?.transaction?.call.writes.map(({ table, documents }) => [table, documents]),
      [["counters", 1]],
    );
    assert.equal(increment?.transaction?.attempts[0]?.commit?.end, "committed");
    assert.equal(act?.transaction, null);
    assert.deepEqual(
      act?.calls.map(({ path, transaction }) => [path, transaction?.used.documentsWritten]),
      [["counters.js:increment", 1]],
    );
    assert.equal(read?.transaction?.used.documentsRead, 1);
    assert.ok((read?.startMs ?? 0) >= (increment?.startMs ?? 0) + (increment?.durationMs ?? 0));
    assert.equal(app.events.filter(({ type }) => type === "explained").length, 0);
  });

  it("is bounded", async () => {
    const { calls, omitted } = await send("/many");
    assert.equal(calls.length, 100);
    assert.equal(omitted, 10);
  });
});

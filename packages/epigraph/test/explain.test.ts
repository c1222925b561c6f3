import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { formatEvent } from "../src/cli/log-printer.ts";
import { makePaint } from "../src/cli/paint.ts";
import type { TransactionExplanation } from "../src/runtime/runner/explanation.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FILES = {
  "convex/schema.ts": `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  messages: defineTable({ channel: v.string(), likes: v.number() }).index("by_channel", ["channel", "likes"]),
  counters: defineTable({ count: v.number() }),
});
`,
  "convex/messages.ts": `import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { api } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

export const fill = mutation({
  args: {},
  handler: async (ctx) => {
    for (let likes = 0; likes < 50; likes++) {
      await ctx.db.insert("messages", { channel: likes % 2 === 0 ? "even" : "odd", likes });
    }
    await ctx.db.insert("counters", { count: 0 });
  },
});

export const liked = query({
  args: { than: v.number() },
  handler: async (ctx, { than }) =>
    (await ctx.db.query("messages").filter((q) => q.gt(q.field("likes"), than)).collect()).length,
});

export const inChannel = query({
  args: {},
  handler: async (ctx) => {
    const newest = await ctx.db
      .query("messages")
      .withIndex("by_channel", (q) => q.eq("channel", "odd").gt("likes", 40))
      .order("desc")
      .take(2);
    const missing = ctx.db.normalizeId("messages", newest[0]!._id);
    await ctx.db.get(missing!);
    return newest.length;
  },
});

export const each = query({
  args: {},
  handler: async (ctx) => {
    for (let likes = 0; likes < 20; likes++) {
      await ctx.db
        .query("messages")
        .withIndex("by_channel", (q) => q.eq("channel", "even").eq("likes", likes))
        .collect();
    }
  },
});

export const page = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: (ctx, { paginationOpts }) =>
    ctx.db.query("messages").withIndex("by_channel", (q) => q.eq("channel", "odd")).paginate(paginationOpts),
});

export const increment = mutation({
  args: {},
  handler: async (ctx) => {
    const counter = (await ctx.db.query("counters").first())!;
    await ctx.db.patch(counter._id, { count: counter.count + 1 });
    return counter._id;
  },
});

export const parent = mutation({
  args: {},
  handler: async (ctx): Promise<void> => {
    await ctx.runQuery(api.messages.liked, { than: 48 });
    await ctx.runQuery(api.messages.liked, { than: 10 });
    await ctx.runMutation(api.messages.increment, {});
  },
});

export const fails = query({
  args: {},
  handler: async (ctx) => {
    await ctx.db.query("counters").collect();
    throw new Error("no");
  },
});

export const act = action({
  args: {},
  handler: async (ctx): Promise<void> => {
    await ctx.runQuery(api.messages.liked, { than: 48 });
    await ctx.runMutation(api.messages.increment, {});
  },
});
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/liked",
  method: "GET",
  handler: httpAction(async (ctx) => new Response(String(await ctx.runQuery(api.messages.liked, { than: 1 })))),
});
export default http;
`,
};

describe("the explanation of a transaction", async () => {
  const app = await InThreadApp.start(FILES, { explain: true });
  after(() => app[Symbol.asyncDispose]());
  await app.value("mutation", "messages:fill");

  /** Runs a call; gives what was told of it, and how its lines read, without times and ids. */
  const explain = async (
    kind: "query" | "mutation" | "action",
    name: string,
    args: object = {},
  ): Promise<{ explanations: TransactionExplanation[]; text: string }> => {
    app.events.length = 0;
    await app.call(kind, `messages:${name}`, args);
    await settled();
    return told();
  };
  // What the committer tells of a mutation comes before what the runner does.
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const told = (): { explanations: TransactionExplanation[]; text: string } => {
    const events = app.events.filter((event) => event.type === "explained");
    return {
      explanations: events.map(({ explanation }) => explanation),
      text: events
        .map((event) => formatEvent(event, new Date(2024, 4, 1), makePaint(false)))
        .join("")
        .replaceAll(/\d+(?:\.\d)? ms/g, "N ms")
        .replaceAll(/\b[0-9a-z]{32}\b/g, "ID")
        .replaceAll(/1[78]\d{11}(?:\.\d+)?/g, "TIME"),
    };
  };

  it("shows how much a full scan reads for what it gives", async () => {
    const { text, explanations } = await explain("query", "liked", { than: 47 });
    assert.equal(
      text,
      `00:00:00 [messages:liked] query took N ms, read 50 documents (4.47 KiB)
    messages.by_creation_time [all] asc: scanned 50, returned 2 (4.47 KiB)
`,
    );
    const [attempt] = explanations[0]?.attempts ?? [];
    assert.equal(attempt?.commit, null);
    assert.ok((attempt?.ranMs as number) > 0);
    assert.ok((explanations[0]?.durationMs as number) >= (attempt?.ranMs as number));
  });

  it("shows bounds as they were written, order, and what was looked up by its id", async () => {
    const { text } = await explain("query", "inChannel");
    assert.equal(
      text,
      `00:00:00 [messages:inChannel] query took N ms, read 3 documents (273 B)
    messages.by_channel [channel == "odd", likes > 40.0] desc: scanned 2, returned 2 (182 B)
    messages.by_id [_id == "ID"] asc: scanned 1, returned 1 (91 B)
`,
    );
  });

  it("adds up what would be too many lines", async () => {
    const { text } = await explain("query", "each");
    assert.match(
      text,
      /^.* read 10 documents .*\n(?: {4}messages\.by_channel \[channel == "even", likes == \d+\.0\] asc: scanned 1, returned 1 .*\n){5} {4}messages\.by_channel, 15 more ranges asc: scanned 5, returned 5 .*\n$/,
    );
  });

  it("shows the place of a page by the values of its index", async () => {
    const opts = { numItems: 3, cursor: null };
    const { continueCursor } = (await app.value("query", "messages:page", { paginationOpts: opts })) as {
      continueCursor: string;
    };
    const { text } = await explain("query", "page", { paginationOpts: { ...opts, cursor: continueCursor } });
    assert.match(
      text,
      /\n {4}messages\.by_channel \[channel == "odd", after \("odd", 5\.0, TIME, "ID"\)\] asc: scanned 3, returned 3 /,
    );
  });

  it("shows what was written, and how long run and commit took", async () => {
    const { text, explanations } = await explain("mutation", "increment");
    assert.equal(
      text,
      `00:00:00 [messages:increment] mutation took N ms, read 2 documents (156 B), wrote 1 document (78 B)
    ran N ms, committed in N ms
    counters.by_creation_time [all] asc: scanned 1, returned 1 (78 B)
    counters.by_id [_id == "ID"] asc: scanned 1, returned 1 (78 B)
    counters: wrote 1 document (78 B)
`,
    );
    assert.equal(explanations[0]?.attempts[0]?.commit?.end, "committed");
  });

  it("puts nested calls below their parent, those of one function together", async () => {
    const { text } = await explain("mutation", "parent");
    assert.equal(
      text,
      `00:00:00 [messages:parent] mutation took N ms, read 102 documents (9.09 KiB), wrote 1 document (78 B)
    ran N ms, committed in N ms
    > messages:liked: 2 query calls, N ms
        messages.by_creation_time [all] asc: scanned 50, returned 1 (4.47 KiB)
        messages.by_creation_time [all] asc: scanned 50, returned 39 (4.47 KiB)
    > messages:increment: mutation, N ms
        counters.by_creation_time [all] asc: scanned 1, returned 1 (78 B)
        counters.by_id [_id == "ID"] asc: scanned 1, returned 1 (78 B)
        counters: wrote 1 document (78 B)
`,
    );
  });

  it("names each attempt with what it lost against", async () => {
    app.events.length = 0;
    const [id] = await Promise.all([0, 1].map(() => app.value("mutation", "messages:increment")));
    await settled();
    const { text, explanations } = told();
    const retried = explanations.find(({ attempts }) => attempts.length > 1);
    assert.deepEqual(retried?.attempts[0]?.commit?.conflict, {
      cause: "document",
      table: "counters",
      documentId: id,
      source: "messages.js:increment",
    });
    assert.match(
      text,
      /wrote 1 document \(78 B\), 2 attempts\n {4}attempt 1: ran N ms, conflict after N ms: another call of it wrote document ID of counters\n {4}attempt 2: waited N ms, ran N ms, committed in N ms\n/,
    );
  });

  it("says whose write it was", async () => {
    app.events.length = 0;
    await Promise.all([
      app.value("mutation", "messages:parent"),
      app.value("mutation", "messages:increment"),
    ]);
    await settled();
    assert.match(told().text, /conflict after N ms: messages:parent wrote document ID of counters\n/);
  });

  it("is there for a function that fails", async () => {
    const { text } = await explain("query", "fails");
    assert.match(text, /\[messages:fails\] query took N ms, read 1 document /);
  });

  it("is there for each transaction of an action, under the action's name", async () => {
    const { text } = await explain("action", "act");
    assert.match(text, /^00:00:00 \[messages:act > messages:liked\] query took N ms, read 50 documents/);
    assert.match(text, /\n00:00:00 \[messages:act > messages:increment\] mutation took N ms/);
  });

  it("is there for each transaction of an HTTP action, under its route", async () => {
    app.events.length = 0;
    await app.http("GET", "/liked");
    await settled();
    assert.match(
      told().text,
      /^00:00:00 \[GET \/liked > messages:liked\] query took N ms, read 50 documents/,
    );
  });

  it("is none for a function that is not there", async () => {
    assert.equal((await explain("query", "absent")).text, "");
  });
});

it("nothing is explained where nobody asked", async () => {
  await using app = await InThreadApp.start(FILES);
  await app.value("mutation", "messages:fill");
  assert.deepEqual([...new Set(app.events.map(({ type }) => type))], ["end"]);
});

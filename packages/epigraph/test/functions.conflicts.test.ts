import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { patchDocument } from "../src/database/documents/write-document.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FUNCTIONS = `import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, mutation } from "./_generated/server";

export const add = mutation({ args: {}, handler: (ctx) => ctx.db.insert("counters" as never, { n: 0 } as never) });

export const increment = mutation({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const db = ctx.db as any;
    console.log("before", (await db.get(id)).n);
    await db.patch(id, { n: (await db.get(id)).n + 1 });
  },
});

export const look = internalMutation({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const db = ctx.db as any;
    await db.insert("log", { n: -1 });
    throw new Error("saw " + (await db.get(id)).n);
  },
});

/** Of the counter it has no reads but those of its failed child. */
export const logOfFailed = mutation({
  args: { id: v.string() },
  handler: async (ctx, { id }): Promise<number> => {
    try {
      await ctx.runMutation(internal.counters.look, { id });
    } catch (error) {
      const n = Number(/saw (\\d+)/.exec((error as Error).message)![1]);
      await ctx.db.insert("log" as never, { n } as never);
      return n;
    }
    return -2;
  },
});
`;

describe("a mutation that conflicts", async () => {
  const app = await InThreadApp.start({ "convex/counters.ts": FUNCTIONS }, { explain: true });
  after(() => app[Symbol.asyncDispose]());
  const id = (await app.value("mutation", "counters:add")) as string;
  const submit = app.committer.submit.bind(app.committer);

  /** Has somebody else write the document in front of so many of the commits of the mutation. */
  const interfere = (times: number, source = "counters.js:increment"): void => {
    let left = times;
    app.committer.submit = (request, done) => {
      if (request.source !== source || left === 0) return submit(request, done);
      left--;
      const n = 100 * (times - left);
      void app.database
        .write("other.js:writer", (transaction) =>
          patchDocument(transaction, transaction.catalogue.namespace(""), id, undefined, { n }),
        )
        .then(() => submit(request, done));
    };
  };
  const attempts = (): number =>
    app.events.flatMap((event) => (event.type === "explained" ? event.explanation.attempts : [])).length;

  it("is told so after its fifth attempt, by whose write it lost", { timeout: 20_000 }, async () => {
    interfere(5);
    app.events.length = 0;
    await assert.rejects(app.call("mutation", "counters:increment", { id }), {
      code: "OptimisticConcurrencyControlFailure",
      message: `Documents read from or written to the "counters" table changed while this mutation was being run and on every subsequent retry. A call to "other.js:writer" changed the document with ID "${id}". See https://docs.convex.dev/error#1`,
    });
    assert.equal(attempts(), 5);
  });

  it("passes in its fifth attempt, whose lines alone are kept", { timeout: 20_000 }, async () => {
    interfere(4);
    const outcome = await app.call("mutation", "counters:increment", { id });
    assert.deepEqual([outcome.status, outcome.logLines], ["success", ["[LOG] 'before' 400"]]);
  });

  it("may have read what changed only in a nested mutation that failed", async () => {
    assert.equal(await app.value("mutation", "counters:logOfFailed", { id }), 401);
    interfere(1, "counters.js:logOfFailed");
    // Its first attempt saw 401 as well.
    assert.equal(await app.value("mutation", "counters:logOfFailed", { id }), 100);
  });
});

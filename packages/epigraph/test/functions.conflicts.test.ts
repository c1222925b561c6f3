import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { patchDocument } from "../src/database/documents/write-document.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FUNCTIONS = `import { v } from "convex/values";
import { mutation } from "./_generated/server";

export const add = mutation({ args: {}, handler: (ctx) => ctx.db.insert("counters" as never, { n: 0 } as never) });

export const increment = mutation({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const db = ctx.db as any;
    console.log("before", (await db.get(id)).n);
    await db.patch(id, { n: (await db.get(id)).n + 1 });
  },
});
`;

describe("a mutation that conflicts", async () => {
  const app = await InThreadApp.start({ "convex/counters.ts": FUNCTIONS }, { explain: true });
  after(() => app[Symbol.asyncDispose]());
  const id = (await app.value("mutation", "counters:add")) as string;
  const submit = app.committer.submit.bind(app.committer);

  /** Has somebody else write the document in front of so many of the commits of the mutation. */
  const interfere = (times: number): void => {
    let left = times;
    app.committer.submit = (request, done) => {
      if (request.source !== "counters.js:increment" || left === 0) return submit(request, done);
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
});

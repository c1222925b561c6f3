import assert from "node:assert/strict";
import { after, afterEach, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

const app = await startApp({ copyOf: fixture("functions") });
after(() => app.stop());

const functions = new FunctionCaller(app);

// Whatever a function did, the next one is served.
afterEach(async () => assert.equal(await functions.query("limits:fine"), "fine"));

describe("a function that never ends", () => {
  const timeout = /^Function execution timed out \(maximum duration: 1s\)/;

  it("is stopped after a second", async () => {
    const startedMs = performance.now();
    assert.match(await functions.errorOf("query", "limits:forever"), timeout);
    const elapsedMs = performance.now() - startedMs;
    assert.ok(elapsedMs > 900 && elapsedMs < 5000, `${elapsedMs} ms`);
  });

  it("ends the one that called it, catch or no catch", async () =>
    assert.match(await functions.errorOf("query", "limits:catchesForever"), timeout));
});

describe("a function that is out of bounds", () => {
  it("of memory is stopped", { timeout: 30_000 }, async () =>
    assert.match(
      await functions.errorOf("query", "limits:hoards"),
      /^JavaScript execution ran out of memory \(maximum memory usage: 64 MB\)/,
    ),
  );

  it("of the stack gets the language's own error", async () =>
    assert.match(
      await functions.errorOf("query", "limits:recurses"),
      /^Uncaught RangeError: Maximum call stack size exceeded/,
    ));
});

describe("a transaction", () => {
  it("writes 16000 documents at most", { timeout: 30_000 }, async () =>
    assert.match(
      await functions.errorOf("mutation", "limits:writes", { count: 16_001 }),
      /Too many writes in a single function execution \(limit: 16000\)/,
    ),
  );

  it("reads 4096 ranges at most, and can catch it", { timeout: 30_000 }, async () =>
    assert.equal(
      await functions.query("limits:points", { count: 4097 }),
      `Too many reads in a single function execution (limit: 4096). ${ADVICE}`,
    ),
  );

  it("reads one document as often as it likes", async () => {
    const id = await functions.mutation("database:addPost");
    assert.equal(await functions.query("limits:getsOfOneId", { id, count: 5000 }), "done");
  });

  it("stores documents of 1 MiB at most", async () => {
    assert.equal(await functions.mutation("limits:largeDocument", { length: 1_000_000 }), "stored");
    assert.match(
      String(await functions.mutation("limits:largeDocument", { length: 1_100_000 })),
      /^Value is too large \(.+ > maximum size 1 MiB\)/,
    );
  });

  it("can ask what it has used", async () => {
    const metrics = (await functions.query("limits:metrics")) as Record<
      string,
      { used: number; remaining: number }
    >;
    assert.equal(metrics["documentsRead"]?.used, 1);
    assert.equal(metrics["documentsRead"]?.remaining, 31_999);
  });

  it("is not what an action is: it can't ask", async () =>
    assert.match(String(await functions.action("limits:metricsInAction")), /^Unknown async operation/));
});

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller, postApi } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("functions") });
after(() => app.stop());

const functions = new FunctionCaller(app);

async function names(): Promise<readonly string[]> {
  return (await functions.query("nesting:names")) as string[];
}

describe("a nested mutation that throws", () => {
  it("is rolled back, and the parent that catches keeps its own writes", async () => {
    const message = await functions.mutation("nesting:parentCatches");
    assert.match(String(message), /Uncaught Error: no\n {4}at .*\.\.\/convex\/nesting\.ts:\d+:\d+/);
    const seen = await names();
    assert.ok(seen.includes("parent") && !seen.includes("child"), `${seen}`);
  });

  it("takes a parent that does not catch with it", async () => {
    assert.match(await functions.errorOf("mutation", "nesting:parentThrows"), /Uncaught Error: no/);
    const seen = await names();
    assert.ok(!seen.some((name) => name.startsWith("of ")), `${seen}`);
  });

  it("keeps the data of a ConvexError", async () =>
    assert.equal(await functions.mutation("nesting:catchesData"), "7"));

  it("tells the parent when its arguments are wrong", async () =>
    assert.match(
      String(await functions.mutation("nesting:wrongArguments")),
      /ArgumentValidationError: Value does not match validator\.\nPath: \.name/,
    ));
});

describe("a nested query", () => {
  it("sees what its parent has written, unless it asks for the state before", async () => {
    const { json } = await postApi(app, "/api/mutation", { path: "nesting:seesParentsWrites", args: {} });
    assert.deepEqual(json["errorData"], [true, false]);
  });

  it("has no state before in a query", async () =>
    assert.match(
      await functions.errorOf("query", "nesting:staleInQuery"),
      /`useStaleSnapshot` is only supported in mutations, not queries\./,
    ));

  it("can be 8 deep, not deeper", async () => {
    assert.equal(await functions.query("nesting:depth", { depth: 6 }), 6);
    assert.match(
      await functions.errorOf("query", "nesting:depth", { depth: 20 }),
      /Cross component call depth limit exceeded\. Do you have an infinite loop in your app\?/,
    );
  });

  it("can't write, even past the SDK", async () =>
    assert.equal(
      await functions.query("nesting:rawMutation"),
      "Cannot call a Mutation function from a Query function",
    ));
});

describe("calls of an action", () => {
  it("are transactions of their own, each on what is newest", async () =>
    assert.equal(await functions.action("nesting:fromAction"), 1));

  it("have no metrics to ask for: the SDK turns this answer into a text of its own", async () =>
    assert.equal(
      await functions.action("nesting:metricsInAction"),
      "Unknown async operation 1.0/getTransactionMetrics",
    ));
});

describe("mutations that conflict", () => {
  /** As a client does it that wants its write: a mutation which lost every one of its attempts is sent again. */
  const increment = async (): Promise<void> => {
    const { status, json } = await postApi(app, "/api/mutation", { path: "nesting:increment", args: {} });
    if (status === 503 && json["code"] === "OptimisticConcurrencyControlFailure") return increment();
    assert.deepEqual([status, json], [200, { status: "success", value: null }]);
  };

  it("count once each: 64 increments of one counter at once", { timeout: 20_000 }, async () => {
    const before = (await functions.query("nesting:counted")) as number;
    await Promise.all(Array.from({ length: 64 }, increment));
    assert.equal(await functions.query("nesting:counted"), before + 64);
  });

  it("count once each: 100 increments of each of two clients", { timeout: 20_000 }, async () => {
    const before = (await functions.query("nesting:counted")) as number;
    const client = async (): Promise<void> => {
      for (let i = 0; i < 100; i++) await increment();
    };
    await Promise.all([client(), client()]);
    assert.equal(await functions.query("nesting:counted"), before + 200);
  });
});

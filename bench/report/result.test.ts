import assert from "node:assert/strict";
import { test } from "node:test";
import { type BenchResult, findProblems, type RowCheck } from "./result.ts";
import { sampleResult } from "./sample-result.ts";

function withRows(row: Omit<RowCheck, "server">): BenchResult {
  const result = sampleResult();
  return { ...result, rates: { ...result.rates!, rows: [{ server: "hono", ...row }] } };
}

test("a result without failures and with the right rows has no problems", () => {
  assert.deepEqual(findProblems(sampleResult()), []);
});

test("a missing acknowledged insert is a problem, and so is one more than can be", () => {
  const acknowledged = 100;
  const uncertain = 5;
  for (const found of [100, 105]) {
    assert.deepEqual(findProblems(withRows({ acknowledged, uncertain, found })), []);
  }
  for (const found of [99, 106]) {
    assert.deepEqual(findProblems(withRows({ acknowledged, uncertain, found })), [
      `hono holds ${found} messages: 100 were acknowledged and at most 5 more may be there.`,
    ]);
  }
});

test("the counter is held to what was acknowledged", () => {
  const result = sampleResult();
  const counter = { ...result.counter!, acknowledged: 100, uncertain: 5 };
  assert.deepEqual(findProblems({ ...result, counter: { ...counter, found: 105 } }), []);
  assert.deepEqual(findProblems({ ...result, counter: { ...counter, found: 99 } }), [
    "The counter stands at 99: 100 increments were acknowledged and at most 5 more may count.",
  ]);
});

test("failed requests are problems in every part", () => {
  const result = sampleResult();
  const failing: BenchResult = {
    ...result,
    memory: [{ ...result.memory![0]!, failed: 1 }],
    rates: { rows: [], measurements: [{ ...result.rates!.measurements[0]!, failed: 2 }] },
    soak: { ...result.soak!, failed: 3 },
  };
  assert.deepEqual(findProblems(failing), [
    "epigraph failed to answer 1 requests with success.",
    "In round 1 of constant at 1 connections epigraph failed to answer 2 requests with success.",
    "In the soak epigraph failed to answer 3 requests with success.",
  ]);
});

test("an import that lost documents is a problem", () => {
  const result = sampleResult();
  assert.deepEqual(findProblems({ ...result, import: { ...result.import!, imported: 499_999 } }), [
    "Of 500000 documents 499999 were imported.",
  ]);
});

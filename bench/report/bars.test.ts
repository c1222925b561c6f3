import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "./bars.ts";
import type { BenchResult } from "./result.ts";
import { sampleResult } from "./sample-result.ts";

/** The sample with other numbers of requests in what Epigraph does at 64 connections. */
function withFactors(factors: Readonly<Record<string, number>>): BenchResult {
  const result = sampleResult();
  const measurements = result.rates!.measurements.map((measurement) => {
    const { server, workload, connections, answered } = measurement;
    const factor = server === "epigraph" && connections === 64 ? (factors[workload] ?? 1) : 1;
    return { ...measurement, answered: answered * factor };
  });
  return { ...result, rates: { ...result.rates!, measurements } };
}

function verdicts(result: BenchResult): Readonly<Record<string, boolean>> {
  return Object.fromEntries(judge(result).map(({ text, holds }) => [text, holds]));
}

const INSERT_HONO = "POST one durable insert: at least 2× Hono + better-sqlite3";
const INSERT_WORKERD = "POST one durable insert: at least 3× workerd + Durable Object";
const READ_HONO = "GET one indexed read of 10 documents: at least 0.4× Hono + better-sqlite3";
const READ_WORKERD = "GET one indexed read of 10 documents: at least 1.2× workerd + Durable Object";
const CONSTANT_WORKERD = "GET without database: at least 0.6× workerd + Durable Object";

test("ratios are judged at 64 connections, and reaching a bar is enough", () => {
  const just = verdicts(withFactors({ insert: 3, read: 1.2, constant: 0.6 }));
  for (const bar of [INSERT_HONO, INSERT_WORKERD, READ_HONO, READ_WORKERD, CONSTANT_WORKERD]) {
    assert.equal(just[bar], true, bar);
  }
  const below = verdicts(withFactors({ insert: 1.99, read: 0.39, constant: 0.59 }));
  for (const bar of [INSERT_HONO, INSERT_WORKERD, READ_HONO, READ_WORKERD, CONSTANT_WORKERD]) {
    assert.equal(below[bar], false, bar);
  }
});

test("start, memory and write-ahead log are judged by their limits", () => {
  const result = sampleResult();
  assert.deepEqual(
    judge(result)
      .slice(5, 11)
      .map(({ measured, holds }) => `${measured}: ${holds}`),
    ["2.00 ms: true", "1000 ms: true", "100 MB: true", "200 MB: true", "+33 %: false", "20 MB: true"],
  );
  const large: BenchResult = {
    ...result,
    start: { firstMs: 100, warmMs: [2000] },
    memory: result.memory!.map((reading) => ({ ...reading, bytes: 300_000_000 })),
    soak: { ...result.soak!, largestWalBytes: 64_000_000 },
  };
  assert.deepEqual(
    judge(large)
      .slice(6, 11)
      .map(({ measured, holds }) => `${measured}: ${holds}`),
    ["2000 ms: false", "300 MB: false", "300 MB: false", "+0 %: true", "64 MB: false"],
  );
});

test("what was not measured is not judged", () => {
  const nothing: Partial<BenchResult> = { start: null, memory: [], rates: null, soak: null };
  const noDatabase = {
    growth: null,
    writers: null,
    counter: null,
    commits: null,
    large: null,
    drain: null,
    inspector: null,
  };
  assert.deepEqual(judge({ ...sampleResult(), ...nothing, ...noDatabase }), []);
});

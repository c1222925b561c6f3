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

const OF_PROCESSES =
  /^(epigraph dev|First call|Memory of|… under 300 MB|… within 10 %|Write-ahead log: under 64 MB in 30 s)/;

test("start, memory and write-ahead log are judged by their limits", () => {
  const result = sampleResult();
  assert.deepEqual(
    judge(result)
      .filter(({ text }) => OF_PROCESSES.test(text))
      .map(({ measured, holds }) => `${measured}: ${holds}`),
    ["1000 ms: true", "90 ms: true", "100 MB: true", "200 MB: true", "+33 %: false", "20 MB: true"],
  );
  const large: BenchResult = {
    ...result,
    start: { firstMs: 100, warmMs: [2000], coldCallMs: [150] },
    memory: result.memory!.map((reading) => ({ ...reading, bytes: 300_000_000 })),
    soak: { ...result.soak!, largestWalBytes: 64_000_000 },
  };
  assert.deepEqual(
    judge(large)
      .filter(({ text }) => OF_PROCESSES.test(text))
      .map(({ measured, holds }) => `${measured}: ${holds}`),
    ["2000 ms: false", "150 ms: false", "300 MB: false", "300 MB: false", "+0 %: true", "64 MB: false"],
  );
});

test("live queries and streams are judged by their limits", () => {
  const result = sampleResult();
  const OF_SERVICES = /subscribers|first result|idle sockets|queries each|does not touch|open streams/;
  const judged = (given: BenchResult): readonly string[] =>
    judge(given)
      .filter(({ text }) => OF_SERVICES.test(text))
      .map(({ measured, holds }) => `${measured}: ${holds}`);
  assert.deepEqual(judged(result), [
    ...["2.00 ms: true", "1.00 ms: true", "500 MB: true", "0.50: true"],
    ...["2.00×: false", "290 MB: true"],
  ]);
  const slow = { p50: 151, p99: 151, max: 151 };
  const { realtime, streams } = result;
  const beyond: BenchResult = {
    ...result,
    streams: { ...streams!, memory: 300_000_000 },
    realtime: {
      fanOut: [{ subscribers: 1000, each: slow, all: slow }],
      first: { connected: slow, fromNothing: slow },
      idle: { ...realtime!.idle, bytes: 600_000_000 },
      spread: { ...realtime!.spread, processors: 1 },
      untouched: [
        { subscriptions: 0, commit: { ...slow, p50: 1 } },
        { subscriptions: 100_000, commit: { ...slow, p50: 1.5 } },
      ],
    },
  };
  assert.deepEqual(judged(beyond), [
    ...["151.0 ms: false", "151.0 ms: false", "600 MB: false", "1.00: false"],
    ...["1.50×: true", "300 MB: false"],
  ]);
});

test("p99 is judged beside p50 where there is no queue to speak of", () => {
  const result = sampleResult();
  const measurements = result.rates!.measurements.map((each) => ({ ...each, p99Ms: 4 * each.p50Ms }));
  const tails = (given: BenchResult): readonly boolean[] =>
    judge(given).flatMap(({ text, holds }) => (text.includes("4× p50 at 16 connections") ? [holds] : []));
  assert.deepEqual(tails(result), [true, true, true, true]);
  const long: BenchResult = { ...result, rates: { ...result.rates!, measurements } };
  assert.deepEqual(tails(long), [false, false, false, false]);
});

test("what was not measured is not judged", () => {
  const nothing: Partial<BenchResult> = { start: null, memory: [], rates: null, soak: null };
  const noDatabase = { growth: null, writers: null, counter: null, commits: null, large: null };
  const noServices = {
    drain: null,
    import: null,
    upload: null,
    streams: null,
    inspector: null,
    realtime: null,
  };
  assert.deepEqual(judge({ ...sampleResult(), ...nothing, ...noDatabase, ...noServices }), []);
});

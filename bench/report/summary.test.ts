import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleMeasurement } from "./sample-result.ts";
import { summarize } from "./summary.ts";

test("a ratio compares measurements of the same round, not the medians", () => {
  // The machine was ten times as fast in the second round: within each round Epigraph answers a half, or twice as many.
  const answered = { epigraph: [100, 4000, 200], hono: [200, 2000, 100] } as const;
  const rows = summarize(
    [0, 1, 2].flatMap((round) =>
      (["epigraph", "hono"] as const).map((server) => ({
        ...sampleMeasurement(),
        round,
        server,
        answered: answered[server][round]!,
        seconds: 1,
      })),
    ),
  );
  assert.deepEqual(
    rows.map(({ server, ratio, requestsPerSecond }) => ({ server, ratio, median: requestsPerSecond.median })),
    [
      { server: "epigraph", ratio: null, median: 200 },
      { server: "hono", ratio: { median: 2, min: 0.5, max: 2 }, median: 200 },
    ],
  );
});

test("rows keep workloads and numbers of connections apart", () => {
  const one = { ...sampleMeasurement(), connections: 1, p99Ms: 1 };
  const many = { ...sampleMeasurement(), connections: 64, p99Ms: 9 };
  const other = { ...sampleMeasurement(), workload: "insert", p99Ms: 5 } as const;
  const rows = summarize([one, many, other]);
  assert.deepEqual(
    rows.map(({ workload, connections, p99Ms }) => [workload, connections, p99Ms.median]),
    [
      ["read", 1, 1],
      ["read", 64, 9],
      ["insert", 64, 5],
    ],
  );
});

test("a peer's round without Epigraph is an error, not a gap", () => {
  assert.throws(() => summarize([{ ...sampleMeasurement(), server: "hono" }]), /no measurement of Epigraph/);
});

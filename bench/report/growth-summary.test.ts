import assert from "node:assert/strict";
import { test } from "node:test";
import type { GrowthResult } from "./growth-result.ts";
import { pagesPerTenfold, summarizeGrowth } from "./growth-summary.ts";

const GROWTH: GrowthResult = {
  sizes: [1000, 100_000].map((records) => ({ records, bytes: 1, seconds: 1 })),
  starts: [],
  measurements: [
    { round: 1, records: 1000, what: "point", microseconds: 10 },
    { round: 1, records: 100_000, what: "point", microseconds: 20 },
    // The machine was ten times as slow.
    { round: 2, records: 1000, what: "point", microseconds: 100 },
    { round: 2, records: 100_000, what: "point", microseconds: 300 },
  ],
  pages: [
    { records: 1000, what: "point", pages: 6 },
    { records: 100_000, what: "point", pages: 9 },
  ],
};

test("growth compares measurements of the same round", () => {
  assert.deepEqual(
    summarizeGrowth(GROWTH).map(({ records, ratio }) => ({ records, ratio })),
    [
      { records: 1000, ratio: { median: 1, min: 1, max: 1 } },
      { records: 100_000, ratio: { median: 2.5, min: 2, max: 3 } },
    ],
  );
});

test("a round without the smallest size is an error, not a gap", () => {
  const measurements = GROWTH.measurements.slice(1);
  assert.throws(() => summarizeGrowth({ ...GROWTH, measurements }), /lacks the smallest size/);
});

test("pages are counted for each tenfold growth, where they were counted at all", () => {
  assert.equal(pagesPerTenfold(GROWTH, "point"), 1.5);
  assert.equal(pagesPerTenfold(GROWTH, "scattered"), null);
});

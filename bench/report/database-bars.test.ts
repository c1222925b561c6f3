import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeDatabase } from "./database-bars.ts";
import type { GrowthMetric } from "./growth-result.ts";
import type { BenchResult } from "./result.ts";
import { sampleResult } from "./sample-result.ts";

function verdicts(result: BenchResult): readonly boolean[] {
  return judgeDatabase(result).map(({ holds }) => holds);
}

/** The sample, in which the largest size costs so many times as much as the smallest. */
function withGrowth(factors: Readonly<Record<GrowthMetric, number>>): BenchResult {
  const result = sampleResult();
  const growth = result.growth!;
  const measurements = growth.measurements.map((measurement) => {
    const { records, what, microseconds } = measurement;
    return { ...measurement, microseconds: records === 1000 ? microseconds : microseconds * factors[what] };
  });
  return { ...result, growth: { ...growth, measurements } };
}

test("the sample reaches every bar of the database", () => {
  const bars = judgeDatabase(sampleResult());
  assert.deepEqual(
    bars.filter(({ holds }) => !holds),
    [],
  );
  assert.equal(bars.length, 21);
});

test("each metric may grow by its own factor, and by no more", () => {
  const just = { point: 3.5, inOrder: 1.5, scattered: 8, insert: 2, httpPoint: 1.5, httpInOrder: 1.5 };
  assert.deepEqual(verdicts(withGrowth(just)).slice(0, 6), new Array(6).fill(true));
  const above = { point: 3.6, inOrder: 1.6, scattered: 8.1, insert: 2.1, httpPoint: 1.6, httpInOrder: 1.6 };
  assert.deepEqual(verdicts(withGrowth(above)).slice(0, 6), new Array(6).fill(false));
});

test("what is measured at one size only has no growth to judge", () => {
  const result = sampleResult();
  const growth = { ...result.growth!, sizes: result.growth!.sizes.slice(0, 1) };
  const texts = judgeDatabase({ ...result, growth }).map(({ text }) => text);
  assert.match(texts[0]!, /^Start with 1,000 documents/);
});

test("pages, start and memory of the largest size are judged", () => {
  const result = sampleResult();
  const growth = result.growth!;
  const failing: BenchResult = {
    ...result,
    growth: {
      ...growth,
      starts: [
        { records: 1000, readyMs: 100, bytes: 100_000_000 },
        { records: 5_000_000, readyMs: 2000, bytes: 121_000_000 },
      ],
      pages: [
        { records: 1000, what: "point", pages: 6 },
        { records: 5_000_000, what: "point", pages: 14 },
      ],
    },
  };
  assert.deepEqual(
    judgeDatabase(failing)
      .slice(6, 9)
      .map(({ measured, holds }) => `${measured}: ${holds}`),
    ["2.2: false", "2,000 ms: false", "121 MB beside 100 MB: false"],
  );
});

test("commits, counter, large transactions and imports are judged by their limits", () => {
  const result = sampleResult();
  const failing: BenchResult = {
    ...result,
    writers: {
      ...result.writers!,
      loneCommitMs: 1.26,
      syncs: { groups: 30, logSyncs: 32 },
      slowCommitsPerGroup: 19.9,
    },
    counter: { ...result.counter!, rounds: [{ one: 1000, many: 499, manyP99Ms: 1 }] },
    commits: { ...result.commits!, p999Ms: 25.1, checkpointP99Ms: 10.1, largestWalBytes: 64_000_000 },
    large: { ...result.large!, readMs: [15], insertMs: [120], encounters: [{ otherMs: 94, largeMs: 90 }] },
    import: { ...result.import!, seconds: 20.1, besideMs: [9.1] },
  };
  assert.deepEqual(verdicts(failing).slice(9), new Array(12).fill(false));
});

test("a rate that was not kept up, and an increment that was refused, fail their bars", () => {
  const result = sampleResult();
  const bars = judgeDatabase({
    ...result,
    counter: { ...result.counter!, failed: 1 },
    commits: { ...result.commits!, perSecond: 4800 },
  });
  assert.deepEqual(
    bars.filter(({ holds }) => !holds).map(({ measured }) => measured),
    ["0.80 (0.80–0.80)×, 1 refused", "20.0 ms at 4,800 a second"],
  );
});

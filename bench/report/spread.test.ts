import assert from "node:assert/strict";
import { test } from "node:test";
import { percentileOf, spreadOf } from "./spread.ts";

test("the median of an odd number of values is the middle one, whatever their order", () => {
  assert.deepEqual(spreadOf([30, 1, 2]), { median: 2, min: 1, max: 30 });
});

test("the median of an even number of values lies between the middle two", () => {
  assert.deepEqual(spreadOf([4, 1, 100, 2]), { median: 3, min: 1, max: 100 });
});

test("a percentile is the value that this share does not exceed", () => {
  const values = Array.from({ length: 1000 }, (_, index) => 1000 - index);
  assert.deepEqual(
    [50, 99, 99.9, 100].map((percent) => percentileOf(values, percent)),
    [500, 990, 999, 1000],
  );
  assert.equal(percentileOf([7], 99), 7);
});

test("nothing has no median and no percentile", () => {
  assert.throws(() => spreadOf([]), /no values/);
  assert.throws(() => percentileOf([], 99), /no values/);
});

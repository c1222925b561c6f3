import assert from "node:assert/strict";
import { test } from "node:test";
import { spreadOf } from "./spread.ts";

test("the median of an odd number of values is the middle one, whatever their order", () => {
  assert.deepEqual(spreadOf([30, 1, 2]), { median: 2, min: 1, max: 30 });
});

test("the median of an even number of values lies between the middle two", () => {
  assert.deepEqual(spreadOf([4, 1, 100, 2]), { median: 3, min: 1, max: 100 });
});

test("nothing has no median", () => {
  assert.throws(() => spreadOf([]), /no values/);
});

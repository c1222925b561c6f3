import assert from "node:assert/strict";
import { test } from "node:test";
import { toCleanJson, toCleanJsonString } from "./clean-json.ts";
import { COMMIT_TS } from "./commit-ts.ts";
import { toExportJsonString } from "./export-json.ts";
import type { Value } from "./value.ts";

const bytes = new Uint8Array([1, 2]).buffer;

test("clean JSON turns int64, bytes and special floats into strings", () => {
  assert.equal(toCleanJsonString({ i: 5n, b: bytes, n: Number.NaN }), '{"b":"AQI=","i":"5","n":"NaN"}');
  assert.deepEqual(toCleanJson([Infinity, -Infinity, -5n, 1.5, null, true, "x"]), [
    "Infinity",
    "-Infinity",
    "-5",
    1.5,
    null,
    true,
    "x",
  ]);
});

test("negative zero stays a negative zero in clean JSON", () => {
  assert.equal(toCleanJsonString([-0, 0]), "[-0.0,0]");
  assert.deepEqual(toCleanJson(-0), -0);
});

for (const [value, text] of [
  [33, "33.0"],
  [33n, "33"],
  [-0, "-0.0"],
  [1.5, "1.5"],
  [1e21, "1e+21"],
  [1e-7, "1e-7"],
  [2 ** 53, "9007199254740992.0"],
  [Number.NaN, '{"$float":"AAAAAAAA+H8="}'],
  [Number.POSITIVE_INFINITY, '{"$float":"AAAAAAAA8H8="}'],
  [bytes, '{"$bytes":"AQI="}'],
  [{ b: [1], a: undefined }, '{"b":[1.0]}'],
] as const satisfies readonly (readonly [Value, string])[]) {
  test(`export JSON writes ${text}`, () => assert.equal(toExportJsonString(value), text));
}

test("a placeholder for the commit timestamp cannot leave in either form", () => {
  assert.throws(() => toCleanJsonString([COMMIT_TS]), /cannot leave its mutation/);
  assert.throws(() => toExportJsonString([COMMIT_TS]), /cannot leave its mutation/);
});

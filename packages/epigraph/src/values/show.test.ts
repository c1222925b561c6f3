import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMIT_TS } from "./commit-ts.ts";
import { showValue, typeName } from "./show.ts";
import type { Value } from "./value.ts";

for (const [value, shown, type] of [
  [undefined, "undefined", "undefined"],
  [null, "null", "Null"],
  [true, "true", "Boolean"],
  [5n, "5", "Int64"],
  [5, "5.0", "Float64"],
  [0.1, "0.1", "Float64"],
  [1e21, "1e21", "Float64"],
  [1e-7, "1e-7", "Float64"],
  [-0, "-0.0", "Float64"],
  [Number.NaN, "NaN", "Float64"],
  [Number.POSITIVE_INFINITY, "inf", "Float64"],
  [Number.NEGATIVE_INFINITY, "-inf", "Float64"],
  ['a"\n', '"a\\"\\n"', "String"],
  [new Uint8Array([1, 2]).buffer, 'b"AQI="', "Bytes"],
  [[1, "a"], '[1.0, "a"]', "Array"],
  [{ b: "x", a: 1, c: undefined }, '{a: 1.0, b: "x"}', "Object"],
  [COMMIT_TS, "[unresolved commit timestamp]", "Int64"],
] as const satisfies readonly (readonly [Value | undefined, string, string])[]) {
  test(`${type} prints as ${shown}`, () => {
    assert.equal(showValue(value), shown);
    assert.equal(typeName(value), type);
  });
}

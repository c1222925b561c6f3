import assert from "node:assert/strict";
import { test } from "node:test";
import { getConvexSize, getDocumentSize } from "convex/values";
import { COMMIT_TS } from "./commit-ts.ts";
import { showValue } from "./show.ts";
import { documentSize, formatSize, valueSize } from "./size.ts";
import { randomValues } from "./testing/random-value.ts";
import type { Value } from "./value.ts";

for (const [value, bytes] of [
  [{}, 2],
  [{ a: 1 }, 13],
  ["hé", 5],
  ["😀", 6],
  [[true, 1n, null], 13],
  [COMMIT_TS, 9],
  [{ a: undefined }, 2],
] as const satisfies readonly (readonly [Value, number])[]) {
  test(`${showValue(value)} counts ${bytes} bytes`, () => assert.equal(valueSize(value), bytes));
}

test("sizes of random values and documents equal those of the npm package (seed 6)", () => {
  const random = randomValues(6);
  for (let i = 0; i < 10_000; i++) {
    const value = random.valueOrUndefined();
    assert.equal(valueSize(value), getConvexSize(value as never));
    const document = random.document();
    assert.equal(documentSize(document), getDocumentSize(document as never));
  }
});

test("system fields are counted once, by the length of the id", () => {
  assert.equal(documentSize({ name: "x" }), 71);
  assert.equal(documentSize({ name: "x" }, 31), 70);
  assert.equal(documentSize({ _id: "i".repeat(32), _creationTime: 1, name: "x" }), 71);
});

for (const [bytes, text] of [
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [1_101_005, "1.05 MiB"],
  [1_048_576, "1 MiB"],
  [16 * 1024 * 1024, "16 MiB"],
  [5 * 1024 ** 4, "5 TiB"],
] as const) {
  test(`${bytes} bytes print as ${text}`, () => assert.equal(formatSize(bytes), text));
}

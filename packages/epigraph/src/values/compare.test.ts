import assert from "node:assert/strict";
import { test } from "node:test";
import { compareValues as npmCompareValues } from "convex/values";
import { COMMIT_TS } from "./commit-ts.ts";
import { compareBytes, compareValues } from "./compare.ts";
import { encodeValueToString } from "./encoded-json.ts";
import {
  compareBytes as compareKeys,
  decodeKey,
  encodeKey,
  keyPrefixEnd,
  keySuccessor,
} from "./index-key.ts";
import { ASCENDING_VALUES } from "./testing/ascending-values.ts";
import { randomValues } from "./testing/random-value.ts";
import type { Value } from "./value.ts";

test("the ascending list is in order, by values and by keys, whichever side is asked", () => {
  for (const [i, a] of ASCENDING_VALUES.entries()) {
    for (const [j, b] of ASCENDING_VALUES.entries()) {
      assert.equal(compareValues(a, b), Math.sign(i - j), `${i} against ${j}`);
      assert.equal(
        compareKeys(encodeKey([a]), encodeKey([b])),
        Math.sign(i - j),
        `keys of ${i} against ${j}`,
      );
    }
  }
});

test("100,000 random pairs: values, keys and the npm package agree on the order (seed 3)", () => {
  const random = randomValues(3);
  let previous = random.valueOrUndefined();
  for (let i = 0; i < 100_000; i++) {
    const next = random.valueOrUndefined();
    const order = compareValues(previous, next);
    if (order !== Math.sign(npmCompareValues(previous as never, next as never))) {
      assert.fail(`npm disagrees on ${show(previous)} against ${show(next)}`);
    }
    if (order !== compareKeys(encodeKey([previous]), encodeKey([next]))) {
      assert.fail(`keys disagree on ${show(previous)} against ${show(next)}`);
    }
    previous = next;
  }
});

test("keys of random tuples keep the order of tuples and give their parts back (seed 4)", () => {
  const random = randomValues(4);
  const tuple = () => Array.from({ length: 3 }, () => random.valueOrUndefined());
  for (let i = 0; i < 30_000; i++) {
    const a = tuple();
    const b = random.below(2) === 0 ? [a[0], ...tuple().slice(1)] : tuple();
    const order = a.map((part, k) => compareValues(part, b[k])).find((o) => o !== 0) ?? 0;
    const key = encodeKey(a);
    assert.equal(compareKeys(key, encodeKey(b)), order);
    assert.deepEqual(decodeKey(key), a);
  }
});

test("parts delimit themselves", () => {
  assert.equal(compareKeys(encodeKey(["a", "b"]), encodeKey(["a\0", ""])), -1);
  assert.equal(compareKeys(encodeKey([{ "": null }]), encodeKey([{}])), 1);
  assert.equal(compareKeys(encodeKey(["a"]), encodeKey(["a", undefined])), -1);
});

test("the interval of a prefix holds exactly the tuples that start with it (seed 5)", () => {
  const random = randomValues(5);
  for (let i = 0; i < 5_000; i++) {
    const [a, b] = [random.valueOrUndefined(), random.valueOrUndefined()];
    const start = encodeKey([a]);
    const end = keyPrefixEnd(start)!;
    const key = encodeKey([b, random.value()]);
    const inside = compareKeys(start, key) <= 0 && compareKeys(key, end) < 0;
    assert.equal(inside, compareValues(a, b) === 0);
  }
});

test("the end of a prefix drops bytes that cannot grow", () => {
  assert.deepEqual(keyPrefixEnd(new Uint8Array([1, 255, 255])), new Uint8Array([2]));
  assert.equal(keyPrefixEnd(new Uint8Array([255, 255])), null);
  assert.equal(keyPrefixEnd(new Uint8Array([])), null);
});

test("the prefix given to keyPrefixEnd is left alone, also when it is a Buffer that shares its memory", () => {
  const prefix = Buffer.from([1, 2]);
  assert.deepEqual(keyPrefixEnd(prefix), new Uint8Array([1, 3]));
  assert.deepEqual(prefix, Buffer.from([1, 2]));
});

test("a successor is the next key", () => {
  const key = encodeKey(["a"]);
  assert.equal(compareBytes(key, keySuccessor(key)), -1);
  assert.equal(keySuccessor(key).length, key.length + 1);
});

test("a suffix is appended as it is", () => {
  assert.deepEqual(encodeKey([null], new Uint8Array([0, 1, 255])), new Uint8Array([0x18, 0, 1, 255]));
});

test("keys are independent of each other and of scratch space that grew", () => {
  const small = encodeKey(["x"]);
  const big = encodeKey(["é".repeat(600_000), "tail"]);
  assert.deepEqual(decodeKey(big), ["é".repeat(600_000), "tail"]);
  assert.deepEqual(decodeKey(small), ["x"]);
  assert.deepEqual(encodeKey(["x"]), small);
});

test("absent fields do not count, and the order in which fields were set does not matter", () => {
  assert.equal(compareValues({ a: undefined, b: 1, c: 2 }, { c: 2, b: 1 }), 0);
  assert.deepEqual(encodeKey([{ a: undefined, b: 1, c: 2 }]), encodeKey([{ c: 2, b: 1 }]));
});

test("the commit timestamp placeholder orders as the greatest int64", () => {
  assert.equal(compareValues(COMMIT_TS, 2n ** 63n - 1n), 0);
  assert.equal(compareValues(COMMIT_TS, 2n ** 63n - 2n), 1);
  assert.equal(compareValues(COMMIT_TS, 0), -1);
  assert.deepEqual(encodeKey([COMMIT_TS]), encodeKey([2n ** 63n - 1n]));
});

test("every NaN is the same value", () => {
  const negative = new DataView(new Uint8Array([255, 248, 0, 0, 0, 0, 0, 1]).buffer).getFloat64(0);
  assert.equal(compareValues(negative, Number.NaN), 0);
  assert.deepEqual(encodeKey([negative]), encodeKey([Number.NaN]));
});

test("a key that is not one is reported", () => {
  assert.throws(() => decodeKey(new Uint8Array([0x40, 0x61])), /Corrupt index key/);
  assert.throws(() => decodeKey(new Uint8Array([0x99])), /Corrupt index key: tag 153 at byte 0/);
});

function show(value: Value | undefined): string {
  return value === undefined ? "undefined" : encodeValueToString(value);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMIT_TS } from "./commit-ts.ts";
import { decodeValue, encodeValueToString } from "./encoded-json.ts";
import { commitTsOffsets, encodeKey, resolveKey } from "./index-key.ts";
import { resolveCommitTs, textHoldsCommitTs } from "./resolve-commit-ts.ts";
import { type RandomValues, randomValues } from "./testing/random-value.ts";
import type { Value } from "./value.ts";

const NS = 1_795_521_600_000_000_000n;
const ROUNDS = 2_000;

/** Puts placeholders, and strings that look like one, into a value. */
function sprinkled(value: Value, random: RandomValues): Value {
  const roll = random.below(20);
  if (roll < 3) return COMMIT_TS;
  if (roll < 5) return random.pick(LOOKALIKES);
  if (Array.isArray(value)) return value.map((element) => sprinkled(element, random));
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, sprinkled(field as Value, random)]),
  );
}

const LOOKALIKES: readonly Value[] = [
  '{"$commitTs":null}',
  '\\{"$commitTs":null}',
  '"{"$commitTs":null}',
  JSON.stringify({ a: '{"$commitTs":null}' }),
  2n ** 63n - 1n,
];

function replaced(value: Value): Value {
  if (value === COMMIT_TS) return NS;
  if (Array.isArray(value)) return value.map(replaced);
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, replaced(field as Value)]));
}

test("texts and keys get the timestamp where the placeholder is, and nowhere else", () => {
  const random = randomValues(11);
  let held = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const value = sprinkled(random.value(), random);
    const expected = replaced(value);
    const json = encodeValueToString(value);
    const holds = encodeValueToString(expected) !== json;
    if (holds) held++;
    assert.equal(textHoldsCommitTs(json), holds, json);
    assert.equal(resolveCommitTs(json, NS), encodeValueToString(expected));
    assert.deepEqual(decodeValue(JSON.parse(resolveCommitTs(json, NS))), expected);
    const parts = [value, undefined, value];
    const offsets = commitTsOffsets(parts);
    assert.equal(offsets.length > 0, holds);
    assert.deepEqual(resolveKey(encodeKey(parts), offsets, NS), encodeKey([expected, undefined, expected]));
  }
  assert.ok(held > ROUNDS / 10 && held < ROUNDS);
});

test("resolving a key leaves the one it was made from", () => {
  const key = encodeKey([COMMIT_TS]);
  resolveKey(key, commitTsOffsets([COMMIT_TS]), NS);
  assert.deepEqual(key, encodeKey([2n ** 63n - 1n]));
});

import assert from "node:assert/strict";
import { compareValues } from "../../src/values/compare.ts";
import { compareBytes, encodeKey, keyPrefixEnd } from "../../src/values/index-key.ts";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { Value } from "../../src/values/value.ts";
import type { Property } from "../support/property.ts";
import { valueJson } from "./filters.ts";
import { compare } from "./naive-values.ts";

/** Pairs for each seed. */
export const PAIRS = 1000;

/**
 * Keys of tuples order as the official package orders the tuples, part by part, however close to each other these are;
 * and the keys that start with a tuple are one interval.
 */
export const keyOrder: Property = (random, trace) => {
  for (let i = 0; i < PAIRS; i++) {
    const a = Array.from({ length: 1 + random.below(3) }, () => random.valueOrUndefined());
    // Drawn anew two tuples differ at once, and mostly in their types.
    const b =
      random.below(3) === 0 ? a.map(() => random.valueOrUndefined()) : a.map((value) => near(random, value));
    const sign = a.map((value, k) => compare(value, b[k])).find((difference) => difference !== 0) ?? 0;
    const [keyA, keyB] = [encodeKey(a), encodeKey(b)];
    const isInside = compareBytes(keyA, keyB) <= 0 && compareBytes(keyB, keyPrefixEnd(keyA)!) < 0;
    const ours = a.map((value, k) => compareValues(value, b[k])).find((difference) => difference !== 0) ?? 0;
    if (compareBytes(keyA, keyB) === sign && ours === sign && isInside === (sign === 0)) continue;
    trace(`${JSON.stringify(a.map(valueJson))} against ${JSON.stringify(b.map(valueJson))}`);
    assert.deepEqual([compareBytes(keyA, keyB), ours, isInside], [sign, sign, sign === 0]);
  }
};

/** The same value, or one that differs from it in little, somewhere inside. */
function near(random: RandomValues, value: Value | undefined): Value | undefined {
  switch (random.below(4)) {
    case 0:
      return value;
    case 1:
      return random.valueOrUndefined();
    default:
      return value === undefined ? undefined : nudge(random, value);
  }
}

function nudge(random: RandomValues, value: Value): Value {
  switch (typeof value) {
    case "bigint":
      return BigInt.asIntN(64, value + BigInt(random.below(3) - 1));
    case "number":
      // There is one NaN here, and the official package would tell this one from its negative.
      return Number.isNaN(value)
        ? value
        : random.pick([value, -value, value / 2, value + 1, Math.trunc(value)]);
    case "boolean":
      return !value;
    case "string":
      return random.pick([`${value}\0`, `${value}a`, `\x01${value}`, [...value].slice(0, -1).join("")]);
    case "object":
      return value === null ? value : nudgeInside(random, value);
    default:
      return value;
  }
}

function nudgeInside(
  random: RandomValues,
  value: Exclude<Value, null | bigint | number | boolean | string>,
): Value {
  if (value instanceof ArrayBuffer) {
    return random.below(2) === 0 ? value.slice(0, -1) : Uint8Array.from([...new Uint8Array(value), 0]).buffer;
  }
  if (Array.isArray(value)) {
    const last = value.at(-1);
    return last === undefined || random.below(3) === 0
      ? [...value, null]
      : [...value.slice(0, -1), nudge(random, last)];
  }
  const entries = Object.entries(value);
  const [name, inside] = entries.at(-1) ?? [];
  if (name === undefined || random.below(3) === 0)
    return Object.fromEntries([...entries, ["b", null]]) as Value;
  return Object.fromEntries([...entries.slice(0, -1), [name, nudge(random, inside as Value)]]) as Value;
}

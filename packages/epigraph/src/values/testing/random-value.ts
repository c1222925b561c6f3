import type { Value } from "../value.ts";
import { seededRandom } from "./seeded-random.ts";

/** Draws values for property tests; equal seeds draw equal values. */
export interface RandomValues {
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number;
  /** One of the choices. */
  pick<T>(choices: readonly T[]): T;
  /** Anything storable, at most three levels deep, small, and often close to what other draws gave. */
  value(): Value;
  /** As `value`, or now and then undefined. */
  valueOrUndefined(): Value | undefined;
  /** Anything but arrays and objects. */
  scalar(): Value;
  /** An object as apps store them: no system fields. */
  document(): { [key: string]: Value };
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

const INT64S = [0n, 1n, -1n, 255n, 256n, -256n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];
const FLOATS = [
  0,
  -0,
  1,
  -1,
  1.5,
  -1.5,
  0.1,
  1e21,
  -1e-7,
  5e-324,
  -5e-324,
  2 ** 53,
  1.7976931348623157e308,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];
/** Neighbours in some order: escapes, UTF-8 lengths, surrogates against code units above them. */
const CHARACTERS = [
  "\0",
  "\x01",
  "\x02",
  " ",
  '"',
  "\\",
  "A",
  "a",
  "b",
  "\x7f",
  "\x80",
  "é",
  "߿",
  "ࠀ",
  "\uffff",
  "😀",
  "𐀀",
];
const FIELD_NAMES = [
  "",
  "a",
  "b",
  "aa",
  "ab",
  "B",
  "10",
  "9",
  "_x",
  "name",
  "__proto__",
  "constructor",
  "a b",
  '"',
];
const BYTES = [0, 1, 2, 127, 128, 254, 255];

/** @param seed printed by the test that uses it, so that a failure can be repeated. */
export function randomValues(seed: number): RandomValues {
  return randomValuesFrom(seededRandom(seed));
}

/** @param random gives numbers in [0, 1); the smaller, the simpler what is drawn. */
export function randomValuesFrom(random: () => number): RandomValues {
  const below = (count: number): number => Math.floor(random() * count);
  const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)]!;
  const bytes = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, () => below(256));

  function int64(): bigint {
    if (below(2) === 0) return pick(INT64S);
    return new DataView(bytes(8).buffer).getBigInt64(0);
  }

  function float(): number {
    switch (below(3)) {
      case 0:
        return pick(FLOATS);
      case 1:
        return below(2000) / 10 - 100;
      default: {
        const anything = new DataView(bytes(8).buffer).getFloat64(0);
        return Number.isNaN(anything) ? Number.NaN : anything;
      }
    }
  }

  function scalar(): Value {
    switch (below(6)) {
      case 0:
        return null;
      case 1:
        return int64();
      case 2:
        return float();
      case 3:
        return below(2) === 0;
      case 4:
        return Array.from({ length: below(5) }, () => pick(CHARACTERS)).join("");
      default:
        return Uint8Array.from({ length: below(4) }, () => pick(BYTES)).buffer;
    }
  }

  function object(levels: number): { [key: string]: Value } {
    const names = Array.from({ length: below(4) }, () => pick(FIELD_NAMES));
    return Object.fromEntries(names.map((name) => [name, nested(levels)]));
  }

  function nested(levels: number): Value {
    if (levels === 0 || below(3) > 0) return scalar();
    if (below(2) === 0) return Array.from({ length: below(4) }, () => nested(levels - 1));
    return object(levels - 1);
  }

  function document(): { [key: string]: Value } {
    return Object.fromEntries(Object.entries(object(3)).filter(([name]) => !name.startsWith("_")));
  }

  return {
    below,
    pick,
    bytes,
    scalar,
    document,
    value: () => nested(3),
    valueOrUndefined: () => (below(12) === 0 ? undefined : nested(3)),
  };
}

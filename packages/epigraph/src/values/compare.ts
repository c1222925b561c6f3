import { COMMIT_TS, COMMIT_TS_ORDER } from "./commit-ts.ts";
import { compareUtf8 } from "./utf8.ts";
import { type ObjectValue, sortedFieldNames, type Value } from "./value.ts";

/**
 * The total order of values that indexes, filters, equality and literal validators share:
 * undefined < null < Int64 < Float64 < Boolean < String < Bytes < Array < Object. So every bigint is less than every
 * number, `-0` is less than `0`, NaN is greater than Infinity and equal to itself, and strings go by code point.
 */
export function compareValues(a: Value | undefined, b: Value | undefined): -1 | 0 | 1 {
  if (a === b && a !== 0) return 0;
  const rank = typeRank(a);
  const rankB = typeRank(b);
  if (rank !== rankB) return rank < rankB ? -1 : 1;
  switch (rank) {
    case 2:
      return compareInt64(
        a === COMMIT_TS ? COMMIT_TS_ORDER : (a as bigint),
        b === COMMIT_TS ? COMMIT_TS_ORDER : (b as bigint),
      );
    case 3:
      return compareFloats(a as number, b as number);
    case 4:
      return a === false ? -1 : 1;
    case 5:
      return compareUtf8(a as string, b as string);
    case 6:
      return compareBytes(new Uint8Array(a as ArrayBuffer), new Uint8Array(b as ArrayBuffer));
    case 7:
      return compareArrays(a as Value[], b as Value[]);
    default:
      return compareObjects(a as ObjectValue, b as ObjectValue);
  }
}

/** Unsigned lexicographic order, a prefix first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

function typeRank(value: Value | undefined): number {
  switch (typeof value) {
    case "undefined":
      return 0;
    case "bigint":
      return 2;
    case "number":
      return 3;
    case "boolean":
      return 4;
    case "string":
      return 5;
  }
  if (value === null) return 1;
  if (Array.isArray(value)) return 7;
  if (value instanceof ArrayBuffer) return 6;
  return value === COMMIT_TS ? 2 : 8;
}

function compareInt64(a: bigint, b: bigint): -1 | 0 | 1 {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareFloats(a: number, b: number): -1 | 0 | 1 {
  if (a < b) return -1;
  if (a > b) return 1;
  if (Object.is(a, b)) return 0;
  if (a === b) return Object.is(a, -0) ? -1 : 1;
  return Number.isNaN(a) ? 1 : -1;
}

function compareArrays(a: readonly Value[], b: readonly Value[]): -1 | 0 | 1 {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

function compareObjects(a: ObjectValue, b: ObjectValue): -1 | 0 | 1 {
  const names = sortedFieldNames(a);
  const namesB = sortedFieldNames(b);
  const common = Math.min(names.length, namesB.length);
  for (let i = 0; i < common; i++) {
    const name = names[i]!;
    const nameB = namesB[i]!;
    if (name !== nameB) return name < nameB ? -1 : 1;
    const order = compareValues(a[name], b[name]);
    if (order !== 0) return order;
  }
  return names.length === namesB.length ? 0 : names.length < namesB.length ? -1 : 1;
}

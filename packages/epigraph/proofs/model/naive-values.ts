import { compareValues as npmCompareValues } from "convex/values";
import type { ObjectValue, Value } from "../../src/values/value.ts";

/** Order of values as the official package has it: not ours. */
export function compare(a: Value | undefined, b: Value | undefined): number {
  return Math.sign(npmCompareValues(a as never, b as never));
}

export function valueAt(document: ObjectValue, path: string): Value | undefined {
  return path
    .split(".")
    .reduce<Value | undefined>(
      (value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined),
      document,
    );
}

function isObject(value: Value | undefined): value is ObjectValue {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ArrayBuffer)
  );
}

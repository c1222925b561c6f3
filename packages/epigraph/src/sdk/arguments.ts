import { isPlainObject } from "../values/value.ts";
import type { Value } from "./value-types.ts";

/**
 * Asserts that an argument was given.
 * @param position counted from 1.
 */
export function requireArgument(value: unknown, position: number, method: string, name: string): void {
  if (value === undefined) throw new TypeError(`Must provide arg ${position} \`${name}\` to \`${method}\``);
}

/** Arguments for a Convex function: none are `{}`. */
export function functionArguments(args: Record<string, Value> | undefined): Record<string, Value> {
  if (args === undefined) return {};
  if (!isPlainObject(args)) {
    throw new Error(`The arguments to a Convex function must be an object. Received: ${args}`);
  }
  return args;
}

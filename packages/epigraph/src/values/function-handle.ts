import type { Value } from "./value.ts";

/** What handles of functions begin with. */
export const HANDLE_PREFIX = "function://";

/** Whether a value looks like the handle of a function; there need not be one. */
export function isFunctionHandle(value: Value | undefined): value is string {
  return typeof value === "string" && value.startsWith(HANDLE_PREFIX);
}

import { WARN_ABOVE } from "../../database/transaction/transaction-limits.ts";
import { formatSize } from "../../values/size.ts";
import type { SystemLine } from "./log-lines.ts";
import type { TransactionTime } from "./transaction-time.ts";

/** Whether an amount is near a limit and not above it, which is an error of its own. */
function isNear(amount: number, limit: number): boolean {
  return amount > limit * WARN_ABOVE && amount <= limit;
}

/** Null while there is nothing to warn of. */
export function argumentsWarning(path: string, bytes: number, limit: number): SystemLine | null {
  if (!isNear(bytes, limit)) return null;
  return {
    code: "warning:TooLargeFunctionArguments",
    text: `Arguments for ${path} are large (actual: ${formatSize(bytes)}, limit: ${formatSize(limit)}).`,
  };
}

/** Null while there is nothing to warn of. */
export function resultWarning(path: string, bytes: number, limit: number): SystemLine | null {
  if (!isNear(bytes, limit)) return null;
  return {
    code: "warning:TooLargeFunctionResult",
    text: `Function ${path} return value is large (actual: ${formatSize(bytes)}, limit: ${formatSize(limit)}).`,
  };
}

/** Null while there is nothing to warn of. */
export function userTimeWarning({
  userMs,
  limitMs,
}: Pick<TransactionTime, "userMs" | "limitMs">): SystemLine | null {
  if (!isNear(userMs, limitMs)) return null;
  return {
    code: "warning:UserTimeout",
    text: `Function execution took a long time. (maximum duration: ${limitMs / 1000}s, actual duration: ${Math.round(userMs)}ms)`,
  };
}

import { DatabaseError } from "../../database/database-error.ts";
import { cancelFunction } from "../../database/scheduled/cancel-function.ts";
import { scheduleFunction } from "../../database/scheduled/schedule-function.ts";
import type { SyscallArguments } from "../../database/syscalls.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { addressedFunction } from "./addressed-function.ts";
import type { FunctionInfo } from "./code.ts";
import type { SystemLine } from "./log-lines.ts";

const ROOT = "";

/** Who schedules or cancels. */
export interface SchedulingCaller {
  /** The scheduled function that is behind it all, null when there is none. */
  readonly parent: string | null;
  /** Of the request that it belongs to. */
  readonly requestId: string;
  /** The scheduled function whose mutation this transaction is, null when it is none. */
  readonly own: string | null;
  /** Of the code that runs, by canonical path. */
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  readonly warn: (line: SystemLine) => void;
}

const CANCELS_ITSELF: SystemLine = {
  code: "warning:ScheduledFunctionCancelingItself",
  text: "A scheduled mutation canceling itself is deprecated: it has no effect, for its end is decided by whether it succeeds.",
};

/** Schedules a function. @param operation for messages: the name of the syscall. @returns JSON text. */
export function runSchedule(
  transaction: Transaction,
  { parent, requestId, functions }: SchedulingCaller,
  operation: string,
  args: SyscallArguments,
): string {
  const id = scheduleFunction(transaction, {
    component: ROOT,
    path: scheduledTarget(args, operation, functions),
    ts: args["ts"],
    args: args["args"],
    parent,
    requestId,
    exists: (path) => functions.has(path),
  });
  return JSON.stringify(id);
}

/** Cancels a scheduled function. @returns JSON text. */
export function runCancel(
  transaction: Transaction,
  { own, warn }: SchedulingCaller,
  args: SyscallArguments,
): string {
  const { catalogue } = transaction;
  if (!cancelFunction(transaction, catalogue.namespace(ROOT), args["id"], own)) return "null";
  if (refusesToCancelItself(catalogue.activePush(ROOT)?.udfServerVersion ?? "")) {
    throw new DatabaseError("ScheduledFunctionCancelingItself", "A mutation cannot cancel itself");
  }
  warn(CANCELS_ITSELF);
  return "null";
}

/** @param version of the package that the app was written for. */
function refusesToCancelItself(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 50);
}

function scheduledTarget(
  args: SyscallArguments,
  operation: string,
  functions: SchedulingCaller["functions"],
): string {
  const { reference } = args;
  if (typeof reference === "string" && !reference.startsWith("_reference/function/")) {
    throw new DatabaseError(
      "InvalidResource",
      `Only functions can be scheduled. ${reference} is not a reference to a function.`,
    );
  }
  return addressedFunction(args, operation, () => functions);
}

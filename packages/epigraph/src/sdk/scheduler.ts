import { ABI_VERSION } from "./abi-version.ts";
import { functionArguments, requireArgument } from "./arguments.ts";
import { convexToJson } from "./convex-json.ts";
import { getFunctionAddress } from "./function-address.ts";
import type { FunctionReference, FunctionReference_future, OptionalRestArgs } from "./functions-api.ts";
import { callHostAsync } from "./syscall.ts";
import type { GenericId, Value } from "./value-types.ts";

export type SchedulableFunctionReference = FunctionReference<"mutation" | "action", "public" | "internal">;

/** Any reference to a function that can run later. */
export type AnySchedulable =
  | SchedulableFunctionReference
  | FunctionReference_future<"mutation" | "action", "public" | "internal">;

/** From a mutation, what is scheduled exists only if the mutation commits; from an action it exists at once. */
export interface Scheduler {
  /** Runs a function once, not before `delayMs` milliseconds have passed. */
  runAfter<FuncRef extends AnySchedulable>(
    delayMs: number,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): Promise<GenericId<"_scheduled_functions">>;
  /** Runs a function once, not before a time given as date or milliseconds since the epoch. */
  runAt<FuncRef extends AnySchedulable>(
    timestamp: number | Date,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): Promise<GenericId<"_scheduled_functions">>;
  /** Cancels a function that has not run yet; one that has finished stays as it is. */
  cancel(id: GenericId<"_scheduled_functions">): Promise<void>;
}

/** `ctx.scheduler` of mutations. */
export function makeMutationScheduler(): Scheduler {
  return makeScheduler("1.0/schedule", "1.0/cancel_job", {});
}

/** `ctx.scheduler` of actions and HTTP actions. */
export function makeActionScheduler(requestId: string): Scheduler {
  return makeScheduler("1.0/actions/schedule", "1.0/actions/cancel_job", { requestId });
}

function makeScheduler(schedule: string, cancelJob: string, origin: { requestId?: string }): Scheduler {
  const runAt = async (
    timestampSeconds: number,
    reference: AnySchedulable,
    args: Record<string, Value> | undefined,
  ): Promise<GenericId<"_scheduled_functions">> =>
    callHostAsync(schedule, {
      ...origin,
      ...getFunctionAddress(reference),
      ts: timestampSeconds,
      args: convexToJson(functionArguments(args)),
      version: ABI_VERSION,
    });
  return {
    runAfter: async (delayMs, reference, args?: object) => {
      checkDelay(delayMs);
      return runAt((Date.now() + delayMs) / 1000, reference, args as Record<string, Value>);
    },
    runAt: async (timestamp, reference, args?: object) =>
      runAt(toSeconds(timestamp), reference, args as Record<string, Value>),
    cancel: async (id) => {
      requireArgument(id, 1, "cancel", "id");
      await callHostAsync(cancelJob, { ...origin, id: convexToJson(id) });
    },
  };
}

function checkDelay(delayMs: number): void {
  if (typeof delayMs !== "number") throw new Error("`delayMs` must be a number");
  if (!Number.isFinite(delayMs)) throw new Error("`delayMs` must be a finite number");
  if (delayMs < 0) throw new Error("`delayMs` must be non-negative");
}

function toSeconds(timestamp: number | Date): number {
  if (timestamp instanceof Date) return timestamp.valueOf() / 1000;
  if (typeof timestamp === "number") return timestamp / 1000;
  throw new Error("The invoke time must a Date or a timestamp");
}

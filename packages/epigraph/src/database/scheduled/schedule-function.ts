import { decodeValue } from "../../values/encoded-json.ts";
import { valueSize } from "../../values/size.ts";
import { isPlainObject, type JSONValue, type Value } from "../../values/value.ts";
import { checkArgument, DatabaseError, invalidArgument } from "../database-error.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { insertJob, ScheduledJob } from "./scheduled-job.ts";

/** What is to run, and when. */
export interface ScheduleRequest {
  /** Of the caller, `""` for the app itself. */
  readonly component: string;
  /** Canonical path of the target, `dir/file.js:fn`. */
  readonly path: string;
  /** In seconds since 1970, as the SDK says it. */
  readonly ts: unknown;
  /** Encoded JSON of the one object of arguments. */
  readonly args: JSONValue | undefined;
  /** The scheduled function that is behind the caller, null when there is none. */
  readonly parent: string | null;
  /** Of the request that the caller belongs to. */
  readonly requestId: string;
  /** Whether the code that runs has such a function. */
  readonly exists: (path: string) => boolean;
}

const HORIZON_MS = 5 * 366 * 24 * 60 * 60 * 1000;
/** Year 9999: no clock shows more. */
const MAX_TIME_MS = 253_402_300_799_999;
const OPERATION = "scheduler.runAt";

/**
 * Schedules a function: a write like any other, there once the transaction commits.
 * @returns the id of the job.
 * @throws DatabaseError or ValueError for what is wrong with the request; nothing is written then.
 */
export function scheduleFunction(transaction: Transaction, request: ScheduleRequest): string {
  const { component, path, parent, requestId } = request;
  const scheduledMs = readTime(request.ts);
  checkHorizon(scheduledMs, transaction.nowMs);
  checkTarget(transaction, request);
  const args = readArgs(request.args);
  transaction.usage.addScheduledFunction(valueSize(args));
  // A cancelled action goes on, but what it wants to have done later is not.
  const isCanceled = parent !== null && stateOf(transaction, parent) === "canceled";
  const now = transaction.nowMs;
  return insertJob(
    transaction,
    {
      name: path,
      args: [args],
      scheduledTime: scheduledMs,
      ...(isCanceled ? { state: { kind: "canceled" }, completedTime: now } : { state: { kind: "pending" } }),
    },
    {
      component,
      state: isCanceled ? "done" : "pending",
      timeMs: isCanceled ? now : Math.max(scheduledMs, now),
      attempts: 0,
      requestId,
    },
  );
}

function stateOf(transaction: Transaction, id: string): string | null {
  return ScheduledJob.load(transaction, id)?.document.state.kind ?? null;
}

function readTime(ts: unknown): number {
  if (typeof ts !== "number" || !Number.isFinite(ts)) throw invalidTime("expected a number of seconds");
  // Through seconds a whole number of milliseconds loses its last bits.
  const ms = Math.round(ts * 1e6) / 1e3;
  if (ms < 0) throw invalidTime(`${ts} is before 1970`);
  if (ms > MAX_TIME_MS) throw invalidTime(`${ts} is too large`);
  return ms;
}

function invalidTime(reason: string): DatabaseError {
  return new DatabaseError("InvalidArgument", `Invalid arguments for \`ts\`: ${reason}`);
}

function checkHorizon(scheduledMs: number, nowMs: number): void {
  const distance = scheduledMs - nowMs;
  if (Math.abs(distance) <= HORIZON_MS) return;
  const where = distance > 0 ? "future" : "past";
  throw new DatabaseError(
    "InvalidScheduledFunctionDelay",
    `${new Date(scheduledMs).toISOString()} is more than 5 years in the ${where}`,
  );
}

function checkTarget({ catalogue }: Transaction, { component, path, exists }: ScheduleRequest): void {
  if (exists(path)) return;
  const colon = path.lastIndexOf(":");
  const [module, name] = [path.slice(0, colon), path.slice(colon + 1)];
  const isModule = catalogue.activePush(component)?.modules.some((candidate) => candidate.path === module);
  throw new DatabaseError(
    "InvalidScheduledFunction",
    isModule === true
      ? `Attempted to schedule function, but no exported function ${name} found in the file: ${module}. Did you forget to export it?`
      : `Attempted to schedule function at nonexistent path: ${module}`,
  );
}

/** The document around the arguments counts: it must be a value itself. */
function readArgs(json: JSONValue | undefined): Value {
  const document = checkArgument("args", OPERATION, () => decodeValue({ args: [json ?? {}] }));
  const [args] = (document as unknown as { readonly args: readonly Value[] }).args;
  if (!isPlainObject(args)) throw invalidArgument("args", OPERATION, "Args must be an Object");
  return args as Value;
}

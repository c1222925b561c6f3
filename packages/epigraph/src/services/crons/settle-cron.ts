import type { CronDocument, CronRunDocument } from "../../database/crons/cron-documents.ts";
import { insertSystemDocument } from "../../database/transaction/system-documents.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { type CronRow, trimRuns } from "./cron-rows.ts";
import { nextStart, readCronSchedule } from "./cron-schedule.ts";

const RUNS_KEPT = 5;

/**
 * Fixes the next start of a cron whose run has ended.
 * @returns how many starts it had to skip, for the run lasted longer than the time between them.
 */
export function settleCron(transaction: Transaction, cron: CronRow): number {
  const { isExtra, isAskedAgain, isPaused, scheduledMs: was } = cron.fields;
  const { nowMs } = transaction;
  // The schedule knows nothing of a run that was asked for.
  const { scheduledMs, skipped } = isExtra
    ? { scheduledMs: was, skipped: 0 }
    : followingStart(cron.fields, nowMs);
  if (skipped > 0) recordSkipped(transaction, cron, skipped);
  trimRuns(transaction, cron.id, RUNS_KEPT);
  cron.change({
    scheduledMs,
    isExtra: false,
    isAskedAgain: false,
    attempts: 0,
    ...(isAskedAgain
      ? { state: "asked", timeMs: nowMs }
      : { state: isPaused ? "paused" : "waiting", timeMs: scheduledMs }),
  });
  return skipped;
}

function followingStart(
  { schedule: json, scheduledMs: was, offsetMs }: CronDocument,
  nowMs: number,
): { readonly scheduledMs: number; readonly skipped: number } {
  const schedule = readCronSchedule(JSON.parse(json));
  if (schedule.type === "times") {
    return { scheduledMs: nextStart(schedule, offsetMs, Math.max(was, nowMs)), skipped: 0 };
  }
  const { everyMs } = schedule;
  const next = was + everyMs;
  // Only a clock that was put back brings a start further away than that.
  if (next > nowMs + everyMs) return { scheduledMs: nowMs + everyMs, skipped: 0 };
  const skipped = next < nowMs ? Math.ceil((nowMs - next) / everyMs) : 0;
  return { scheduledMs: next + skipped * everyMs, skipped };
}

function recordSkipped(transaction: Transaction, cron: CronRow, count: number): void {
  const { name, path, args, scheduledMs } = cron.fields;
  insertSystemDocument<CronRunDocument>(transaction, "_cron_runs", {
    cron: cron.id,
    name,
    ts: scheduledMs,
    udfPath: path,
    args,
    status: { type: "canceled", num_canceled: count },
    logLines: { logLines: [], isTruncated: false },
    executionTime: 0,
  });
}

/** The first start after now, for a cron that goes on after a pause: what was missed is missed. */
export function resumeStart(cron: CronDocument, nowMs: number): number {
  const { scheduledMs, offsetMs } = cron;
  if (scheduledMs > nowMs) return scheduledMs;
  const schedule = readCronSchedule(JSON.parse(cron.schedule));
  if (schedule.type === "times") return nextStart(schedule, offsetMs, nowMs);
  return scheduledMs + (Math.floor((nowMs - scheduledMs) / schedule.everyMs) + 1) * schedule.everyMs;
}

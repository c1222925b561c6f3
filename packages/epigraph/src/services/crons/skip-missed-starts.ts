import type { Transaction } from "../../database/transaction/transaction.ts";
import { readCrons } from "./begin-cron.ts";
import { loadCron } from "./cron-rows.ts";
import { resumeStart } from "./settle-cron.ts";

/** Has every cron whose time has passed while none could run wait for its next one; runs that were asked for stay. */
export function skipMissedStarts(transaction: Transaction): void {
  const { nowMs } = transaction;
  // Collected first: what is changed would be met again further on.
  const missed: string[] = [];
  for (const { _id, timeMs } of readCrons(transaction, "waiting")) {
    if (timeMs > nowMs) break;
    missed.push(_id);
  }
  for (const id of missed) {
    const cron = loadCron(transaction, id);
    if (cron === null) continue;
    const { fields } = cron;
    const scheduledMs = resumeStart(fields, nowMs);
    cron.change({ scheduledMs, timeMs: scheduledMs, attempts: 0, revision: fields.revision + 1 });
  }
}

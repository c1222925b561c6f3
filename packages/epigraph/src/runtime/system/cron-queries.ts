import type { SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import type { CronDocument, CronRunDocument } from "../../database/crons/cron-documents.ts";
import { findSystemDocuments } from "../../database/transaction/system-documents.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import type { Value } from "../../values/value.ts";
import type { SystemQuery } from "./system-query.ts";

/**
 * The crons of the app by their names: `{name, path, args, schedule, nextRun, isPaused, isRunning, runs}`, arguments and
 * schedule as JSON text, the newest run first.
 */
export const listCrons: SystemQuery = {
  right: "ViewData",
  run: ({ transaction, component }) =>
    encodeValueToString(
      findSystemDocuments<CronDocument>(transaction, "_cron_jobs", "by_name", [component]).map((cron) => ({
        name: cron.name,
        path: cron.path,
        args: cron.args,
        schedule: cron.schedule,
        nextRun: cron.isPaused ? null : cron.scheduledMs,
        isPaused: cron.isPaused,
        isRunning: cron.state === "running",
        runs: runsOf(transaction, cron),
      })),
    ),
};

function runsOf(transaction: Transaction, { _id }: SystemFields): Value[] {
  return findSystemDocuments<CronRunDocument>(transaction, "_cron_runs", "by_cron", [_id])
    .map(({ ts, status, executionTime, logLines }): Value => {
      const error = status.type === "err" ? status.error : null;
      return { ts, status: status.type, error, executionTime, logLines: [...logLines.logLines] };
    })
    .toReversed();
}

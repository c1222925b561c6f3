import { readJobs } from "../../database/scheduled/read-jobs.ts";
import { type JobDocument, ScheduledJob } from "../../database/scheduled/scheduled-job.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import type { Value } from "../../values/value.ts";
import type { SystemQuery } from "./system-query.ts";

/** Of each state. */
const MAX_LISTED = 100;

/**
 * Scheduled functions of each state: `{pending, running, done}`, lists of `{id, path, args, scheduledTime,
 * completedTime, state}`, a hundred each at most; of those that are done the last.
 */
export const listScheduled: SystemQuery = {
  right: "ViewData",
  run: ({ transaction, component }) =>
    encodeValueToString({
      pending: jobsOf(transaction, component, "pending"),
      running: jobsOf(transaction, component, "running"),
      done: jobsOf(transaction, component, "done"),
    }),
};

function jobsOf(transaction: Transaction, component: string, state: JobDocument["state"]): Value[] {
  const listed: Value[] = [];
  for (const { id, job } of readJobs(
    transaction,
    state,
    { order: state === "done" ? "desc" : "asc" },
    MAX_LISTED,
  )) {
    if (job.component !== component) continue;
    const found = ScheduledJob.load(transaction, id);
    if (found === null) continue;
    const { name, args, scheduledTime, completedTime = null, state: seen } = found.document;
    listed.push({ id, path: name, args: [...args], scheduledTime, completedTime, state: { ...seen } });
    if (listed.length === MAX_LISTED) break;
  }
  return listed;
}

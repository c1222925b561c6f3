import type { Database } from "../../database/database.ts";
import { readJobs } from "../../database/scheduled/read-jobs.ts";
import { ScheduledJob } from "../../database/scheduled/scheduled-job.ts";

export const JOBS_KEPT_MS: number = 7 * 24 * 60 * 60 * 1000;

/** Arguments that one step reads, so that it stays short. */
const STEP_BYTES = 1024 * 1024;

/**
 * Removes jobs that have ended, the oldest first, in one short transaction.
 * @param beforeMs only those that ended before this instant.
 * @param limit how many at most.
 * @returns whether none is left.
 */
export function removeOldJobs(
  database: Database,
  { beforeMs, limit }: { readonly beforeMs: number; readonly limit: number },
): Promise<boolean> {
  return database.write("removal of old scheduled functions", (transaction) => {
    let [count, bytes] = [0, 0];
    for (const { id } of readJobs(transaction, "done", { beforeMs }, limit)) {
      if (count === limit || bytes > STEP_BYTES) return false;
      const job = ScheduledJob.load(transaction, id);
      bytes += job?.bytes ?? 0;
      job?.remove();
      count++;
    }
    return true;
  });
}

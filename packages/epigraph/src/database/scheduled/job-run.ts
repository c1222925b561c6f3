import { notWanted, type OnceLine, type OnceStart } from "../once/once.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { ScheduledJob } from "./scheduled-job.ts";

/** Begins the run of a scheduled mutation, in its own transaction: it sees itself in progress, nobody else ever does. */
export function beginJobRun<Line extends OnceLine>(transaction: Transaction, id: string): OnceStart<Line> {
  const job = ScheduledJob.load(transaction, id);
  if (job?.job.state !== "pending") return notWanted(transaction);
  job.begin();
  return {
    type: "run",
    end: (end) => {
      const state =
        end.type === "success" ? { kind: "success" as const } : { kind: "failed" as const, error: end.error };
      job.end(state, transaction.nowMs);
      return true;
    },
  };
}

import type { TableNames } from "../catalogue/namespace.ts";
import { DatabaseError } from "../database-error.ts";
import { findTarget } from "../documents/document-target.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { SCHEDULED_FUNCTIONS, ScheduledJob } from "./scheduled-job.ts";

/**
 * Cancels a scheduled function; what has ended, or is gone, stays as it is. What runs goes on, and its result counts for
 * nothing.
 * @param own the scheduled mutation that asks, null when none does: it can't cancel itself.
 * @returns whether it did just that, without effect.
 * @throws DatabaseError `InvalidArgument` for what is no id of a scheduled function.
 */
export function cancelFunction(
  transaction: Transaction,
  namespace: TableNames,
  id: unknown,
  own: string | null,
): boolean {
  const target = findTarget(namespace, "db.cancel_job", id, undefined);
  if (target?.table !== SCHEDULED_FUNCTIONS) {
    throw new DatabaseError(
      "InvalidArgument",
      "Invalid scheduled function ID. The ID must be an ID on the '_scheduled_functions' table.",
    );
  }
  if (target.id === own) return true;
  const job = ScheduledJob.load(transaction, target.id);
  if (job !== null && job.job.state !== "done") job.end({ kind: "canceled" }, transaction.nowMs);
  return false;
}

import { ScheduledJob } from "../../database/scheduled/scheduled-job.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import type { Value } from "../../values/value.ts";
import { findActiveFunction } from "../active-functions.ts";

/** What is to be called for a job. */
export interface JobCall {
  readonly kind: "mutation" | "action";
  readonly component: string;
  readonly path: string;
  readonly argsJson: string;
  /** The request that has scheduled it; null where that is not known. */
  readonly scheduledBy: string | null;
}

/**
 * Looks at a job whose time has come. An action is in progress from this transaction on; one whose function is not there,
 * or is none that can be scheduled, has failed with it. A mutation stays as it is: its own transaction decides.
 * @returns null when there is nothing to call.
 */
export function beginJob(transaction: Transaction, id: string): JobCall | null {
  if (transaction.catalogue.isPaused) return null;
  const job = ScheduledJob.load(transaction, id);
  if (job?.job.state !== "pending") return null;
  const { name: path, args } = job.document;
  const { component } = job.job;
  const found = findActiveFunction(transaction.catalogue, component, path);
  if ("missing" in found || found.type === "Query") {
    const error = "missing" in found ? found.missing : UNSUPPORTED;
    job.end({ kind: "failed", error }, transaction.nowMs);
    return null;
  }
  if (found.type === "Action") job.begin();
  return {
    kind: found.type === "Action" ? "action" : "mutation",
    component,
    path,
    argsJson: encodeValueToString(args as Value),
    scheduledBy: job.job.requestId ?? null,
  };
}

const UNSUPPORTED =
  "Unsupported function type: only mutations and actions can be scheduled, and this is a query.";

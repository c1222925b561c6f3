import { decodeValue } from "../../values/encoded-json.ts";
import { encodeKey, keyPrefixEnd, keySuccessor } from "../../values/index-key.ts";
import type { SystemFields } from "../catalogue/catalogue-documents.ts";
import { findIndex, type TableIndex } from "../catalogue/table.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { JOBS, type JobDocument, scheduledFunctionId } from "./scheduled-job.ts";

/** A job as the host's own document tells of it. */
export interface JobRow {
  /** As apps know it. */
  readonly id: string;
  readonly job: JobDocument;
  /** Its place in the order. */
  readonly key: Uint8Array;
}

const BY_STATE_AND_TIME = findIndex(JOBS, "by_state_and_time") as TableIndex;

/**
 * Jobs of one state, the oldest time first. For a look at what there is: decide on each one by itself.
 * @param range of times in milliseconds, half-open; only what comes behind `after`, a key.
 */
export function* readJobs(
  transaction: Transaction,
  state: JobDocument["state"],
  {
    fromMs,
    beforeMs,
    after = null,
  }: { readonly fromMs?: number; readonly beforeMs?: number; readonly after?: Uint8Array | null } = {},
  expected?: number,
): Generator<JobRow> {
  const first = encodeKey(fromMs === undefined ? [state] : [state, fromMs]);
  const start = after === null ? first : keySuccessor(after);
  const end = beforeMs === undefined ? keyPrefixEnd(encodeKey([state])) : encodeKey([state, beforeMs]);
  const scan = transaction.scan(JOBS, BY_STATE_AND_TIME, { start, end, order: "asc" }, expected);
  try {
    for (let row = scan.next(); row !== null; row = scan.next()) {
      const job = decodeValue(JSON.parse(row.json)) as unknown as JobDocument & SystemFields;
      yield { id: scheduledFunctionId(job._id), job, key: row.key };
    }
  } finally {
    scan.close();
  }
}

import type { Database } from "../../database/database.ts";
import { cancelFunction } from "../../database/scheduled/cancel-function.ts";
import { readJobs } from "../../database/scheduled/read-jobs.ts";
import { type JobDocument, ScheduledJob } from "../../database/scheduled/scheduled-job.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";

/** Which jobs an operator means. */
export interface JobFilter {
  readonly component: string;
  /** `dir/file.js:fn`; null: any. */
  readonly path: string | null;
  /** When they are to run, in milliseconds, half-open. */
  readonly fromMs: number | null;
  readonly beforeMs: number | null;
}

const SOURCE = "operator";
/** A transaction among those of everybody else. */
const STEP_JOBS = 1_000;

/** What operators may do with scheduled functions. */
export class JobControl {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Cancels one; what has ended, or is gone, stays as it is.
   * @returns path of its function, null when it is gone.
   * @throws DatabaseError `InvalidArgument` for what is no id of a scheduled function.
   */
  async cancel(component: string, id: string): Promise<string | null> {
    return this.#database.write(SOURCE, (transaction) => {
      cancelFunction(transaction, transaction.catalogue.namespace(component), id, null);
      return ScheduledJob.load(transaction, id)?.document.name ?? null;
    });
  }

  /** Cancels those that wait or run, in steps. @returns how many. */
  async cancelAll(filter: JobFilter): Promise<number> {
    let count = 0;
    for (const state of ["running", "pending"] as const) {
      count += await this.#each(state, filter, (job, transaction) => {
        if (job.job.state === "done") return false;
        job.end({ kind: "canceled" }, transaction.nowMs);
        return true;
      });
    }
    return count;
  }

  /** Removes every job of a component, whatever its state; what runs goes on, and its result counts for nothing. */
  async removeAll(component: string): Promise<void> {
    const all: JobFilter = { component, path: null, fromMs: null, beforeMs: null };
    for (const state of ["running", "pending", "done"] as const) {
      await this.#each(state, all, (job) => {
        job.remove();
        return true;
      });
    }
  }

  /** Page by page, each of them a transaction: there may be a million. */
  async #each(
    state: JobDocument["state"],
    filter: JobFilter,
    change: (job: ScheduledJob, transaction: Transaction) => boolean,
  ): Promise<number> {
    let count = 0;
    let after: Uint8Array | null = null;
    do {
      const page: JobPage = this.#database.read((transaction) => readPage(transaction, state, filter, after));
      after = page.last;
      count += await this.#database.write(SOURCE, (transaction) => {
        let changed = 0;
        for (const id of page.ids) {
          const job = ScheduledJob.load(transaction, id);
          if (job !== null && change(job, transaction)) changed++;
        }
        return changed;
      });
      // Where nothing was to be changed nothing has waited yet.
      await new Promise(setImmediate);
    } while (after !== null);
    return count;
  }
}

interface JobPage {
  readonly ids: readonly string[];
  /** Key of the last job that was looked at; null at the end. */
  readonly last: Uint8Array | null;
}

function readPage(
  transaction: Transaction,
  state: JobDocument["state"],
  { component, path, fromMs, beforeMs }: JobFilter,
  after: Uint8Array | null,
): JobPage {
  const ids: string[] = [];
  let count = 0;
  let last: Uint8Array | null = null;
  const range = { ...(fromMs === null ? {} : { fromMs }), ...(beforeMs === null ? {} : { beforeMs }), after };
  for (const { id, job, key } of readJobs(transaction, state, range, STEP_JOBS)) {
    if (count++ === STEP_JOBS) return { ids, last };
    last = key;
    if (job.component !== component) continue;
    if (path !== null && ScheduledJob.load(transaction, id)?.document.name !== path) continue;
    ids.push(id);
  }
  return { ids, last: null };
}

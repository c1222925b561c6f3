import { decodeId, encodeId } from "../../values/id.ts";
import type { Value } from "../../values/value.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import type { Table } from "../catalogue/table.ts";
import { HostDocument, insertHostDocument } from "../transaction/host-document.ts";
import type { Transaction } from "../transaction/transaction.ts";

export type ScheduledState =
  | { readonly kind: "pending" | "inProgress" | "success" | "canceled" }
  | { readonly kind: "failed"; readonly error: string };

/** A document of `_scheduled_functions`: what apps see of a job. */
export interface ScheduledFunctionDocument {
  /** `dir/file.js:fn` */
  readonly name: string;
  /** The one object of arguments. */
  readonly args: readonly Value[];
  /** The time that was asked for, in milliseconds. */
  readonly scheduledTime: number;
  /** In milliseconds; not there before the job has ended. */
  readonly completedTime?: number;
  readonly state: ScheduledState;
}

/** A document of `_scheduled_jobs`: what the host keeps beside it, under the same internal id. */
export interface JobDocument {
  /** Of the caller: to it the job belongs. */
  readonly component: string;
  readonly state: "pending" | "running" | "done";
  /** Pending or running: when it is, or was, to run; later after a failure of the server. Done: since when. */
  readonly timeMs: number;
  /** Failures of the server so far. */
  readonly attempts: number;
  /** Of the request that has scheduled it; left out of what older versions have written. */
  readonly requestId?: string;
}

/** The table of jobs; the order of its index is the order in which they run. */
export const JOBS: Table = systemTable("_scheduled_jobs");
export const SCHEDULED_FUNCTIONS: Table = systemTable("_scheduled_functions");

/** A scheduled function as a transaction sees it: two documents that change together. */
export class ScheduledJob {
  readonly id: string;
  readonly #function: HostDocument<ScheduledFunctionDocument>;
  readonly #job: HostDocument<JobDocument>;

  private constructor(seen: HostDocument<ScheduledFunctionDocument>, job: HostDocument<JobDocument>) {
    this.id = seen.id;
    this.#function = seen;
    this.#job = job;
  }

  /** Null when there is none, or no longer. The transaction depends on it either way. @param id valid. */
  static load(transaction: Transaction, id: string): ScheduledJob | null {
    const job = HostDocument.load<JobDocument>(
      transaction,
      JOBS,
      encodeId(JOBS.number, decodeId(id).internalId),
    );
    const seen = HostDocument.load<ScheduledFunctionDocument>(transaction, SCHEDULED_FUNCTIONS, id);
    return job === null || seen === null ? null : new ScheduledJob(seen, job);
  }

  get document(): ScheduledFunctionDocument {
    return this.#function.fields;
  }

  get job(): JobDocument {
    return this.#job.fields;
  }

  get bytes(): number {
    return this.#function.bytes;
  }

  /** It runs: what nobody else sees of a mutation, which is done when it commits, or has not begun. */
  begin(): void {
    this.#function.change({ state: { kind: "inProgress" } });
    this.#job.change({ state: "running" });
  }

  /** It is over. */
  end(state: ScheduledState, nowMs: number): void {
    this.#function.change({ state, completedTime: nowMs });
    this.#job.change({ state: "done", timeMs: nowMs });
  }

  /** Nothing of it has run, or nothing that counts: it is tried again. */
  postpone(timeMs: number): void {
    if (this.job.state === "running") this.#function.change({ state: { kind: "pending" } });
    this.#job.change({ state: "pending", timeMs, attempts: this.job.attempts + 1 });
  }

  remove(): void {
    this.#function.remove();
    this.#job.remove();
  }
}

/** @returns the id of the new job. */
export function insertJob(
  transaction: Transaction,
  seen: ScheduledFunctionDocument,
  own: JobDocument,
): string {
  const place = transaction.newId(SCHEDULED_FUNCTIONS);
  const { internalId } = place;
  insertHostDocument(transaction, SCHEDULED_FUNCTIONS, place, seen);
  insertHostDocument(transaction, JOBS, { id: encodeId(JOBS.number, internalId), internalId }, own);
  return place.id;
}

/** The id that apps know of a job, from that of the host's document. */
export function scheduledFunctionId(jobId: string): string {
  return encodeId(SCHEDULED_FUNCTIONS.number, decodeId(jobId).internalId);
}

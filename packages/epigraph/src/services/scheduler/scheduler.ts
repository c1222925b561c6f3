import type { Database } from "../../database/database.ts";
import { readJobs } from "../../database/scheduled/read-jobs.ts";
import { ScheduledJob, type ScheduledState } from "../../database/scheduled/scheduled-job.ts";
import type { FunctionCall, FunctionOutcome } from "../../functions/calls.ts";
import { type CallError, errorText } from "../../runtime/runner/call-error.ts";
import { DueLoop, type DuePage } from "../due/due-loop.ts";
import { type Backoff, backoffMs, type Insistence, insist, type ServiceEffects, sleep } from "../timers.ts";
import { beginJob, type JobCall } from "./begin-job.ts";

export interface SchedulerOptions extends ServiceEffects {
  readonly database: Database;
  /** Runs a function, waiting for a place as long as it takes. */
  readonly invoke: (call: FunctionCall) => Promise<FunctionOutcome>;
  /** How many jobs run at once. */
  readonly parallel: number;
  /** For the operator: what failed, and is tried again. */
  readonly report: (text: string) => void;
}

export const DEFAULT_PARALLEL_JOBS = 8;

const SOURCE = "scheduler";
const TRANSIENT = "Transient error while executing action";
const CONFLICT_BACKOFF: Backoff = { firstMs: 100, maxMs: 60_000 };
const WRITE_BACKOFF: Backoff = { firstMs: 500, maxMs: 60_000 };
const FAULT_BACKOFF: Backoff = { firstMs: 500, maxMs: 2 * 60 * 60 * 1000 };

interface Job {
  readonly id: string;
}

/**
 * Runs scheduled functions when their time comes; `docs/SCHEDULING.md` has the states of a job. What is done and what is
 * not stands in the database alone: killed at any moment, it goes on from there.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #loop: DueLoop<Job>;
  #isClosed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#loop = new DueLoop({
      ...options,
      read: (nowMs, limit) => this.#read(nowMs, limit),
      run: (job) => this.#run(job),
      report: (error) =>
        options.report(`A scheduled function could not be run, and is tried again: ${error.message}`),
    });
  }

  /** Begins. What was in progress when an earlier process ended is over: whether it did its work nobody knows. */
  async start(): Promise<void> {
    const { database } = this.#options;
    await this.#insist(async () => {
      const interrupted = database.read((transaction) =>
        Array.from(readJobs(transaction, "running"), ({ id }) => id),
      );
      for (const id of interrupted) await this.#end(id, { kind: "failed", error: TRANSIENT });
    });
    this.#loop.start();
  }

  /** Jobs may have changed. */
  wake(): void {
    this.#loop.wake();
  }

  /** Begins nothing more. @returns resolves when what runs is over. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#loop.close();
  }

  #read(nowMs: number, limit: number): DuePage<Job> {
    return this.#options.database.read((transaction) => {
      const due: Job[] = [];
      // They wait, however long; resuming wakes the loop.
      if (transaction.catalogue.isPaused) return { due, nextMs: null };
      for (const { id, job } of readJobs(transaction, "pending", {}, limit)) {
        if (due.length === limit) break;
        if (job.timeMs > nowMs) return { due, nextMs: job.timeMs };
        due.push({ id });
      }
      return { due, nextMs: null };
    });
  }

  async #run({ id }: Job): Promise<void> {
    try {
      const call = await this.#options.database.write(SOURCE, (transaction) => beginJob(transaction, id));
      if (call?.kind === "mutation") await this.#runMutation(id, call);
      else if (call?.kind === "action") await this.#runAction(id, call);
    } catch (error) {
      if (this.#isClosed) return;
      this.#options.report(
        `The scheduled function ${id} could not be run, and is tried again later: ${(error as Error).message}`,
      );
      await this.#postpone(id);
    }
  }

  /** It leaves its end with its own commit: only what never came to that is left to do here. */
  async #runMutation(id: string, call: JobCall): Promise<void> {
    for (let conflicts = 0; !this.#isClosed; conflicts++) {
      try {
        const outcome = await this.#invoke(id, call);
        if (outcome.status === "error") await this.#endMutation(id, outcome.error);
        return;
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== "OptimisticConcurrencyControlFailure")
          throw error;
        await sleep(this.#options, backoffMs(this.#options, CONFLICT_BACKOFF, conflicts));
      }
    }
  }

  /** A failure that nobody could commit: its process was ended, for good reasons or bad ones. */
  async #endMutation(id: string, error: CallError): Promise<void> {
    const isOver = this.#options.database.read(
      (transaction) => ScheduledJob.load(transaction, id)?.job.state !== "pending",
    );
    if (isOver || this.#isClosed) return;
    if (error.isTransient === true) throw new Error(error.message);
    await this.#end(id, { kind: "failed", error: errorText(error).trimEnd() });
  }

  async #runAction(id: string, call: JobCall): Promise<void> {
    const state = await this.#actionEnd(id, call);
    if (typeof state === "string") throw new Error(state);
    await this.#insist(() => this.#end(id, state));
  }

  /** What is known of the end of an action must not get lost. */
  #insist(work: () => Promise<void>): Promise<void> {
    const insistence: Insistence = {
      backoff: WRITE_BACKOFF,
      isClosed: () => this.#isClosed,
      onFailure: ({ message }) =>
        this.#options.report(
          `The end of a scheduled action could not be stored, and is tried again: ${message}`,
        ),
    };
    return insist(this.#options, insistence, work);
  }

  /** How an action ended, or why it has not begun. */
  async #actionEnd(id: string, call: JobCall): Promise<ScheduledState | string> {
    try {
      const outcome = await this.#invoke(id, call);
      if (outcome.status === "success") return { kind: "success" };
      const { error } = outcome;
      if (error.hasNotBegun === true) return error.message;
      return { kind: "failed", error: error.isTransient === true ? TRANSIENT : errorText(error).trimEnd() };
    } catch (error) {
      // Of the Node runtime, which is asked when the action is on its way already.
      if ((error as { readonly code?: unknown }).code === "TooManyConcurrentRequests") {
        return "Too many actions of its kind run already";
      }
      return { kind: "failed", error: TRANSIENT };
    }
  }

  #invoke(id: string, { kind, component, path, argsJson, scheduledBy }: JobCall): Promise<FunctionOutcome> {
    const { invoke, random } = this.#options;
    return invoke({
      kind,
      path,
      componentPath: component,
      argsJson,
      // Nobody in particular, who may call internal functions.
      caller: { type: "admin", actingAs: null, rights: "all", name: "scheduler" },
      origin: "Scheduler",
      request: {
        requestId: Buffer.from(random(8)).toString("hex"),
        ip: null,
        userAgent: null,
        scheduledFunctionId: id,
        ...(scheduledBy === null ? {} : { scheduledBy }),
      },
      at: null,
      once: kind === "mutation" ? { type: "job", id } : null,
    });
  }

  /** What was cancelled meanwhile, or is gone, stays as it is. */
  #end(id: string, state: ScheduledState): Promise<void> {
    return this.#options.database.write(SOURCE, (transaction) => {
      const job = ScheduledJob.load(transaction, id);
      if (job !== null && job.job.state !== "done") job.end(state, transaction.nowMs);
    });
  }

  #postpone(id: string): Promise<void> {
    return this.#options.database.write(SOURCE, (transaction) => {
      const job = ScheduledJob.load(transaction, id);
      if (job === null || job.job.state === "done") return;
      job.postpone(transaction.nowMs + backoffMs(this.#options, FAULT_BACKOFF, job.job.attempts));
    });
  }
}

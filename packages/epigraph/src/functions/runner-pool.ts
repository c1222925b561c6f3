import type { CommitterNotice } from "../database/committer/committer-notice.ts";
import type { RunnerInit } from "../runtime/process/runner-init.ts";
import { plainError } from "../runtime/runner/call-error.ts";
import type { ToRunner } from "../runtime/runner/messages.ts";
import type { Job } from "./job.ts";
import { PooledRunner } from "./pooled-runner.ts";
import { Suspects } from "./suspects.ts";

export interface RunnerPoolOptions {
  readonly init: Omit<RunnerInit, "name">;
  /** Runners that work at the same time as long as none of them is stuck. */
  readonly size: number;
  /** For the operator: what failed, and what the server did about it. */
  readonly report: (message: string) => void;
}

/** Beyond `size`, while others are stuck in app code that does not end. */
const MAX_EXTRA_RUNNERS = 4;
/** Jobs that one runner has before another one is started, where there may be more than one. */
const JOBS_PER_RUNNER = 16;
const RETIRE_AFTER_MS = 30_000;
/** Runners that end before they are ready, one after the other: more would only do the same. */
const MAX_FAILED_STARTS = 3;

const LOST = plainError(
  "The function was stopped because the process that ran it ended unexpectedly. Most often its memory was exhausted, by this function or by another one that ran beside it.",
);
const CLOSED = plainError("The function was stopped because the deployment shut down.");

/**
 * The runners of a deployment. Jobs go to the one with the fewest that is not stuck; when all are, or one has died, a
 * warm spare takes its place at once and another is started.
 */
export class RunnerPool {
  readonly #options: RunnerPoolOptions;
  /** Every process that has not gone yet, by its name. */
  readonly #runners = new Map<string, PooledRunner>();
  /** Those that get jobs. */
  readonly #working = new Set<PooledRunner>();
  readonly #suspects: Suspects;
  #spare: PooledRunner | null = null;
  #waiting: Job[] = [];
  #builtIn: ToRunner = { type: "builtIn", variables: {} };
  #lastName = 0;
  #failedStarts = 0;
  #retireTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: RunnerPoolOptions) {
    this.#options = options;
    this.#suspects = new Suspects((job) => this.run(job));
    this.#promote();
  }

  /** Sets variables of the host, for whatever runs from now on. */
  setBuiltIn(variables: Readonly<Record<string, string>>): void {
    this.#builtIn = { type: "builtIn", variables };
    for (const runner of this.#runners.values()) runner.send(this.#builtIn);
  }

  /** Runs a job as soon as a runner is there for it. */
  run(job: Job): void {
    if (this.#isClosed) {
      job.fail(CLOSED);
      return;
    }
    const runner = this.#available();
    if (runner === null) this.#waiting.push(job);
    else runner.give(job);
  }

  /** Runs a job that may take long where it holds nobody up. */
  runAside(job: Job): void {
    this.#spare ??= this.#spawn();
    this.#spare.give(job);
  }

  /** What the committer has to tell of commits and connections. */
  notice(notice: CommitterNotice): void {
    if (notice.type === "closed") {
      this.#runners.get(notice.connection)?.committerDone();
      return;
    }
    for (const { connection, job, answer } of notice.commits) {
      this.#runners.get(connection)?.committed(job, answer);
    }
  }

  /** Ends all runners; what they run fails. */
  close(): void {
    this.#isClosed = true;
    if (this.#retireTimer !== null) clearTimeout(this.#retireTimer);
    for (const job of [...this.#waiting.splice(0), ...this.#suspects.takeWaiting()]) job.fail(CLOSED);
    for (const runner of this.#runners.values()) {
      runner.kill();
      for (const job of runner.takeJobs()) job.fail(CLOSED);
    }
  }

  #spawn(): PooledRunner {
    const name = `runner-${++this.#lastName}`;
    const runner = new PooledRunner(
      { ...this.#options.init, name },
      {
        onChange: () => this.#settle(),
        onTakenBack: (jobs) => this.#runAll(jobs),
        onGone: (gone, detail) => this.#remove(gone, detail),
        onReport: this.#options.report,
      },
    );
    this.#runners.set(name, runner);
    runner.send(this.#builtIn);
    return runner;
  }

  /** A runner that gets to a new job soon; null when all are stuck and there may be no further one. */
  #available(): PooledRunner | null {
    let least: PooledRunner | null = null;
    let available = 0;
    const { size } = this.#options;
    for (const runner of this.#working) {
      if (!runner.isAvailable) continue;
      available++;
      if (least === null || runner.jobCount < least.jobCount) least = runner;
      // Those that came as a replacement rest while the others do the work: in one runner less is in conflict.
      if (available === size) break;
    }
    if (least !== null && (available >= size || least.jobCount < JOBS_PER_RUNNER)) return least;
    if (this.#working.size < size + MAX_EXTRA_RUNNERS && this.#failedStarts < MAX_FAILED_STARTS) {
      return this.#promote();
    }
    return least;
  }

  #promote(): PooledRunner {
    const runner = this.#spare ?? this.#spawn();
    this.#spare = null;
    this.#working.add(runner);
    return runner;
  }

  /** A runner can do more, or less, than before. */
  #settle(): void {
    if (this.#isClosed) return;
    this.#failedStarts = 0;
    this.#spare ??= this.#spawn();
    if (this.#waiting.length > 0) this.#runAll(this.#waiting.splice(0));
    if (this.#working.size > this.#options.size) this.#retireLater();
  }

  #runAll(jobs: readonly Job[]): void {
    for (const job of jobs) this.run(job);
  }

  #retireLater(): void {
    this.#retireTimer ??= setTimeout(() => {
      this.#retireTimer = null;
      for (const runner of [...this.#working].reverse()) {
        if (this.#working.size <= this.#options.size) return;
        if (!runner.isIdle || !runner.isAvailable) continue;
        this.#working.delete(runner);
        this.#runners.delete(runner.name);
        runner.kill();
      }
    }, RETIRE_AFTER_MS).unref();
  }

  /** A runner is gone: its jobs start again elsewhere where nothing of them has had an effect. */
  #remove(runner: PooledRunner, detail: string): void {
    const isExpected = this.#isClosed || !this.#runners.delete(runner.name);
    this.#working.delete(runner);
    if (this.#spare === runner) this.#spare = null;
    if (isExpected) return;
    if (!runner.isReady) this.#failedStarts++;
    const jobs = runner.takeJobs();
    this.#options.report(describeDeath(jobs.length, detail));
    if (this.#working.size === 0) {
      if (this.#failedStarts < MAX_FAILED_STARTS) this.#promote();
      else for (const job of this.#waiting.splice(0)) job.fail(LOST);
    }
    for (const job of jobs) {
      if (job.canRepeat) this.#suspects.add(job);
      else job.fail(LOST);
    }
    this.#runAll(this.#waiting.splice(0));
  }
}

function describeDeath(jobs: number, detail: string): string {
  const text = `A process that runs functions ended unexpectedly while it had ${jobs} of them to run; another one takes its place.`;
  return detail === "" ? text : `${text}\n${detail}`;
}

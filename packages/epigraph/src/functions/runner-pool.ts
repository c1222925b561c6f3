import type { CommitterNotice } from "../database/committer/committer-notice.ts";
import type { RunnerInit } from "../runtime/process/runner-init.ts";
import { transientError } from "../runtime/runner/call-error.ts";
import type { ExplainedMessage, ToRunner } from "../runtime/runner/messages.ts";
import type { Job } from "./job.ts";
import { PooledRunner } from "./pooled-runner.ts";
import { Suspects } from "./suspects.ts";

export interface RunnerPoolOptions {
  readonly init: Omit<RunnerInit, "name">;
  /** Runners that work at the same time as long as none of them is stuck. */
  readonly size: number;
  /** For the operator: what failed, and what the server did about it. */
  readonly report: (message: string) => void;
  /** What a transaction did, where that is asked for. */
  readonly onExplained: (message: ExplainedMessage) => void;
}

/** What a pool is doing, for metrics. */
export interface RunnerPoolState {
  /** Every process; its id is undefined where it could not be started. */
  readonly runners: readonly {
    readonly name: string;
    readonly pid: number | undefined;
    readonly jobs: number;
  }[];
  /** Jobs that no runner has. */
  readonly waitingJobs: number;
  /** Processes that ended unexpectedly, from the beginning. */
  readonly deaths: number;
}

/** Beyond `size`, while others are stuck in app code that does not end. */
const MAX_EXTRA_RUNNERS = 4;
/** Jobs that the first runner has before others share the work. */
const MAX_JOBS_OF_FIRST = 8;
/** The same for jobs that may write, which had better be together. */
const MAX_WRITES_OF_FIRST = 128;
/** How long all of them may be in app code before a further one is started: it takes several times as long until it is there. */
const EXTRA_AFTER_MS = 100;
const RETIRE_AFTER_MS = 30_000;
/** Runners that end before they are ready, one after the other: more would only do the same for now. */
const MAX_FAILED_STARTS = 3;
const START_AGAIN_AFTER_MS = 5_000;

const NO_RUNNER = transientError(
  "The function can't run: the processes that run functions end before they have started. What the server printed says why.",
);
const CLOSED = transientError("The function was stopped because the deployment shut down.");

/**
 * The runners of a deployment. Work that one of them can do goes to the first; more is shared with the others. Where one
 * is stuck in app code, or has died, the others go on and a further one is started at once.
 */
export class RunnerPool {
  readonly #options: RunnerPoolOptions;
  /** Every process that has not gone yet, by its name. */
  readonly #runners = new Map<string, PooledRunner>();
  /** Those that get jobs. */
  readonly #working = new Set<PooledRunner>();
  readonly #suspects: Suspects;
  #waiting: Job[] = [];
  #builtIn: ToRunner = { type: "builtIn", variables: {} };
  #tellCalls: ToRunner = { type: "tellCalls", isOn: false };
  #lastName = 0;
  #failedStarts = 0;
  #deaths = 0;
  #extraTimer: NodeJS.Timeout | null = null;
  #retireTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: RunnerPoolOptions) {
    this.#options = options;
    this.#suspects = new Suspects((job) => this.run(job));
    for (let i = 0; i < options.size; i++) this.#spawn();
  }

  /** Sets variables of the host, for whatever runs from now on. */
  setBuiltIn(variables: Readonly<Record<string, string>>): void {
    this.#builtIn = { type: "builtIn", variables };
    for (const runner of this.#runners.values()) runner.send(this.#builtIn);
  }

  /** Whether executions that begin from now on tell which functions they called. */
  setTellCalls(isOn: boolean): void {
    this.#tellCalls = { type: "tellCalls", isOn };
    for (const runner of this.#runners.values()) runner.send(this.#tellCalls);
  }

  /** Runs a job as soon as a runner is there for it. */
  run(job: Job): void {
    if (this.#isClosed) {
      job.fail(CLOSED);
      return;
    }
    const runner = this.#choose(job);
    if (runner !== null) runner.give(job);
    else if (this.#working.size > 0) this.#waiting.push(job);
    else job.fail(NO_RUNNER);
  }

  /** Runs a job that may take long where it holds up the least. */
  runAside(job: Job): void {
    const runner = [...this.#working].findLast(({ isAvailable }) => isAvailable) ?? this.#spawn();
    runner.give(job);
  }

  /** What the committer has to tell of commits and connections. */
  notice(notice: CommitterNotice): void {
    if (notice.type === "closed") {
      this.#runners.get(notice.connection)?.committerDone();
      return;
    }
    if (notice.type === "watching") return;
    for (const commit of notice.commits) this.#runners.get(commit.connection)?.committed(commit);
  }

  /** As it is now. */
  get state(): RunnerPoolState {
    const runners = [...this.#runners.values()];
    return {
      runners: runners.map(({ name, pid, jobCount }) => ({ name, pid, jobs: jobCount })),
      waitingJobs: this.#waiting.length,
      deaths: this.#deaths,
    };
  }

  /** Ends all runners; what they run fails. */
  close(): void {
    this.#isClosed = true;
    if (this.#extraTimer !== null) clearTimeout(this.#extraTimer);
    if (this.#retireTimer !== null) clearTimeout(this.#retireTimer);
    for (const job of [...this.#waiting.splice(0), ...this.#suspects.takeWaiting()]) job.fail(CLOSED);
    for (const runner of this.#runners.values()) {
      runner.kill();
      for (const job of runner.takeJobs()) job.fail(CLOSED);
    }
  }

  /** Starts a further runner. */
  #spawn(): PooledRunner {
    const name = `runner-${++this.#lastName}`;
    const runner = new PooledRunner(
      { ...this.#options.init, name },
      {
        onReady: () => {
          this.#failedStarts = 0;
          this.#settle();
        },
        onChange: () => this.#settle(),
        onTakenBack: (jobs) => this.#runAll(jobs),
        onGone: (gone, detail) => this.#remove(gone, detail),
        onReport: this.#options.report,
        onExplained: this.#options.onExplained,
      },
    );
    this.#runners.set(name, runner);
    this.#working.add(runner);
    runner.send(this.#builtIn);
    runner.send(this.#tellCalls);
    return runner;
  }

  /** The runner for a job; null when all are stuck: it waits until one is free, or a further one is there. */
  #choose({ mayWrite }: Job): PooledRunner | null {
    let first: PooledRunner | null = null;
    let least: PooledRunner | null = null;
    let available = 0;
    for (const runner of this.#working) {
      if (!runner.isAvailable) continue;
      first ??= runner;
      if (least === null || runner.jobCount < least.jobCount) least = runner;
      // Those that came for others which were stuck rest again once these are free.
      if (++available === this.#options.size) break;
    }
    if (first !== null && first.jobCount < (mayWrite ? MAX_WRITES_OF_FIRST : MAX_JOBS_OF_FIRST)) return first;
    return least;
  }

  get #hasAvailable(): boolean {
    for (const { isAvailable } of this.#working) if (isAvailable) return true;
    return false;
  }

  get #mayStart(): boolean {
    return (
      this.#working.size < this.#options.size + MAX_EXTRA_RUNNERS && this.#failedStarts < MAX_FAILED_STARTS
    );
  }

  /** A runner can do more, or less, than before. */
  #settle(): void {
    if (this.#isClosed) return;
    if (!this.#hasAvailable && this.#mayStart) {
      if (this.#working.size < this.#options.size) this.#spawn();
      else this.#spawnLater();
    }
    if (this.#waiting.length > 0) this.#runAll(this.#waiting.splice(0));
    if (this.#working.size > this.#options.size) this.#retireLater();
  }

  /** Most of what holds up a runner has ended by then. */
  #spawnLater(): void {
    this.#extraTimer ??= setTimeout(() => {
      this.#extraTimer = null;
      if (this.#isClosed || this.#hasAvailable || !this.#mayStart) return;
      this.#spawn();
      this.#runAll(this.#waiting.splice(0));
    }, EXTRA_AFTER_MS);
  }

  #startLater(): void {
    setTimeout(() => {
      this.#failedStarts = 0;
      if (!this.#isClosed) this.#settle();
    }, START_AGAIN_AFTER_MS).unref();
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
    if (isExpected) return;
    this.#deaths++;
    if (!runner.isReady && ++this.#failedStarts === MAX_FAILED_STARTS) this.#startLater();
    const jobs = runner.takeJobs();
    this.#options.report(describeDeath(jobs.length, detail));
    if (this.#working.size < this.#options.size && this.#mayStart) this.#spawn();
    for (const job of jobs) {
      if (job.canRepeat) this.#suspects.add(job);
      else job.fail(runner.loss);
    }
    this.#runAll(this.#waiting.splice(0));
  }
}

function describeDeath(jobs: number, detail: string): string {
  const text = `A process that runs functions ended unexpectedly while it had ${jobs} of them to run; another one takes its place.`;
  return detail === "" ? text : `${text}\n${detail}`;
}

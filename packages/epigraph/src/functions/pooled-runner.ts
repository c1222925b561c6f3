import type { NotifiedCommit } from "../database/committer/committer-notice.ts";
import type { FromWatchdog, RunnerInit } from "../runtime/process/runner-init.ts";
import { RunnerProcess } from "../runtime/process/runner-process.ts";
import { type CallError, memoryError, timeoutError, transientError } from "../runtime/runner/call-error.ts";
import type { ExplainedMessage, FromRunner, ToRunner } from "../runtime/runner/messages.ts";
import type { Job } from "./job.ts";

export interface PooledRunnerEvents {
  /** It has started. */
  readonly onReady: () => void;
  /** It can do more, or less, than before. */
  readonly onChange: () => void;
  /** It gave back jobs that it had not started. */
  readonly onTakenBack: (jobs: readonly Job[]) => void;
  /** The process is gone, and what its jobs had committed is known. */
  readonly onGone: (runner: PooledRunner, detail: string) => void;
  /** A failure of the server that app code saw as a general text. */
  readonly onReport: (message: string) => void;
  readonly onExplained: (message: ExplainedMessage) => void;
}

const LOST = transientError(
  "The function was stopped because the process that ran it ended unexpectedly. Most often its memory was exhausted, by this function or by another one that ran beside it.",
);

const OVERRUN =
  "Its watchdog ended it, for a function was in one call of the engine which the time limit could not end.";
const TOO_LARGE = "Its watchdog ended it, for it had more memory than its functions may have.";

/**
 * One runner process and the jobs it has.
 *
 * - *starting*: it may be given jobs, which wait in its socket.
 * - *ready*: until it ends. *busy* comes and goes: one slice of its thread lasts too long.
 * - *exited*: the process has ended; the committer may still hold commits of it.
 * - *gone*: those are decided too.
 */
export class PooledRunner {
  readonly name: string;
  readonly #process: RunnerProcess;
  readonly #events: PooledRunnerEvents;
  readonly #jobs = new Map<number, Job>();
  #lastJob = 0;
  #isReady = false;
  #isBusy = false;
  #loss: CallError = LOST;
  #overrun: { readonly job: number; readonly error: CallError } | null = null;
  #exit: string | null = null;
  #isCommitterDone = false;
  #isGone = false;

  constructor(init: RunnerInit, events: PooledRunnerEvents) {
    this.name = init.name;
    this.#events = events;
    this.#process = new RunnerProcess(init, {
      onMessage: (message) => this.#receive(message),
      onWatchdog: (message) => this.#hear(message),
      onExit: (detail) => {
        this.#exit ??= detail;
        this.#leave();
      },
    });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether it takes new jobs and gets to them soon. */
  get isAvailable(): boolean {
    return !this.#isBusy && this.#exit === null;
  }

  get isIdle(): boolean {
    return this.#jobs.size === 0;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get jobCount(): number {
    return this.#jobs.size;
  }

  /** What jobs fail with that its end has cost, and that can't run again. */
  get loss(): CallError {
    return this.#loss;
  }

  /** Gives it a job. */
  give(job: Job): void {
    this.#lastJob = (this.#lastJob + 1) >>> 0;
    const number = this.#lastJob;
    this.#jobs.set(number, job);
    job.start({ job: number, send: (message) => this.send(message) });
  }

  send(message: ToRunner): void {
    this.#process.send(message);
  }

  /** The committer has made a job's writes durable. */
  committed({ job: number, answer, ts }: NotifiedCommit): void {
    const job = this.#jobs.get(number);
    this.#jobs.delete(number);
    job?.committed(answer, ts);
  }

  /** The committer has decided everything that came from here, and nothing more will. */
  committerDone(): void {
    this.#isCommitterDone = true;
    // It can't commit any more: whatever it still does is in vain.
    this.#process.kill();
    this.#leave();
  }

  /** Takes all jobs away; for one that is gone. */
  takeJobs(): readonly Job[] {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    return jobs;
  }

  kill(): void {
    this.#process.kill();
  }

  #receive(message: FromRunner): void {
    if (message.type === "ready") {
      this.#isReady = true;
      this.#events.onReady();
    } else if (message.type === "report") this.#events.onReport(message.message);
    else if (message.type === "explained") this.#events.onExplained(message);
    else if (this.#jobs.get(message.job)?.receive(message) === true) {
      this.#jobs.delete(message.job);
      if (this.isIdle) this.#events.onChange();
    }
  }

  #hear(message: FromWatchdog): void {
    switch (message.type) {
      case "busy": {
        this.#isBusy = true;
        const movable = [...this.#jobs].filter(([number, job]) => job.canMove && number !== message.job);
        if (movable.length > 0) this.#process.takeBack(movable.map(([number]) => number));
        this.#events.onChange();
        return;
      }
      case "free":
        this.#isBusy = false;
        this.#events.onChange();
        return;
      case "taken": {
        const jobs = message.jobs.flatMap((number) => this.#jobs.get(number) ?? []);
        for (const number of message.jobs) this.#jobs.delete(number);
        this.#events.onTakenBack(jobs);
        return;
      }
      case "overrun":
        this.#overrun = { job: message.job, error: timeoutError(message.limitMs) };
        return;
      case "tooLarge":
        this.#loss = memoryError();
    }
  }

  /** The job whose slice had no end is to blame, and does not run again. */
  #failOverrun(): void {
    if (this.#overrun === null) return;
    const { job: number, error } = this.#overrun;
    const job = this.#jobs.get(number);
    this.#jobs.delete(number);
    job?.fail(error);
  }

  /** For the operator. */
  #describeEnd(said: string): string {
    if (this.#overrun !== null) return OVERRUN;
    if (this.#loss !== LOST) return TOO_LARGE;
    return said;
  }

  #leave(): void {
    // One that never got ready has no connection to the committer that could close.
    if (this.#isGone || this.#exit === null || (this.#isReady && !this.#isCommitterDone)) return;
    this.#isGone = true;
    this.#failOverrun();
    this.#events.onGone(this, this.#describeEnd(this.#exit));
  }
}

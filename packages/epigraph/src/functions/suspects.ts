import type { CallError } from "../runtime/runner/call-error.ts";
import type { FromRunner } from "../runtime/runner/messages.ts";
import type { Ticks } from "../store/ticks.ts";
import type { Job, JobLink } from "./job.ts";

/**
 * Jobs that were running when their runner died. One of them may have killed it, so they run again one at a time: the
 * next death names the culprit.
 */
export class Suspects {
  readonly #run: (job: Job) => void;
  readonly #waiting: Job[] = [];
  #isRunning = false;

  /** @param run gives a job to a runner. */
  constructor(run: (job: Job) => void) {
    this.#run = run;
  }

  add(job: Job): void {
    this.#waiting.push(job);
    if (!this.#isRunning) this.#next();
  }

  /** Those that have not been run again yet. */
  takeWaiting(): readonly Job[] {
    return this.#waiting.splice(0);
  }

  #next(): void {
    const job = this.#waiting.shift();
    this.#isRunning = job !== undefined;
    if (job !== undefined) this.#run(new SuspectJob(job, () => this.#next()));
  }
}

/** A job that runs for the second time, and for the last. */
class SuspectJob implements Job {
  readonly mayWrite: boolean;
  readonly canMove: boolean;
  readonly canRepeat = false;
  readonly #job: Job;
  readonly #onEnd: () => void;

  constructor(job: Job, onEnd: () => void) {
    this.#job = job;
    this.#onEnd = onEnd;
    this.mayWrite = job.mayWrite;
    this.canMove = job.canMove;
  }

  start(link: JobLink): void {
    this.#job.start(link);
  }

  receive(message: FromRunner): boolean {
    const isEnded = this.#job.receive(message);
    if (isEnded) this.#onEnd();
    return isEnded;
  }

  committed(answer: string, ts: Ticks): void {
    this.#job.committed(answer, ts);
    this.#onEnd();
  }

  fail(error: CallError): void {
    this.#job.fail(error);
    this.#onEnd();
  }
}

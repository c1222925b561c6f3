import type { CallError } from "../runtime/runner/call-error.ts";
import type { FromRunner, ToRunner } from "../runtime/runner/messages.ts";
import type { Ticks } from "../store/ticks.ts";

/** How a job talks to the runner that has it. */
export interface JobLink {
  /** Number of the job at that runner. */
  readonly job: number;
  send(message: ToRunner): void;
}

/**
 * One call on its way through a runner, as the pool sees it.
 *
 * - *waiting*: in no runner. `start` moves it to a runner.
 * - *sent*: a runner has it. While it has not been started there, `canMove` lets the pool take it back to *waiting*.
 * - *ended*: `receive` returned true, or `committed` or `fail` was called. Nothing follows.
 *
 * When a runner dies, what `canRepeat` goes back to *waiting*; the rest ends with `fail`.
 */
export interface Job {
  /** Sends what the runner needs to begin. */
  start(link: JobLink): void;
  /** @returns whether the job has ended. */
  receive(message: FromRunner): boolean;
  /** The committer has made its writes durable, at `ts`. @param answer what the runner gave it for us. */
  committed(answer: string, ts: Ticks): void;
  /** It can't be finished. */
  fail(error: CallError): void;
  /** Whether it may write. Those that fight over a document in one runner queue there; between runners they conflict. */
  readonly mayWrite: boolean;
  /** Whether a runner that has not started it can be replaced by another. */
  readonly canMove: boolean;
  /** Whether it may run again after the runner that ran it has died: nothing of it has had an effect. */
  readonly canRepeat: boolean;
}

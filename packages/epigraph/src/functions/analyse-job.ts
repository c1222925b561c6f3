import { EpigraphError } from "../errors/epigraph-error.ts";
import type { CallError } from "../runtime/runner/call-error.ts";
import type { AnalyseMessage, AnalysisOutcome, FromRunner } from "../runtime/runner/messages.ts";
import type { Job, JobLink } from "./job.ts";

/** What there is to analyse. */
export type AnalysisRequest = Omit<AnalyseMessage, "type" | "job">;

/** The analysis of code that may be pushed: it runs app code, so a runner does it. */
export class AnalyseJob implements Job {
  readonly outcome: Promise<AnalysisOutcome>;
  readonly mayWrite = false;
  readonly canMove = true;
  readonly canRepeat = false;
  readonly #request: AnalysisRequest;
  readonly #resolve: (outcome: AnalysisOutcome) => void;
  readonly #reject: (error: Error) => void;

  constructor(request: AnalysisRequest) {
    this.#request = request;
    const { promise, resolve, reject } = Promise.withResolvers<AnalysisOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start({ job, send }: JobLink): void {
    send({ type: "analyse", job, ...this.#request });
  }

  receive(message: FromRunner): boolean {
    if (message.type !== "analysis") return false;
    this.#resolve(message.outcome);
    return true;
  }

  committed(): void {
    throw new Error("An analysis is no transaction");
  }

  fail({ message }: CallError): void {
    this.#reject(new EpigraphError("InternalServerError", message));
  }
}

import type { CommitterNotice } from "../database/committer/committer-notice.ts";
import type { AnalysedText, AnalysisOutcome } from "../runtime/runner/messages.ts";
import type { TraceRequest } from "../runtime/runner/query-trace.ts";
import type { SnapshotSource } from "../store/store.ts";
import type { Ticks } from "../store/ticks.ts";
import { Admission, type AdmissionKind, type AdmissionLimits } from "./admission.ts";
import { AnalyseJob, type AnalysisRequest } from "./analyse-job.ts";
import { CallJob } from "./call-job.ts";
import type { FunctionCall, FunctionOutcome, Functions, HttpActionCall, HttpActionOutcome } from "./calls.ts";
import type { ExecutionEvent } from "./execution-event.ts";
import { HttpJob } from "./http-job.ts";
import type { TracedOutcome } from "./queries/query-run.ts";
import { RunnerPool, type RunnerPoolOptions, type RunnerPoolState } from "./runner-pool.ts";

export interface RunnerFunctionsOptions extends Omit<RunnerPoolOptions, "onExplained"> {
  /** Owned by the caller. */
  readonly snapshots: SnapshotSource;
  readonly limits: AdmissionLimits;
  readonly onEvent: (event: ExecutionEvent) => void;
}

/** For metrics. Actions are those of HTTP too. */
export interface FunctionsState
  extends Readonly<Record<AdmissionKind, { readonly running: number; readonly waiting: number }>> {
  readonly pool: RunnerPoolState;
}

/** Functions that run in processes of their own. */
export class RunnerFunctions implements Functions {
  readonly #pool: RunnerPool;
  readonly #admission: Admission;
  readonly #snapshots: SnapshotSource;
  readonly #onEvent: (event: ExecutionEvent) => void;

  constructor(options: RunnerFunctionsOptions) {
    const { onEvent } = options;
    this.#pool = new RunnerPool({
      ...options,
      onExplained: ({ execution, explanation }) => onEvent({ type: "explained", ...execution, explanation }),
    });
    this.#admission = new Admission(options.limits);
    this.#snapshots = options.snapshots;
    this.#onEvent = onEvent;
  }

  invoke(call: FunctionCall): Promise<FunctionOutcome> {
    return this.#invoke(call, false);
  }

  /** As `invoke`, for work that no client waits for: it waits for a place as long as it takes. */
  invokePatiently(call: FunctionCall): Promise<FunctionOutcome> {
    return this.#invoke(call, true);
  }

  #invoke(call: FunctionCall, isPatient: boolean): Promise<FunctionOutcome> {
    const run = (): Promise<FunctionOutcome> => {
      const job = new CallJob(call, this.#onEvent);
      this.#pool.run(job);
      return job.outcome;
    };
    return this.#admission.run(call.kind === "any" ? "action" : call.kind, run, isPatient);
  }

  /** Runs a query of modules that stand beside the active code for this call alone. */
  testQuery(call: FunctionCall, modules: readonly AnalysedText[]): Promise<FunctionOutcome> {
    return this.#admission.run("query", () => {
      const job = new CallJob(call, this.#onEvent, { testModules: modules });
      this.#pool.run(job);
      return job.outcome;
    });
  }

  /** Runs a query and says what its result depends on. */
  trace(call: FunctionCall, trace: TraceRequest): Promise<TracedOutcome> {
    return this.#admission.run("query", async () => {
      const job = new CallJob(call, this.#onEvent, { trace });
      this.#pool.run(job);
      const outcome = await job.outcome;
      return { outcome, trace: job.trace, lines: job.lines };
    });
  }

  httpAction(call: HttpActionCall): Promise<HttpActionOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpActionOutcome>();
    // The answer begins long before the function ends, and only then its place is free.
    this.#admission
      .run("action", () => {
        const job = new HttpJob(call, this.#onEvent);
        this.#pool.run(job);
        job.outcome.then(resolve, reject);
        return job.ended;
      })
      .catch(reject);
    return promise;
  }

  /** Finds out what modules export, in a runner that has nothing else to do. */
  analyse(request: AnalysisRequest): Promise<AnalysisOutcome> {
    const job = new AnalyseJob(request);
    this.#pool.runAside(job);
    return job.outcome;
  }

  latestTs(): Ticks {
    const snapshot = this.#snapshots.open();
    try {
      return snapshot.ts;
    } finally {
      snapshot.close();
    }
  }

  /** Sets variables that apps can't override, for whatever runs from now on. */
  setBuiltIn(variables: Readonly<Record<string, string>>): void {
    this.#pool.setBuiltIn(variables);
  }

  /** Whether executions that begin from now on tell which functions they called. */
  setTellCalls(isOn: boolean): void {
    this.#pool.setTellCalls(isOn);
  }

  /** What the committer has to tell. */
  notice(notice: CommitterNotice): void {
    this.#pool.notice(notice);
  }

  /** What it is doing now. */
  get state(): FunctionsState {
    const admission = this.#admission;
    return {
      pool: this.#pool.state,
      query: admission.state("query"),
      mutation: admission.state("mutation"),
      action: admission.state("action"),
    };
  }

  async close(): Promise<void> {
    this.#pool.close();
  }
}

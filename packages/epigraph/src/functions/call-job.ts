import { isErrorCode } from "../errors/catalogue.ts";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { type CallError, isCallError } from "../runtime/runner/call-error.ts";
import type { ExecutionUsage } from "../runtime/runner/execution-usage.ts";
import type { LogLine } from "../runtime/runner/log-lines.ts";
import type { AnalysedText, CallReport, CommittedAnswer, FromRunner } from "../runtime/runner/messages.ts";
import type { QueryTrace, TraceRequest } from "../runtime/runner/query-trace.ts";
import { isSystemPath } from "../runtime/system/system-queries.ts";
import { nanosecondsFromTicks, type Ticks } from "../store/ticks.ts";
import { resolveCommitTs } from "../values/resolve-commit-ts.ts";
import type { FunctionCall, FunctionOutcome } from "./calls.ts";
import {
  type ExecutionEvent,
  type ExecutionFault,
  type ExecutionIdentity,
  identityTypeOf,
} from "./execution-event.ts";
import type { Job, JobLink } from "./job.ts";

/** A report, or what there is in its place when the runner is gone. */
type KnownReport = Pick<CallReport, "lines" | "durationMs"> & {
  readonly kind: CallReport["kind"] | null;
  readonly usage: ExecutionUsage | null;
};

export interface CallJobOptions {
  /** Of a query whose trace is wanted. */
  readonly trace?: TraceRequest | null;
  /** What stands beside the active code for this call alone. */
  readonly testModules?: readonly AnalysedText[] | null;
}

/** A call of a query, mutation or action. */
export class CallJob implements Job {
  readonly outcome: Promise<FunctionOutcome>;
  readonly #call: FunctionCall;
  readonly #emit: (event: ExecutionEvent) => void;
  readonly #resolve: (outcome: FunctionOutcome) => void;
  readonly #reject: (error: EpigraphError) => void;
  readonly #testModules: readonly AnalysedText[] | null;
  readonly #traceRequest: TraceRequest | null;
  #hasStreamedLines = false;
  #trace: QueryTrace | null = null;
  #lines: readonly LogLine[] = [];

  constructor(
    call: FunctionCall,
    emit: (event: ExecutionEvent) => void,
    { trace = null, testModules = null }: CallJobOptions = {},
  ) {
    this.#call = call;
    this.#traceRequest = trace;
    this.#testModules = testModules;
    // Nobody asks what the host has been asked about itself.
    this.#emit = isSystemPath(call.path) ? ignore : emit;
    const { promise, resolve, reject } = Promise.withResolvers<FunctionOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** What the result depends on, once there is an outcome; null where nobody asked, or the runner was lost. */
  get trace(): QueryTrace | null {
    return this.#trace;
  }

  /** Console lines of what has ended. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  readonly canMove = true;

  get mayWrite(): boolean {
    return this.#call.kind !== "query";
  }

  /** A function whose kind is not known may be an action. */
  get canRepeat(): boolean {
    return this.#call.kind === "query" || this.#call.kind === "mutation";
  }

  start({ job, send }: JobLink): void {
    const { kind, path, argsJson, caller, request, at, once } = this.#call;
    const what = {
      job,
      kind: kind === "any" ? null : kind,
      path,
      argsJson,
      caller,
      request,
      at,
      once,
      trace: this.#traceRequest,
    };
    send(
      this.#testModules === null
        ? { type: "call", ...what }
        : { type: "testQuery", ...what, modules: this.#testModules },
    );
  }

  receive(message: FromRunner): boolean {
    switch (message.type) {
      case "line":
        this.#hasStreamedLines = true;
        this.#emit({
          type: "lines",
          ...this.#identity(this.#kind),
          lines: [message.line],
          elapsedMs: message.elapsedMs,
        });
        return false;
      case "traced":
        this.#trace = message.trace;
        return false;
      case "result": {
        const { end, report } = message;
        // What did not run is no execution to tell of: it was told when it ran.
        if (end.type === "success" && !end.hasRun) this.#answer(end.json, report, end.ts);
        else if (end.type === "success") this.#succeed(end.json, report, end.ts);
        else if (end.type === "error") this.#end(end.error, report);
        else {
          const fault = toFault(end);
          this.#report(report, { fault });
          this.#reject(fault);
        }
        return true;
      }
      default:
        return false;
    }
  }

  committed(answer: string, ts: Ticks): void {
    const committed = JSON.parse(answer) as CommittedAnswer;
    if (isCallError(committed)) {
      const { message, frames, data, ...report } = committed;
      this.#end({ message, frames, data }, report);
      return;
    }
    const { json, holdsCommitTs, ...report } = committed;
    this.#succeed(
      holdsCommitTs === true ? resolveCommitTs(json, nanosecondsFromTicks(ts)) : json,
      report,
      ts,
    );
  }

  fail(error: CallError): void {
    this.#end(error, { kind: this.#kind, lines: [], durationMs: 0, usage: null });
  }

  #succeed(json: string, report: CallReport, ts: Ticks | null): void {
    this.#report(report, {});
    this.#answer(json, report, ts);
  }

  #answer(json: string, { lines }: CallReport, ts: Ticks | null): void {
    this.#resolve({ status: "success", value: json, logLines: format(lines), ts });
  }

  #end(error: CallError, report: KnownReport): void {
    this.#report(report, { error });
    this.#resolve({ status: "error", error, logLines: format(report.lines) });
  }

  #report(
    { kind, lines, durationMs, usage }: KnownReport,
    {
      error = null,
      fault = null,
    }: { readonly error?: CallError | null; readonly fault?: ExecutionFault | null },
  ): void {
    this.#lines = lines;
    this.#emit({
      type: "end",
      ...this.#identity(kind),
      identityType: identityTypeOf(this.#call.caller),
      origin: this.#call.origin,
      isCached: false,
      durationMs,
      status: null,
      error,
      fault,
      usage,
      lines: this.#hasStreamedLines ? [] : lines,
      // What does not exist has no success, and runs no JavaScript.
      isKnown: usage !== null && (usage.userMs > 0 || (error === null && fault === null)),
    });
  }

  #identity(kind: KnownReport["kind"]): ExecutionIdentity {
    const { path, request } = this.#call;
    const { requestId, scheduledBy } = request;
    const identity = { identifier: path, kind, requestId };
    return scheduledBy === undefined ? identity : { ...identity, scheduledBy };
  }

  /** As far as the call tells. */
  get #kind(): KnownReport["kind"] {
    return this.#call.kind === "any" ? null : this.#call.kind;
  }
}

function ignore(): void {}

/** `[LOG] 'hi' 1` */
function format(lines: readonly LogLine[]): string[] {
  return lines.map(({ level, text }) => `[${level}] ${text}`);
}

/** A failure of the server that a runner met. */
export function toFault({
  code,
  message,
}: {
  readonly code: string | null;
  readonly message: string;
}): EpigraphError {
  return new EpigraphError(code !== null && isErrorCode(code) ? code : "InternalServerError", message);
}

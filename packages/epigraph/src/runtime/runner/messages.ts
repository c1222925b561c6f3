import type { Ticks } from "../../store/ticks.ts";
import type { CallError, CallResult } from "./call-error.ts";
import type { EncodedCallRecord } from "./call-record.ts";
import type { Caller, Once, RequestInfo } from "./caller.ts";
import type { ExecutionUsage } from "./execution-usage.ts";
import type { TransactionExplanation } from "./explanation.ts";
import type { LogLine } from "./log-lines.ts";
import type { QueryTrace, TraceRequest } from "./query-trace.ts";

/**
 * What the main process and a runner say to each other. A job is one call, numbered by main; everything about it
 * carries its number. The order of messages is kept in both directions.
 */

/** Run a function. Ends with `result`; of a mutation that wrote something, main hears from the committer instead. */
export interface CallMessage {
  readonly type: "call";
  readonly job: number;
  /** Null: the function's own kind decides. */
  readonly kind: "query" | "mutation" | "action" | null;
  readonly path: string;
  readonly argsJson: string;
  readonly caller: Caller;
  readonly request: RequestInfo;
  readonly at: Ticks | null;
  /** Of a mutation that takes effect once however often it is tried; null for all other calls. */
  readonly once: Once | null;
  /** Of a query whose result is kept: then `traced` comes before the result. Null for all other calls. */
  readonly trace: TraceRequest | null;
}

/** Run a query that stands in modules of its own, beside the active ones. Ends with `result`. */
export interface TestQueryMessage extends Omit<CallMessage, "type"> {
  readonly type: "testQuery";
  readonly modules: readonly AnalysedText[];
}

/** Run an HTTP action. `head` and `chunk` may come, then `httpEnd`. */
export interface HttpMessage {
  readonly type: "http";
  readonly job: number;
  /** JSON text of `[url, method, header pairs]`. */
  readonly headJson: string;
  readonly routedPath: string;
  /** The whole body, null for none; `stream`: it follows in `bodyChunk`s. */
  readonly body: Uint8Array | "stream" | null;
  readonly caller: Caller;
  readonly request: RequestInfo;
  /** Whether to tell what it called: then, if anything, `recorded` comes before `httpEnd`. */
  readonly isRecorded: boolean;
}

/** A module to be analysed, with the rest of its push. */
export interface AnalysedText {
  readonly path: string;
  readonly source: string;
  readonly sourceMap: string | null;
  readonly environment: "isolate" | "node";
}

/** Evaluate modules and say what they export. Ends with `analysis`. */
export interface AnalyseMessage {
  readonly type: "analyse";
  readonly job: number;
  readonly modules: readonly AnalysedText[];
  /** Modules to report on; the others are there to be imported. */
  readonly paths: readonly string[];
  /** Where Node finds packages; null when no module is of the Node runtime. */
  readonly packagesFolder: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly importSeed: string;
  readonly importTimeMs: number;
}

export type ToRunner =
  | CallMessage
  | TestQueryMessage
  | HttpMessage
  | AnalyseMessage
  | { readonly type: "bodyChunk"; readonly job: number; readonly bytes: Uint8Array }
  | { readonly type: "bodyEnd"; readonly job: number }
  /** The upload broke. */
  | { readonly type: "bodyError"; readonly job: number; readonly message: string }
  /** So many bytes of the response have been taken. */
  | { readonly type: "responseTaken"; readonly job: number; readonly bytes: number }
  /** The client has gone. */
  | { readonly type: "disconnect"; readonly job: number }
  /** Variables that the host sets, over those of the app. */
  | { readonly type: "builtIn"; readonly variables: Readonly<Record<string, string>> }
  /** Whether the ends of executions that begin from now on tell which functions they called. */
  | { readonly type: "tellCalls"; readonly isOn: boolean };

/** How a call ended that the committer does not tell of. */
export type CallEnd =
  | {
      readonly type: "success";
      readonly json: string;
      /** The snapshot of a transaction without writes, or the commit of a request that had been run before; null for actions. */
      readonly ts: Ticks | null;
      /** False: result and lines are those of an earlier run of the same request. */
      readonly hasRun: boolean;
    }
  | { readonly type: "error"; readonly error: CallError }
  /** The server's own fault; a code of the catalogue, or none for one that nobody foresaw. */
  | { readonly type: "fault"; readonly code: string | null; readonly message: string };

export interface CallReport {
  /** What the function is, also where the call left that open. */
  readonly kind: "query" | "mutation" | "action";
  readonly lines: readonly LogLine[];
  readonly durationMs: number;
  readonly usage: ExecutionUsage;
}

/** What there is to tell of an HTTP action besides its response. */
export interface HttpReport {
  readonly durationMs: number;
  readonly usage: ExecutionUsage;
}

/**
 * What the committer hands to main for a mutation, as JSON text: the result travels in it encoded once more. A failure is
 * committed where a record of it is kept.
 */
export type CommittedAnswer = CallReport & CallResult;

export type HttpEnd =
  /** A response was begun, and its body is over; a failure after its head shows in the log alone. */
  | { readonly type: "done" }
  | { readonly type: "noRoute" }
  | { readonly type: "notEnabled" }
  /** No response was begun; the route where the app's router had found one. */
  | { readonly type: "error"; readonly error: CallError; readonly route: string | null }
  | { readonly type: "fault"; readonly code: string | null; readonly message: string };

export type AnalysisOutcome =
  | { readonly type: "success"; readonly modules: Readonly<Record<string, string>> }
  /** The module, and what it threw. */
  | { readonly type: "error"; readonly path: string; readonly error: CallError };

/** Belongs to no job: of what is committed the committer tells, and the job has ended by then. */
export interface ExplainedMessage {
  readonly type: "explained";
  readonly execution: ExplainedExecution;
  readonly explanation: TransactionExplanation;
}

/** The execution that a transaction belongs to. */
export interface ExplainedExecution {
  /** `messages.js:send`, or `POST /postMessage` for an HTTP action. */
  readonly identifier: string;
  readonly kind: "query" | "mutation" | "action" | "httpAction";
  readonly requestId: string;
}

export type FromRunner =
  | { readonly type: "ready" }
  | { readonly type: "result"; readonly job: number; readonly end: CallEnd; readonly report: CallReport }
  /** What a query depends on whose result follows. */
  | { readonly type: "traced"; readonly job: number; readonly trace: QueryTrace }
  | {
      readonly type: "head";
      readonly job: number;
      readonly headJson: string;
      readonly body: string | Uint8Array | null;
    }
  | { readonly type: "chunk"; readonly job: number; readonly bytes: Uint8Array }
  | { readonly type: "httpEnd"; readonly job: number; readonly end: HttpEnd; readonly report: HttpReport }
  /** What an HTTP action called that ends. */
  | { readonly type: "recorded"; readonly job: number; readonly record: EncodedCallRecord }
  /** So many bytes of the request's body have been read. */
  | { readonly type: "bodyTaken"; readonly job: number; readonly bytes: number }
  /** The rest of the body is not wanted. */
  | { readonly type: "bodyCancelled"; readonly job: number }
  /** A console line of an action that runs; those of queries and mutations come with the result. */
  | { readonly type: "line"; readonly job: number; readonly line: LogLine; readonly elapsedMs: number }
  | { readonly type: "analysis"; readonly job: number; readonly outcome: AnalysisOutcome }
  /** What a query or mutation did, where that is asked for: an execution's own transaction, or one of an action. */
  | ExplainedMessage
  /** Something of the server failed while app code saw a general text. */
  | { readonly type: "report"; readonly message: string };

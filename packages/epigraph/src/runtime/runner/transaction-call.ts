import type { CommitRequest } from "../../database/commit-request.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { CallResult } from "./call-error.ts";
import type { Caller, Once, RequestInfo } from "./caller.ts";
import type { Access } from "./check-call.ts";
import type { TransactionUsage } from "./execution-usage.ts";
import type { LogLines } from "./log-lines.ts";
import type { QueryTracer } from "./query-trace.ts";
import type { TransactionExplainer } from "./transaction-explainer.ts";

export interface TransactionCall {
  /** Number of the host's job that it belongs to. */
  readonly job: number;
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly argsJson: string;
  readonly access: Access;
  readonly caller: Caller;
  readonly request: RequestInfo;
  /** Whether an action called it: its result goes back to app code. */
  readonly isNested: boolean;
  /** Read at this past instant (queries only); null for now. */
  readonly at: Ticks | null;
  readonly logs: LogLines;
  readonly usage: TransactionUsage;
  /** Null where nobody asked why it takes as long as it does. */
  readonly explainer: TransactionExplainer | null;
  /** Of a mutation that takes effect once however often it is tried. */
  readonly once: Once | null;
  /** Hears what the result of a query depends on; null where nobody keeps it. */
  readonly tracer: QueryTracer | null;
  /** What the committer tells the host when the mutation is durable; null when the caller is in this runner. */
  readonly notice: ((result: CallResult) => CommitRequest["notify"]) | null;
}

export interface TransactionResult {
  readonly result: CallResult;
  /** The commit, or the snapshot of one that wrote nothing. */
  readonly ts: Ticks;
  /**
   * - `ran`: and nothing was to be made durable;
   * - `committed`: the committer has told the host, by the call's `notice`;
   * - `found`: it did not run, for it had been committed before; the result, the lines and the commit are of then.
   */
  readonly end: "ran" | "committed" | "found";
}

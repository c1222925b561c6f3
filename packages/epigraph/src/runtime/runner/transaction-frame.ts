import type { FunctionQueries } from "../../database/query/function-queries.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import type { Seed } from "../kernel/random.ts";
import type { CallResult } from "./call-error.ts";
import type { Caller, RequestInfo } from "./caller.ts";
import type { FunctionInfo } from "./code.ts";
import type { LogLines } from "./log-lines.ts";
import type { QueryTracer } from "./query-trace.ts";
import type { TransactionTime } from "./transaction-time.ts";

/** The argument of `1.0/runUdf`, parsed and otherwise unchecked. */
export type NestedCall = Readonly<Record<string, unknown>>;

/** One running query or mutation, nested or not, and what its syscalls act on. */
export interface TransactionFrame {
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly argsJson: string;
  readonly transaction: Transaction;
  readonly queries: FunctionQueries;
  readonly caller: Caller;
  readonly request: RequestInfo;
  /** The scheduled function whose mutation it is, or is called by; null when it is none. */
  readonly job: string | null;
  /** Of the code that runs, by canonical path. */
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  readonly environment: (name: string) => string | undefined;
  readonly logs: LogLines;
  /** 0 for the call that came from outside. */
  readonly depth: number;
  readonly seed: Seed;
  readonly nowMs: number;
  readonly time: TransactionTime;
  /** Hears what the result depends on; null where nobody keeps it. */
  readonly tracer: QueryTracer | null;
  /** Runs a nested call to its end, with random numbers of this seed. @throws what `runDatabaseSyscall` throws, and UncatchableError */
  readonly nested: (call: NestedCall, seed: Seed) => CallResult;
}

/** Ends a whole stack of calls: app code of no level may catch it. */
export class UncatchableError extends Error {
  override readonly name = "UncatchableError";
  /** What app code sees of it; null for a fault of the server, which the cause is. */
  readonly error: CallResult | null;

  constructor(error: CallResult | null, options?: ErrorOptions) {
    super("The call has ended", options);
    this.error = error;
  }
}

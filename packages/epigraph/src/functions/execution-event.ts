import type { CallError } from "../runtime/runner/call-error.ts";
import type { TransactionExplanation } from "../runtime/runner/explanation.ts";
import type { LogLine } from "../runtime/runner/log-lines.ts";

export type ExecutionKind = "query" | "mutation" | "action" | "httpAction";

/**
 * What there is to tell of an execution while it runs and when it has ended. The terminal, logs and traces are fed by
 * the same events.
 */
export type ExecutionEvent = {
  /** `messages.js:send`, or `POST /postMessage` for an HTTP action. */
  readonly identifier: string;
  /** Null where nobody knows what the function is. */
  readonly kind: ExecutionKind | null;
  readonly requestId: string;
} & (
  | {
      readonly type: "lines";
      readonly lines: readonly LogLine[];
      /** Since the execution began; its whole duration where the lines come at its end. */
      readonly elapsedMs: number;
    }
  | {
      readonly type: "end";
      readonly durationMs: number;
      /** Of the response of an HTTP action; null for other kinds. */
      readonly status: number | null;
      readonly error: CallError | null;
    }
  /** What a transaction of it did, where that is asked for. That of a mutation may come after its end. */
  | { readonly type: "explained"; readonly explanation: TransactionExplanation }
);

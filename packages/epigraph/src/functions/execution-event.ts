import type { CallError } from "../runtime/runner/call-error.ts";
import type { Caller } from "../runtime/runner/caller.ts";
import type { ExecutionUsage } from "../runtime/runner/execution-usage.ts";
import type { TransactionExplanation } from "../runtime/runner/explanation.ts";
import type { LogLine } from "../runtime/runner/log-lines.ts";
import type { CallOrigin } from "./calls.ts";

export type ExecutionKind = "query" | "mutation" | "action" | "httpAction";

export interface ExecutionIdentity {
  /** `messages.js:send`, or `POST /postMessage` for an HTTP action. */
  readonly identifier: string;
  /** Null where nobody knows what the function is. */
  readonly kind: ExecutionKind | null;
  readonly requestId: string;
  /** The request that has scheduled it; left out where there is none. */
  readonly scheduledBy?: string;
}

/** As whom it runs, in the words of the platform's logs. */
export type IdentityType = "instance_admin" | "member_acting_user" | "user" | "unknown";

export function identityTypeOf(caller: Caller): IdentityType {
  switch (caller.type) {
    case "admin":
      return caller.actingAs === null ? "instance_admin" : "member_acting_user";
    case "user":
      return "user";
    default:
      return "unknown";
  }
}

/** An execution that has ended: what the terminal, logs and metrics have to tell of it. */
export interface ExecutionRecord extends ExecutionIdentity {
  readonly identityType: IdentityType;
  readonly origin: CallOrigin;
  /** Whether it did not run: a result was there already, with its lines. */
  readonly isCached: boolean;
  /** In its runner: from the arrival of the call to its end, for a mutation to the beginning of its last commit. */
  readonly durationMs: number;
  /** Of the response of an HTTP action; null for other kinds. */
  readonly status: number | null;
  /** The failure of app code or of its arguments; null where it did not fail, or the server did. */
  readonly error: CallError | null;
  /** The failure of the server, with its code of the catalogue; null where there was none. */
  readonly fault: ExecutionFault | null;
  /** Null when the runner is gone that counted it. */
  readonly usage: ExecutionUsage | null;
  /** Console lines. Those of an action have been told while it ran. */
  readonly lines: readonly LogLine[];
  /** Whether the identifier is one of the app's own: a caller can make up others, without end. */
  readonly isKnown: boolean;
}

export interface ExecutionFault {
  readonly code: string;
  readonly message: string;
}

/** What there is to tell of an execution. The terminal, logs and metrics are fed by the same events. */
export type ExecutionEvent =
  /** Console lines of an action that runs. */
  | (ExecutionIdentity & {
      readonly type: "lines";
      readonly lines: readonly LogLine[];
      /** Since the execution began. */
      readonly elapsedMs: number;
    })
  | (ExecutionRecord & { readonly type: "end" })
  /** What a transaction of it did, where that is asked for. That of a mutation may come after its end. */
  | (ExecutionIdentity & { readonly type: "explained"; readonly explanation: TransactionExplanation });

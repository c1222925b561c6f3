import type { CallError } from "../runtime/runner/call-error.ts";
import type { EncodedCallRecord } from "../runtime/runner/call-record.ts";
import type { Caller, Once, RequestInfo } from "../runtime/runner/caller.ts";
import type { LogLine } from "../runtime/runner/log-lines.ts";
import type { Ticks } from "../store/ticks.ts";

export type { Caller, Identity, Once, RequestInfo } from "../runtime/runner/caller.ts";

export type FunctionKind = "query" | "mutation" | "action";

/** By what way a function came to run, in the words of the platform's logs. */
export type CallOrigin =
  | "SyncWorker"
  | "HttpApi"
  | "HttpEndpoint"
  | "Tester"
  | "Scheduler"
  | "Cron"
  /** Another function, an action, called it. */
  | "Action";

export interface FunctionCall {
  /** The endpoint's kind, or `any` where the function's own kind decides (`/api/function`, `/api/run/…`). */
  readonly kind: FunctionKind | "any";
  /** Function path in the canonical form `dir/module.js:export`. */
  readonly path: string;
  /** Component path, `""` for the root. */
  readonly componentPath: string;
  /** JSON text of the positional arguments: an array, encoded values, as received. */
  readonly argsJson: string;
  readonly caller: Caller;
  readonly origin: CallOrigin;
  readonly request: RequestInfo;
  /** Read at this past instant (queries only); null for now. */
  readonly at: Ticks | null;
  /** Of a mutation that takes effect once however often it is tried; null for all other calls. */
  readonly once: Once | null;
}

/** A failure of app code or of its arguments: an answer, not a fault of the server. */
export type FunctionError = CallError;

export type FunctionOutcome =
  | {
      readonly status: "success";
      /** Encoded JSON text of the result. */
      readonly value: string;
      /** `[LOG] 'hi'` lines, in order. */
      readonly logLines: readonly string[];
      /** The commit, now or when the request was sent first; the snapshot of what wrote nothing; null for actions. */
      readonly ts: Ticks | null;
    }
  | { readonly status: "error"; readonly error: FunctionError; readonly logLines: readonly string[] };

/** A request for an HTTP action, as the door hands it in. */
export interface HttpActionCall {
  readonly method: string;
  /** The URL that the handler sees: scheme, host, external path, query. */
  readonly url: string;
  /** Percent-encoded path that is routed (no `/http` prefix, no query). */
  readonly path: string;
  /** Lower-cased names, repeated headers as separate pairs, `convex-request-id` included. */
  readonly headers: readonly (readonly [string, string])[];
  /** Null for GET, HEAD and OPTIONS; the whole body when it is already here; else its chunks. Iterating may reject: broken upload. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
  readonly caller: Caller;
  readonly request: RequestInfo;
  /** The door calls `abort` when the client has gone before the response ended. */
  readonly disconnect: Disconnect;
  /** Null where nobody asks. */
  readonly watcher: HttpActionWatcher | null;
}

/** Hears what becomes of one request to an HTTP action. */
export interface HttpActionWatcher {
  /** A console line, so long after the function began. */
  line(line: LogLine, elapsedMs: number): void;
  /** What it called; not where that was nothing, or its runner was lost. */
  called(record: EncodedCallRecord): void;
  /**
   * The function has ended.
   * @param route as the app's router has it; null where none matched.
   * @param durationMs in its runner; null where that was lost.
   */
  ended(route: string | null, durationMs: number | null): void;
}

/** One-shot notice that the client is gone. */
export class Disconnect {
  #aborted = false;
  #listener: (() => void) | null = null;

  get aborted(): boolean {
    return this.#aborted;
  }

  /** Sets the one listener; called at once when already aborted. */
  listen(listener: () => void): void {
    if (this.#aborted) listener();
    else this.#listener = listener;
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#listener?.();
    this.#listener = null;
  }
}

export type HttpActionOutcome =
  | {
      readonly type: "response";
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      /**
       * Null: no body. Bytes or text: known length. Else a stream: the door pulls (back-pressure) and calls `return`
       * when the client goes; it ends early after a failure of app code and throws when the connection must break.
       */
      readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | null;
    }
  /** The deployment has no `http.ts`. */
  | { readonly type: "notEnabled" }
  /** The router knows no route. */
  | { readonly type: "noRoute" }
  | { readonly type: "error"; readonly error: FunctionError };

/**
 * Runs the functions of one deployment. Failures of app code are outcomes; faults of the server (write conflict after
 * all retries, too many concurrent calls, store full) are thrown as `EpigraphError` with code, status and message.
 */
export interface Functions {
  invoke(call: FunctionCall): Promise<FunctionOutcome>;
  httpAction(call: HttpActionCall): Promise<HttpActionOutcome>;
  /** Newest commit that reads are sure to see. */
  latestTs(): Ticks;
  close(): Promise<void>;
}

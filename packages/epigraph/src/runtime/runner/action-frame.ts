import type { ActionFiles } from "./action-files.ts";
import type { CallError } from "./call-error.ts";
import type { Caller, RequestInfo } from "./caller.ts";
import type { ActionUsage } from "./execution-usage.ts";
import type { LogLines } from "./log-lines.ts";

/** What one action or HTTP action has of its surroundings. */
export interface ActionFrame {
  /** Canonical path; `http.js:default` for an HTTP action. */
  readonly path: string;
  readonly kind: "action" | "http";
  readonly caller: Caller;
  readonly request: RequestInfo;
  readonly environment: (name: string) => string | undefined;
  readonly logs: LogLines;
  readonly usage: ActionUsage;
  /**
   * Runs an operation (`1.0/actions/query`, …) and gives its JSON text.
   * @throws OperationError and DatabaseError with texts for app code; anything else is a fault of the server.
   */
  readonly operation: (name: string, args: Readonly<Record<string, unknown>>) => Promise<string>;
  /** `storage.store` and `storage.get`. */
  readonly files: ActionFiles;
  /** Null for actions, and for HTTP actions whose request has no body or came with it. */
  readonly body: IncomingBody | null;
  readonly response: ResponseSink | null;
}

/** A request body on its way in. */
export interface IncomingBody {
  /** The next bytes, null at the end. Rejects when the upload broke. */
  read(): Promise<Uint8Array | null>;
  /** The rest is not wanted. */
  cancel(): void;
}

/** Where an HTTP action's response goes. */
export interface ResponseSink {
  /** @param body the whole body, or null when there is none or it follows in chunks. */
  head(headJson: string, body: string | Uint8Array | null): void;
  chunk(bytes: Uint8Array, onRoom: () => void): SinkAnswer;
}

/** `wait`: the window is full, and the next chunk may come after a call back. `enough`: none may come any more. */
export type SinkAnswer = "more" | "wait" | "enough";

export type ActionOutcome =
  | { readonly type: "value"; readonly json: string }
  | { readonly type: "noRoute" }
  /** `route`: of an HTTP action, once it is known. */
  | { readonly type: "error"; readonly error: CallError; readonly route: string | null }
  /** Not the app's failure, though it may have caused it. */
  | { readonly type: "fault"; readonly error: Error };

/** What an operation failed with, as app code may catch it. */
export class OperationError extends Error {
  override readonly name = "OperationError";
  /** Encoded JSON of a ConvexError's data; undefined when it is none. */
  readonly data: unknown;

  constructor(message: string, data?: unknown) {
    super(message);
    this.data = data;
  }
}

/** An action that runs, as its caller steers it. */
export interface RunningAction {
  readonly outcome: Promise<ActionOutcome>;
  /** The client has gone: the request's signal aborts, and soon the action ends. */
  disconnect(): void;
}

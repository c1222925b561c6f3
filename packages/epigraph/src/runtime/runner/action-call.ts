import type { IncomingBody, ResponseSink } from "./action-frame.ts";
import type { CallRecorder } from "./call-recorder.ts";
import type { Caller, RequestInfo } from "./caller.ts";
import type { Access } from "./check-call.ts";
import type { ActionUsage } from "./execution-usage.ts";
import type { LogLines } from "./log-lines.ts";
import type { Explain } from "./transaction-explainer.ts";

/** What actions and HTTP actions have alike while they run. */
export interface RunningCall {
  /** Number of the host's job that it belongs to. */
  readonly job: number;
  readonly caller: Caller;
  readonly request: RequestInfo;
  readonly logs: LogLines;
  readonly usage: ActionUsage;
  readonly explain: Explain;
  /** Null where nobody asked what it calls. */
  readonly recorder: CallRecorder | null;
}

export interface ActionCall extends RunningCall {
  readonly path: string;
  readonly argsJson: string;
  readonly access: Access;
}

export interface HttpActionRequest extends RunningCall {
  /** JSON text of `[url, method, header pairs]`. */
  readonly headJson: string;
  readonly routedPath: string;
  readonly body: Uint8Array | IncomingBody | null;
  readonly response: ResponseSink;
}

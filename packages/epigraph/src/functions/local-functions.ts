import type { ResponseHead } from "../runtime/kernel/bridge.ts";
import type { ActionResult, ResponseSink } from "../runtime/runner/action-realm.ts";
import { RESPONSE_WINDOW_BYTES } from "../runtime/runner/action-realm.ts";
import type { Kind } from "../runtime/runner/check-call.ts";
import { LogLines } from "../runtime/runner/log-lines.ts";
import type { CallerView, Runner } from "../runtime/runner/runner.ts";
import type { CallResult } from "../runtime/runner/transaction-runner.ts";
import type { SnapshotSource } from "../store/store.ts";
import type { Ticks } from "../store/ticks.ts";
import type {
  Caller,
  FunctionCall,
  FunctionOutcome,
  Functions,
  HttpActionCall,
  HttpActionOutcome,
} from "./calls.ts";
import type { ExecutionRecord } from "./execution-record.ts";

const KINDS: Readonly<Record<FunctionCall["kind"], Kind | null>> = {
  query: "Query",
  mutation: "Mutation",
  action: "Action",
  any: null,
};

/** Functions hosted by a runner in this thread. */
export class LocalFunctions implements Functions {
  readonly #runner: Runner;
  readonly #snapshots: SnapshotSource;
  readonly #onExecution: (record: ExecutionRecord) => void;

  constructor(runner: Runner, snapshots: SnapshotSource, onExecution: (record: ExecutionRecord) => void) {
    this.#runner = runner;
    this.#snapshots = snapshots;
    this.#onExecution = onExecution;
  }

  async invoke(call: FunctionCall): Promise<FunctionOutcome> {
    const startedMs = performance.now();
    const logs = new LogLines(null);
    const result = await this.#runner.call(
      KINDS[call.kind],
      call.path,
      call.argsJson,
      viewOf(call.caller, call.kind === "any", call),
      call.at,
      logs,
    );
    const logLines = logs.formatted();
    this.#onExecution({
      identifier: call.path,
      kind: call.kind,
      status: null,
      logLines,
      durationMs: performance.now() - startedMs,
      error: errorOf(result),
    });
    if ("json" in result) return { status: "success", value: result.json, logLines };
    return { status: "error", error: result, logLines };
  }

  async httpAction(call: HttpActionCall): Promise<HttpActionOutcome> {
    const startedMs = performance.now();
    const logs = new LogLines(null);
    const response = new PendingResponse();
    const finished = this.#runner.http(
      call,
      viewOf(call.caller, false, call),
      response,
      (abort) => call.disconnect.listen(abort),
      logs,
    );
    const report = (status: number | null, error: string | null): void =>
      this.#onExecution({
        identifier: `${call.method} ${response.route ?? call.path}`,
        kind: "http",
        status,
        logLines: logs.formatted(),
        durationMs: performance.now() - startedMs,
        error,
      });
    const first = await Promise.race([response.started, finished]);
    if (first === null) return { type: "notEnabled" };
    if ("head" in first) {
      void finished.then(
        (result) => {
          const failed = result !== null && "message" in result ? result.message : null;
          response.end();
          report(first.head.status, failed);
        },
        (error: Error) => response.break(error),
      );
      return {
        type: "response",
        status: first.head.status,
        headers: first.head.headers,
        body: first.head.stream ? response.stream() : first.body,
      };
    }
    if ("noRoute" in first) {
      report(404, null);
      return { type: "noRoute" };
    }
    if ("json" in first)
      return {
        type: "error",
        error: { message: "Uncaught Error: HTTP actions must return a Response", frames: "", data: null },
      };
    report(500, first.message);
    return { type: "error", error: first };
  }

  latestTs(): Ticks {
    const snapshot = this.#snapshots.open();
    try {
      return snapshot.ts;
    } finally {
      snapshot.close();
    }
  }

  async close(): Promise<void> {
    this.#runner.close();
  }
}

function errorOf(result: CallResult | ActionResult): string | null {
  return "message" in result ? result.message : null;
}

function viewOf(caller: Caller, byName: boolean, call: Pick<FunctionCall, "request">): CallerView {
  return {
    access: { internal: caller.type === "admin", byName },
    request: call.request,
    identity() {
      if (caller.type === "rejected") throw new Error(caller.message);
      if (caller.type === "user") return caller.identity;
      return caller.type === "admin" ? caller.actingAs : null;
    },
  };
}

interface Started {
  readonly head: ResponseHead;
  readonly body: string | Uint8Array | null;
}

/** A response on its way: its head once, then chunks as fast as the reader takes them. */
class PendingResponse implements ResponseSink {
  readonly started: Promise<Started>;
  route: string | null = null;
  #start!: (started: Started) => void;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #resume: (() => void) | null = null;
  #wake: (() => void) | null = null;
  #ended = false;
  #error: Error | null = null;

  constructor() {
    this.started = new Promise((resolve) => {
      this.#start = resolve;
    });
  }

  head(head: ResponseHead & { readonly route: string }, body: string | Uint8Array | null): void {
    this.route = head.route;
    this.#start({ head, body });
  }

  chunk(bytes: Uint8Array, resume: () => void): boolean {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    this.#wake?.();
    if (this.#bytes < RESPONSE_WINDOW_BYTES) return true;
    this.#resume = resume;
    return false;
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  break(error: Error): void {
    this.#error = error;
    this.end();
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#bytes -= chunk.length;
        if (this.#resume !== null && this.#bytes < RESPONSE_WINDOW_BYTES) {
          const resume = this.#resume;
          this.#resume = null;
          // Not from inside the reader's call: the realm is entered in a turn of its own.
          queueMicrotask(resume);
        }
        yield chunk;
        continue;
      }
      if (this.#error !== null) throw this.#error;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }
}

import { createHash } from "node:crypto";
import { type EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { ErrorCode } from "../../errors/error-code.ts";
import type { FunctionCall, FunctionError, FunctionOutcome, Functions } from "../../functions/calls.ts";
import { componentNotFound } from "../../functions/component-not-found.ts";
import type { QueryCaller } from "../../functions/queries/query-caller.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { AddressedCall } from "../protocol/client-message.ts";
import { actionResponse, failureResponse, mutationResponse } from "../protocol/server-message.ts";
import type { SyncClient } from "../sync-socket.ts";
import { MutationQueue } from "./mutation-queue.ts";

export interface SessionCallsParts {
  readonly functions: Pick<Functions, "invoke">;
  readonly client: SyncClient;
  readonly redactErrors: boolean;
  readonly newRequestId: () => string;
  /** Sets a timer and gives what takes it back. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  readonly reportFault: (
    fault: Error,
    context: { readonly requestId: string; readonly path: string },
  ) => void;
  readonly limits: CallLimits;
}

export interface CallLimits {
  /** Mutations that wait behind the one that runs. */
  readonly queuedMutations: number;
  readonly runningActions: number;
  /** For one mutation, with everything that it is tried again for. */
  readonly mutationMs: number;
}

export interface SessionCallsEvents {
  /**
   * An answer is ready.
   * @param minTs the commit that the client waits to see; 0 where it waits for any Transition, null where for none.
   */
  readonly onAnswer: (text: string, minTs: Ticks | null) => void;
  /** The session can't go on. */
  readonly onEnd: (code: number, reason: ErrorCode) => void;
}

/** A call as the client made it, with who it was then. */
export interface SessionCall extends AddressedCall {
  readonly requestId: number;
  readonly caller: QueryCaller;
  /** Null before the client has named it. */
  readonly sessionId: string | null;
  /** Length of its message. */
  readonly size: number;
}

/** Mutations and actions of one session. */
export class SessionCalls {
  readonly #parts: SessionCallsParts;
  readonly #events: SessionCallsEvents;
  readonly #mutations = new MutationQueue();
  #actions = 0;

  constructor(parts: SessionCallsParts, events: SessionCallsEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  /** Length of the messages of mutations that wait. */
  get queuedSize(): number {
    return this.#mutations.size;
  }

  mutation(call: SessionCall): void {
    if (this.#mutations.length >= this.#parts.limits.queuedMutations) {
      this.#events.onEnd(1013, "TooManyConcurrentMutations");
      return;
    }
    this.#mutations.push({ size: call.size, run: () => this.#mutate(call) });
  }

  action(call: SessionCall): void {
    if (this.#actions >= this.#parts.limits.runningActions) {
      this.#events.onEnd(1013, "TooManyInflightActionsForSingleClient");
      return;
    }
    void this.#act(call);
  }

  /** Forgets what has not begun. What runs goes on, and its answer goes nowhere. */
  close(): void {
    this.#mutations.clear();
  }

  async #mutate(call: SessionCall): Promise<void> {
    const { limits, redactErrors, setTimer } = this.#parts;
    const textId = this.#textId(call);
    const cancel = setTimer(() => this.#events.onEnd(1011, "InternalServerError"), limits.mutationMs);
    try {
      const outcome = await this.#invoke("mutation", call, textId);
      if (outcome.status === "error") this.#fail("Mutation", call, textId, outcome.error, outcome.logLines);
      else {
        const ts = outcome.ts as Ticks;
        const { value, logLines } = outcome;
        this.#events.onAnswer(mutationResponse(call.requestId, value, ts, logLines, redactErrors), ts);
      }
    } catch (thrown) {
      const error = toEpigraphError(thrown);
      if (isRefusal(error)) this.#fail("Mutation", call, textId, failureOf(error), []);
      else if (isOverload(error)) this.#events.onEnd(1013, error.code);
      else {
        this.#parts.reportFault(error, { requestId: textId, path: call.path });
        this.#events.onEnd(1011, "InternalServerError");
      }
    } finally {
      cancel();
    }
  }

  async #act(call: SessionCall): Promise<void> {
    const textId = this.#textId(call);
    this.#actions++;
    try {
      const outcome = await this.#invoke("action", call, textId);
      if (outcome.status === "error") this.#fail("Action", call, textId, outcome.error, outcome.logLines);
      else {
        const { value, logLines } = outcome;
        const text = actionResponse(call.requestId, value, logLines, this.#parts.redactErrors);
        this.#events.onAnswer(text, null);
      }
    } catch (thrown) {
      // Ending the session would fail all its other actions, none of which can be sent again.
      const error = toEpigraphError(thrown);
      if (!error.isForCaller) this.#parts.reportFault(error, { requestId: textId, path: call.path });
      this.#fail("Action", call, textId, failureOf(error), []);
    } finally {
      this.#actions--;
    }
  }

  async #invoke(kind: "mutation" | "action", call: SessionCall, textId: string): Promise<FunctionOutcome> {
    const { path, componentPath, argsJson, caller, sessionId, requestId } = call;
    if (componentPath !== "") {
      return { status: "error", error: componentNotFound(path, componentPath), logLines: [] };
    }
    const { ip, userAgent } = this.#parts.client;
    const request: FunctionCall = {
      kind,
      path,
      componentPath,
      argsJson,
      caller: caller.caller,
      origin: "SyncWorker",
      request: { requestId: textId, ip, userAgent },
      at: null,
      once:
        kind === "mutation" && sessionId !== null
          ? { type: "session", session: sessionId, request: requestId }
          : null,
    };
    return this.#parts.functions.invoke(request);
  }

  #fail(
    kind: "Mutation" | "Action",
    { requestId }: SessionCall,
    textId: string,
    error: FunctionError,
    logLines: readonly string[],
  ): void {
    const { redactErrors } = this.#parts;
    const text = failureResponse(kind, { requestId, textId }, error, logLines, redactErrors);
    // Clients in Rust and Python tell of a mutation that failed with data only behind the next Transition.
    this.#events.onAnswer(text, kind === "Mutation" ? 0 : null);
  }

  /** The same each time that a call is sent, so that what is logged of it can be found. */
  #textId({ sessionId, requestId }: SessionCall): string {
    if (sessionId === null) return this.#parts.newRequestId();
    return createHash("sha256").update(`${sessionId}|${requestId}`).digest("hex").slice(0, 16);
  }
}

function failureOf(error: EpigraphError): FunctionError {
  return { message: error.toEnvelope().message, frames: "", data: null };
}

/** Sent again it would fail again. */
function isRefusal({ isForCaller, status }: EpigraphError): boolean {
  return isForCaller && status >= 400 && status < 500 && status !== 429;
}

/** Sent again, a little later, it may pass. */
function isOverload({ isForCaller, status }: EpigraphError): boolean {
  return isForCaller && (status === 429 || status === 503);
}

import type { HostBridge, ResponseHead, ThrownError } from "../kernel/bridge.ts";
import { bytesInto, Realm, RealmInterrupted } from "../realm/realm.ts";
import { type CallError, plainError, uncaught } from "./call-error.ts";
import type { Identity, RequestInfo } from "./caller.ts";
import type { Code } from "./code.ts";
import type { Effects } from "./effects.ts";
import { newSeed } from "./effects.ts";
import type { LogLines } from "./log-lines.ts";
import {
  describe,
  digestBytes,
  frameSyscall,
  interrupted,
  readEnvironment,
  splitPath,
} from "./transaction-realm.ts";

/** Longest synchronous slice of an action. */
const SLICE_LIMIT_MS = 5_000;
const MEMORY_LIMIT_MB = 128;
/** Chunks of a streamed response that may wait for the reader, in bytes. */
export const RESPONSE_WINDOW_BYTES: number = 256 * 1024;

/** What one action or HTTP action needs from its surroundings. */
export interface ActionFrame {
  readonly path: string;
  readonly identity: () => Identity | null;
  readonly request: RequestInfo;
  readonly environment: (name: string) => string | undefined;
  readonly logs: LogLines;
  /** Runs an operation (`1.0/actions/query`, …); rejects with an error that app code may catch. */
  readonly operation: (name: string, args: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly body: AsyncIterator<Uint8Array> | null;
  readonly response: ResponseSink | null;
}

/** Where an HTTP action's response goes. */
export interface ResponseSink {
  head(head: ResponseHead & { readonly route: string }, body: string | Uint8Array | null): void;
  /** True while the reader keeps up; otherwise the realm waits for `resume`. */
  chunk(bytes: Uint8Array, resume: () => void): boolean;
}

export type ActionResult = { readonly json: string } | { readonly noRoute: true } | CallError;

interface Running {
  readonly frame: ActionFrame;
  readonly settle: (result: ActionResult) => void;
  readonly timers: Map<number, NodeJS.Timeout>;
}

/**
 * A realm that runs many actions at once, under entry discipline: each entry belongs to one execution, settles one
 * promise, and names its execution before any app code runs.
 */
export class ActionRealm {
  readonly #realm: Realm;
  readonly #code: Code;
  readonly #effects: Effects;
  readonly #running = new Map<number, Running>();
  #nextId = 1;

  constructor(code: Code, effects: Effects) {
    this.#code = code;
    this.#effects = effects;
    this.#realm = new Realm(this.#bridge(), { memoryMb: MEMORY_LIMIT_MB });
    for (const module of code.modules) this.#realm.define(module);
  }

  get disposed(): boolean {
    return this.#realm.disposed;
  }

  get idle(): boolean {
    return this.#running.size === 0;
  }

  runAction(frame: ActionFrame, argsJson: string): Promise<ActionResult> {
    const [module, name] = splitPath(frame.path);
    return this.#start(frame, (id) =>
      this.#enter(id, "call", [id, "action", module, name, argsJson, newSeed(this.#effects), null]),
    );
  }

  /** @param body the whole body, true for one that `frame.body` gives in chunks, or null. */
  runHttp(
    frame: ActionFrame,
    headJson: string,
    routedPath: string,
    body: Uint8Array | true | null,
    onStarted: (abort: () => void) => void,
  ): Promise<ActionResult> {
    return this.#start(frame, (id) => {
      onStarted(() => this.#enter(id, "abort", [id]));
      this.#enter(id, "http", [
        id,
        headJson,
        body === null ? null : body === true ? id : bytesInto(body),
        routedPath,
        newSeed(this.#effects),
      ]);
    });
  }

  dispose(): void {
    for (const id of [...this.#running.keys()])
      this.#finish(
        id,
        plainError("The function was stopped because its code was replaced or the deployment shut down"),
      );
    this.#realm.dispose();
  }

  #start(frame: ActionFrame, start: (id: number) => void): Promise<ActionResult> {
    return new Promise((settle) => {
      const id = this.#nextId++;
      this.#running.set(id, { frame, settle, timers: new Map() });
      start(id);
    });
  }

  /** Enters the realm for one execution; what ends the entry ends that execution, or all of them when the heap is gone. */
  #enter(
    id: number,
    name: "call" | "http" | "settle" | "timer" | "abort" | "resume",
    args: readonly unknown[],
  ): void {
    if (!this.#running.has(id) || this.#realm.disposed) return;
    try {
      this.#realm.enter(name, args, SLICE_LIMIT_MS);
    } catch (error) {
      if (error instanceof RealmInterrupted && error.reason === "memory") {
        for (const other of [...this.#running.keys()]) this.#finish(other, interrupted(error));
      } else if (error instanceof RealmInterrupted)
        this.#finish(id, interrupted(error, SLICE_LIMIT_MS / 1000));
      else this.#finish(id, uncaught(describe(error), this.#code));
    }
  }

  #finish(id: number, result: ActionResult): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    for (const timer of running.timers.values()) clearTimeout(timer);
    if (!this.#realm.disposed) this.#realm.enter("drop", [id], SLICE_LIMIT_MS);
    running.settle(result);
  }

  #done(id: number, outcome: string): void {
    const result: ActionResult =
      outcome === "N"
        ? { noRoute: true }
        : outcome.startsWith("V")
          ? { json: outcome.slice(1) }
          : uncaught(JSON.parse(outcome.slice(1)) as ThrownError, this.#code);
    // The kernel is still on the stack of this entry: the execution is dropped once the entry is over.
    queueMicrotask(() => this.#finish(id, result));
  }

  #bridge(): HostBridge {
    const frame = (id: number): ActionFrame | undefined => this.#running.get(id)?.frame;
    return {
      syscall: (_id, name) => `E${JSON.stringify({ message: `Unknown operation ${name}` })}`,
      startOperation: (id, call, name, args) => this.#operation(id, call, name, args),
      environment: (name) => readEnvironment((key) => this.#environment?.(key), name),
      log: (id, level, messages) => frame(id)?.logs.add(level, JSON.parse(messages) as string[]),
      done: (id, outcome) => this.#done(id, outcome),
      randomBytes: (length) => {
        const bytes = this.#effects.random(length);
        return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length) as ArrayBuffer;
      },
      digest: digestBytes,
      setTimer: (id, timer, delayMs) => this.#setTimer(id, timer, delayMs),
      clearTimer: (id, timer) => {
        const timers = this.#running.get(id)?.timers;
        clearTimeout(timers?.get(timer));
        timers?.delete(timer);
      },
      readBody: (id, call) => this.#readBody(id, call),
      cancelBody: (id) => void frame(id)?.body?.return?.(),
      respond: (id, headJson, body) =>
        frame(id)?.response?.head(
          JSON.parse(headJson),
          body === undefined ? null : typeof body === "string" ? body : new Uint8Array(body),
        ),
      responseChunk: (id, chunk) =>
        frame(id)?.response?.chunk(new Uint8Array(chunk), () => this.#enter(id, "resume", [id])) ?? true,
    };
  }

  /** Variables are the deployment's, not the caller's, so any running frame can answer. */
  get #environment(): ((name: string) => string | undefined) | undefined {
    return this.#running.values().next().value?.frame.environment;
  }

  #operation(id: number, call: number, name: string, argsText: string): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    const answer = (ok: boolean, value: string): void => this.#enter(id, "settle", [id, call, ok, value]);
    const run = async (): Promise<string> => {
      if (name === "1.0/getUserIdentity") return JSON.stringify(running.frame.identity());
      const shared = frameSyscall(
        { path: running.frame.path, identity: null, kind: "mutation", request: running.frame.request },
        name,
      );
      return shared ?? (await running.frame.operation(name, JSON.parse(argsText) as Record<string, unknown>));
    };
    run().then(
      (json) => answer(true, json),
      (error: Error & { data?: unknown }) =>
        answer(
          false,
          JSON.stringify({
            message: error.message,
            ...(error.data === undefined ? {} : { data: error.data }),
          }),
        ),
    );
  }

  #setTimer(id: number, timer: number, delayMs: number): void {
    const running = this.#running.get(id);
    running?.timers.set(
      timer,
      setTimeout(() => {
        running.timers.delete(timer);
        this.#enter(id, "timer", [id, timer]);
      }, delayMs),
    );
  }

  #readBody(id: number, call: number): void {
    const body = this.#running.get(id)?.frame.body;
    if (body === null || body === undefined) return;
    body.next().then(
      (step) =>
        this.#enter(id, "settle", [id, call, true, step.done === true ? null : bytesInto(step.value)]),
      (error: Error) =>
        this.#enter(id, "settle", [id, call, false, JSON.stringify({ message: error.message })]),
    );
  }
}

import { INCOMING_EXCHANGE } from "../kernel/bridge.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { bytesInto, type KernelEntry, Realm, RealmInterrupted } from "../realm/realm.ts";
import { textPieces } from "../realm/text-pieces.ts";
import { ActionBridge } from "./action-bridge.ts";
import type { ActionFrame, ActionOutcome, RunningAction } from "./action-frame.ts";
import { ActionState } from "./action-state.ts";
import { type CallError, plainError, timeoutError } from "./call-error.ts";
import type { Code } from "./code.ts";
import { type Effects, newSeed } from "./effects.ts";
import { splitPath } from "./function-path.ts";
import { entryError } from "./host-calls.ts";
import type { Slices } from "./slices.ts";

const MEMORY_MB = 64;
/** Longest synchronous slice. */
const SLICE_LIMIT_MS = 5_000;
/** What a function may still do after its client has gone. */
const DISCONNECT_GRACE_MS = 1_000;
/** An action that is out of memory takes those of its realm along, so they are kept few. */
export const MAX_ACTIONS_PER_REALM = 64;

export interface ActionRealmOptions {
  readonly code: Code;
  readonly effects: Effects;
  readonly instanceName: string;
  readonly slices: Slices;
  /** Of an action, from the first line to the last. */
  readonly limitMs: number;
  /** Something from outside is about to be told to app code. */
  readonly onEvent: () => void;
  /** As the realm's. */
  readonly isBusy: boolean;
  readonly script?: string | undefined;
}

/**
 * A realm that runs many actions at once, under entry discipline: each entry belongs to one execution, settles one
 * promise, and names its execution before any app code runs.
 */
export class ActionRealm {
  readonly #options: ActionRealmOptions;
  readonly #realm: Realm;
  readonly #running = new Map<number, ActionState>();
  #isSpoiled = false;
  #nextId = 1;
  /** The engine does not count the time of host calls. */
  #sliceStartMs = 0;

  constructor(options: ActionRealmOptions) {
    this.#options = options;
    const { code, isBusy, script } = options;
    const bridge = new ActionBridge({
      ...options,
      running: this.#running,
      enter: (id, name, args) => this.#enter(id, name, args),
      end: (id, outcome) => this.#end(id, outcome),
      sliceStartMs: () => this.#sliceStartMs,
      sliceLimitMs: SLICE_LIMIT_MS,
    });
    this.#realm = new Realm(bridge.toHost(), { code, memoryMb: MEMORY_MB, isBusy, script });
  }

  get code(): Code {
    return this.#options.code;
  }

  get isDisposed(): boolean {
    return this.#realm.isDisposed;
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** An action changed it for ever: it takes no more. */
  get isSpoiled(): boolean {
    return this.#isSpoiled;
  }

  /** Whether it can take one more action. */
  hasRoom(): boolean {
    if (this.#isSpoiled || this.#running.size >= MAX_ACTIONS_PER_REALM) return false;
    this.#isSpoiled = !this.#realm.isClean();
    return !this.#isSpoiled;
  }

  /** @param job number of the host's job that it belongs to. */
  runAction(job: number, frame: ActionFrame, argsJson: string): RunningAction {
    const [module, name] = splitPath(frame.path);
    return this.#start(job, frame, (id) =>
      this.#enter(id, "call", [
        id,
        "action",
        module,
        name,
        null,
        ...newSeed(this.#options.effects),
        ...textPieces(argsJson),
      ]),
    );
  }

  /** @param body the whole body, true for one that `frame.body` gives, or null. */
  runHttpAction(
    job: number,
    frame: ActionFrame,
    request: {
      readonly headJson: string;
      readonly routedPath: string;
      readonly body: Uint8Array | true | null;
    },
  ): RunningAction {
    const { headJson, routedPath, body } = request;
    return this.#start(job, frame, (id) => {
      const into = body === null ? null : body === true ? INCOMING_EXCHANGE : bytesInto(body);
      this.#enter(id, "http", [
        id,
        into,
        routedPath,
        ...newSeed(this.#options.effects),
        ...textPieces(headJson),
      ]);
    });
  }

  collect(): void {
    this.#realm.collect();
  }

  /** Ends whatever runs. */
  dispose(): void {
    const stopped = plainError("The function was stopped because the deployment shut down");
    for (const id of [...this.#running.keys()]) this.#stop(id, stopped);
    this.#realm.dispose();
  }

  #start(job: number, frame: ActionFrame, start: (id: number) => void): RunningAction {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<ActionOutcome>();
    this.#running.set(id, new ActionState(job, frame, this.#options.effects, resolve));
    start(id);
    // Most have ended by now, or wait for something short.
    const { limitMs } = this.#options;
    if (this.#running.has(id)) this.#endAfter(id, limitMs, timeoutError(limitMs));
    return { outcome: promise, disconnect: () => this.#disconnect(id) };
  }

  #endAfter(id: number, delayMs: number, error: CallError): void {
    this.#running.get(id)?.endAfter(delayMs, () => this.#stop(id, error));
  }

  #disconnect(id: number): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    running.frame.logs.add("INFO", "Client disconnected", null);
    this.#enter(id, "abort", [id]);
    this.#endAfter(id, DISCONNECT_GRACE_MS, plainError("Client disconnected"));
  }

  /** Enters the realm for one execution; what ends the entry ends that execution, or all of them when the heap is gone. */
  #enter<K extends KernelEntry>(id: number, name: K, args: Parameters<Kernel[K]>): void {
    const running = this.#running.get(id);
    if (running === undefined || this.#realm.isDisposed) return;
    this.#options.onEvent();
    this.#options.slices.begin(running.job, SLICE_LIMIT_MS);
    this.#sliceStartMs = this.#options.effects.elapsedMs();
    try {
      this.#realm.enter(name, args, SLICE_LIMIT_MS);
    } catch (error) {
      const ended = entryError(error, SLICE_LIMIT_MS, this.code.stacks);
      const isOutOfMemory = error instanceof RealmInterrupted && error.reason === "memory";
      for (const other of isOutOfMemory ? [...this.#running.keys()] : [id]) {
        this.#stop(other, ended);
      }
      return;
    } finally {
      this.#options.slices.end();
      running.frame.usage.addTime(this.#options.effects.elapsedMs() - this.#sliceStartMs);
    }
    if (!running.isAwaiting && this.#running.has(id)) {
      this.#stop(id, plainError("Returned promise will never resolve"));
    }
  }

  /** Ends an execution that the kernel still knows. */
  #stop(id: number, error: CallError): void {
    const route = this.#realm.isDisposed ? null : this.#realm.enter("drop", [id], SLICE_LIMIT_MS);
    this.#end(id, { type: "error", error, route });
  }

  /** The kernel has forgotten the execution, and may be on the stack. */
  #end(id: number, outcome: ActionOutcome): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    running.end(outcome);
  }
}

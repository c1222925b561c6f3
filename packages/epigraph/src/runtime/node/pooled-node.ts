import type { LogLevel } from "../kernel/bridge.ts";
import type { ActionFrame, ActionOutcome } from "../runner/action-frame.ts";
import { plainError } from "../runner/call-error.ts";
import type { Effects } from "../runner/effects.ts";
import type { FromNode } from "./messages.ts";
import type { NodeApp } from "./node-code.ts";
import type { NodeLimits } from "./node-limits.ts";
import { NodeProcess } from "./node-process.ts";

/** An action on its way through a Node process. */
export interface NodeCall {
  readonly frame: ActionFrame;
  readonly module: string;
  readonly name: string;
  readonly argsJson: string;
  /** Runs an operation of `ctx` and gives its JSON text; never rejects. */
  readonly operation: (
    name: string,
    argsJson: string,
  ) => Promise<{ readonly ok: boolean; readonly text: string }>;
  /** What the process gives for how the action ended. */
  readonly readOutcome: (text: string) => ActionOutcome;
}

export interface PooledNodeOptions {
  readonly app: NodeApp;
  readonly limits: NodeLimits;
  readonly effects: Effects;
  /** For the operator: what a process printed that ended by itself. */
  readonly report: (text: string) => void;
  /** It is idle now. */
  readonly onIdle: (node: PooledNode) => void;
  /** It is dead now. */
  readonly onDead: (node: PooledNode) => void;
}

interface Running {
  readonly request: string;
  readonly call: NodeCall;
  readonly settle: (outcome: ActionOutcome) => void;
  readonly clearTimer: () => void;
}

const REQUEST_BYTES = 16;
/** App code can reach the channel, so what comes is checked. */
const LEVELS: ReadonlySet<string> = new Set(["DEBUG", "INFO", "LOG", "WARN", "ERROR"] satisfies LogLevel[]);
const STUCK =
  "Function execution unexpectedly timed out. Check your function for infinite loops or other long-running operations.";

/**
 * One Node process and the action that it runs; the README has the states.
 */
export class PooledNode {
  readonly app: NodeApp;
  readonly #options: PooledNodeOptions;
  readonly #process: NodeProcess;
  #running: Running | null = null;
  #isDraining = false;
  #isDead = false;

  constructor(options: PooledNodeOptions) {
    this.#options = options;
    this.app = options.app;
    this.#process = new NodeProcess({
      memoryMb: options.limits.memoryMb,
      onMessage: (message) => this.#receive(message),
      onExit: (reason, detail) => {
        if (!this.#isDead && detail !== "") options.report(`${reason}\n${detail}`);
        this.end(reason);
      },
    });
    const { code, environment } = options.app;
    const { folder, modules } = code;
    this.#process.send({ type: "load", folder, environment, text: JSON.stringify(modules) });
  }

  get isIdle(): boolean {
    return this.#running === null && !this.#isDead;
  }

  /** Runs an action; it must be idle. */
  run(call: NodeCall): Promise<ActionOutcome> {
    const { limits, effects } = this.#options;
    const { promise, resolve } = Promise.withResolvers<ActionOutcome>();
    const request = Buffer.from(effects.random(REQUEST_BYTES)).toString("hex");
    // The process ends it itself, unless its thread is stuck.
    const clearTimer = effects.setTimer(() => this.end(STUCK), limits.timeMs + limits.graceMs);
    this.#running = { request, call, settle: resolve, clearTimer };
    const { module, name, argsJson } = call;
    this.#process.send({ type: "run", request, module, name, limitMs: limits.timeMs, text: argsJson });
    return promise;
  }

  /** Its code is no longer wanted: it ends with the action that it runs, or now. */
  drain(): void {
    this.#isDraining = true;
    if (this.#running === null) this.end("");
  }

  /** Ends it and its action. @param reason what the action's caller is told. */
  end(reason: string): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#process.kill();
    const running = this.#take();
    running?.settle({ type: "error", error: plainError(reason), route: null });
    this.#options.onDead(this);
  }

  #take(): Running | null {
    const running = this.#running;
    this.#running = null;
    running?.clearTimer();
    return running;
  }

  #receive(message: FromNode): void {
    const running = this.#running;
    // What an action leaves behind says nothing to anyone once it has ended.
    if (this.#isDead || running === null || message.type === "analysis") return;
    if (message.request !== running.request) return;
    switch (message.type) {
      case "line":
        if (!LEVELS.has(message.level)) throw new RangeError(`a line of no known level ${message.level}`);
        running.call.frame.logs.add(message.level, message.text, null);
        return;
      case "operation":
        void this.#operate(running, message);
        return;
      case "done":
        this.#finish(running.call.readOutcome(message.text), message.isSpoiled);
    }
  }

  async #operate({ request, call }: Running, message: FromNode & { type: "operation" }): Promise<void> {
    const answer = await call.operation(message.name, message.text);
    if (!this.#isDead) this.#process.send({ type: "answer", request, call: message.call, ...answer });
  }

  #finish(outcome: ActionOutcome, isSpoiled: boolean): void {
    const running = this.#take();
    if (isSpoiled || this.#isDraining) this.end("");
    running?.settle(outcome);
    if (!this.#isDead) this.#options.onIdle(this);
  }
}

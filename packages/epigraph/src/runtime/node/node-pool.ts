import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { ActionOutcome } from "../runner/action-frame.ts";
import { plainError } from "../runner/call-error.ts";
import type { Effects } from "../runner/effects.ts";
import type { NodeApp } from "./node-code.ts";
import type { NodeLimits } from "./node-limits.ts";
import { type NodeCall, PooledNode } from "./pooled-node.ts";

export interface NodePoolOptions {
  readonly limits: NodeLimits;
  readonly effects: Effects;
  /** For the operator: what a process printed that ended by itself. */
  readonly report: (text: string) => void;
}

/** An action that waits for a process. */
interface Waiting {
  readonly app: NodeApp;
  /** @param node null: there will be none. */
  readonly admit: (node: PooledNode | null) => void;
}

/**
 * The Node processes of a runner. Each runs one action at a time, so that one that crashes, loops or fills its memory
 * costs nobody else; more actions at once take more processes. A process is used again by actions of the same code and
 * environment, and the last one stays when there is nothing to do.
 */
export class NodePool {
  readonly #options: NodePoolOptions;
  readonly #nodes = new Set<PooledNode>();
  /** Those that rest, the one that has rested longest first; with what stops their timers. */
  readonly #idle = new Map<PooledNode, () => void>();
  readonly #waiting = new Set<Waiting>();
  #isDraining = false;
  #isClosed = false;

  constructor(options: NodePoolOptions) {
    this.#options = options;
  }

  /**
   * Runs an action to its end.
   * @throws EpigraphError `TooManyConcurrentRequests` when no process became free in time.
   */
  async run(app: NodeApp, call: NodeCall): Promise<ActionOutcome> {
    if (this.#isClosed) return STOPPED;
    const node = this.#free(app);
    return node === null ? this.#runLater(app, call) : node.run(call);
  }

  /** Ends all processes and what they run. */
  dispose(): void {
    this.#isClosed = true;
    for (const node of this.#nodes) node.end(CLOSED);
    for (const { admit } of this.#waiting) admit(null);
  }

  /** A process for the app at once, unless there are too many. */
  #free(app: NodeApp): PooledNode | null {
    this.#isDraining = true;
    for (const node of this.#nodes) if (node.app.key !== app.key) node.drain();
    this.#isDraining = false;
    // The one that has rested for the shortest time: the others may end.
    const rested = [...this.#idle.keys()].at(-1);
    if (rested !== undefined) return this.#wake(rested);
    return this.#nodes.size < this.#options.limits.processes ? this.#start(app) : null;
  }

  #start(app: NodeApp): PooledNode {
    const node = new PooledNode({
      ...this.#options,
      app,
      onIdle: (idle) => this.#rest(idle),
      onDead: (dead) => this.#remove(dead),
    });
    this.#nodes.add(node);
    return node;
  }

  #wake(node: PooledNode): PooledNode {
    this.#idle.get(node)?.();
    this.#idle.delete(node);
    return node;
  }

  #rest(node: PooledNode): void {
    const clear = this.#options.effects.setTimer(() => {
      if (this.#idle.size > 1) node.end("");
    }, this.#options.limits.restMs);
    this.#idle.set(node, clear);
    this.#serveWaiting();
  }

  #remove(node: PooledNode): void {
    this.#wake(node);
    this.#nodes.delete(node);
    this.#serveWaiting();
  }

  #serveWaiting(): void {
    // Whoever has others make room takes it.
    if (this.#isDraining || this.#isClosed) return;
    for (const { app, admit } of this.#waiting) {
      const node = this.#free(app);
      if (node === null) return;
      admit(node);
    }
  }

  #runLater(app: NodeApp, call: NodeCall): Promise<ActionOutcome> {
    const { limits, effects } = this.#options;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        app,
        admit: (node) => {
          clear();
          this.#waiting.delete(waiting);
          resolve(node?.run(call) ?? STOPPED);
        },
      };
      const clear = effects.setTimer(() => {
        this.#waiting.delete(waiting);
        reject(tooMany(limits.processes));
      }, limits.waitMs);
      this.#waiting.add(waiting);
    });
  }
}

const CLOSED = "The function was stopped because the deployment shut down.";
const STOPPED: ActionOutcome = { type: "error", error: plainError(CLOSED), route: null };

function tooMany(limit: number): EpigraphError {
  return new EpigraphError(
    "TooManyConcurrentRequests",
    `Too many concurrent requests. Your backend is limited to ${limit} concurrent Node actions. Call again later.`,
  );
}

import type { AsyncFrame } from "./async-context.ts";
import { RandomSource, type Seed } from "./random.ts";
import type { Change } from "./restore.ts";

/** `authConfig`: the analysis of what names the identity providers, which may depend on the environment alone. */
export type ExecutionKind = "query" | "mutation" | "action" | "http" | "analysis" | "authConfig";

interface PendingOperation {
  readonly name: string;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A module that is being evaluated; its random numbers are made when it asks for one. */
export interface ImportPhase {
  readonly path: string;
  random: RandomSource | null;
}

/** Answers that are here before they are asked for: what follows in the query that was read last. */
export interface ReadAhead {
  /** Arguments of the call that each of them answers. */
  readonly args: string;
  readonly answers: readonly string[];
  taken: number;
}

/** Everything that belongs to one execution, reached by the one pointer `current`: no state of an execution lives elsewhere. */
export class Execution {
  readonly id: number;
  readonly kind: ExecutionKind;
  /** Frozen time of a query or mutation in ms; null: the real clock. */
  readonly frozenNowMs: number | null;
  readonly #seed: Seed;
  // Most executions use few of these, and an execution is short: they are made when they are asked for.
  #random: RandomSource | null = null;
  #timers: Map<string, number> | null = null;
  #pending: Map<number, PendingOperation> | null = null;
  #timeouts: Map<number, () => void> | null = null;
  #senders: Map<number, () => void> | null = null;
  #modules: Map<string, { exports: Record<string, unknown> }> | null = null;
  #locals: Map<object, unknown> | null = null;
  nextCall = 1;
  readAhead: ReadAhead | null = null;
  /** The innermost module that is being evaluated. */
  importPhase: ImportPhase | null = null;
  /** What `AsyncLocalStorage` holds at this moment; null for nothing. */
  asyncFrame: AsyncFrame | null = null;
  /** What it changed in objects of the language, while another execution is running. */
  changes: Change | null = null;
  settled = false;
  /** Whether the host knows that it has looked at the clock. */
  hasReadTime = false;
  /** Whether the host knows that it has seen what differs from push to push. */
  hasReadPush = false;
  request: { request: unknown; abort: (reason?: unknown) => void } | null = null;
  response: unknown = undefined;
  /** Of an HTTP action, once its router has found it. */
  route: string | null = null;

  constructor(id: number, kind: ExecutionKind, seed: Seed, frozenNowMs: number | null) {
    this.id = id;
    this.kind = kind;
    this.#seed = seed;
    this.frozenNowMs = frozenNowMs;
  }

  get random(): RandomSource {
    this.#random ??= new RandomSource(this.#seed);
    return this.#random;
  }

  /** Of `console.time`: when each began, in ms. */
  get timers(): Map<string, number> {
    this.#timers ??= new Map();
    return this.#timers;
  }

  /** Operations that the host has not answered. */
  get pending(): Map<number, PendingOperation> {
    this.#pending ??= new Map();
    return this.#pending;
  }

  get hasPending(): boolean {
    return this.#pending !== null && this.#pending.size > 0;
  }

  get timeouts(): Map<number, () => void> {
    this.#timeouts ??= new Map();
    return this.#timeouts;
  }

  /** What goes on sending in an exchange once there is room again, by the exchange's number. */
  get senders(): Map<number, () => void> {
    this.#senders ??= new Map();
    return this.#senders;
  }

  /** Module instances of this execution, by path. */
  get modules(): Map<string, { exports: Record<string, unknown> }> {
    this.#modules ??= new Map();
    return this.#modules;
  }

  /** What the web platform's classes keep for this execution. */
  get locals(): Map<object, unknown> {
    this.#locals ??= new Map();
    return this.#locals;
  }

  get isTransaction(): boolean {
    return this.kind === "query" || this.kind === "mutation";
  }

  /** Modules are being evaluated, or asked what they export: nothing outside the realm can be used. */
  get isImporting(): boolean {
    return this.importPhase !== null || this.kind === "analysis" || this.kind === "authConfig";
  }
}

let current: Execution | null = null;

/** The execution that the present entry into the realm belongs to. */
export function currentExecution(): Execution {
  if (current === null) throw new Error("No function is running");
  return current;
}

/** Names the execution that this entry belongs to; the next entry names its own. */
export function enter(execution: Execution): void {
  execution.asyncFrame = null;
  current = execution;
}

export function leave(): void {
  current = null;
}

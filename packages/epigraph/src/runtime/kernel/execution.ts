import type { RandomSource } from "./random.ts";

export type ExecutionKind = "query" | "mutation" | "action" | "http" | "analysis";

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
  readonly random: RandomSource;
  /** Frozen time of a query or mutation in ms; null: the real clock. */
  readonly frozenNowMs: number | null;
  readonly timers: Map<string, number> = new Map();
  readonly pending: Map<number, PendingOperation> = new Map();
  readonly timeouts: Map<number, () => void> = new Map();
  /** Module instances of this execution, by path. */
  readonly modules: Map<string, { exports: Record<string, unknown> }> = new Map();
  nextCall = 1;
  readAhead: ReadAhead | null = null;
  /** The innermost module that is being evaluated. */
  importPhase: ImportPhase | null = null;
  settled = false;
  request: { request: unknown; abort: (reason?: unknown) => void } | null = null;
  response: unknown = undefined;
  resumeResponse: (() => void) | null = null;

  constructor(id: number, kind: ExecutionKind, random: RandomSource, frozenNowMs: number | null) {
    this.id = id;
    this.kind = kind;
    this.random = random;
    this.frozenNowMs = frozenNowMs;
  }

  get isTransaction(): boolean {
    return this.kind === "query" || this.kind === "mutation";
  }

  /** Modules are being evaluated, or asked what they export: nothing outside the realm can be used. */
  get isImporting(): boolean {
    return this.importPhase !== null || this.kind === "analysis";
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
  current = execution;
}

export function leave(): void {
  current = null;
}

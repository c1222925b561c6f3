import { createHash } from "node:crypto";
import { DatabaseError } from "../../database/database-error.ts";
import type { CallScope } from "../../database/syscalls.ts";
import { runDatabaseSyscall } from "../../database/syscalls.ts";
import { ValueError } from "../../values/value-error.ts";
import type { HostBridge, SyscallFailure, ThrownError } from "../kernel/bridge.ts";
import { Realm, RealmInterrupted } from "../realm/realm.ts";
import { type CallError, plainError, uncaught } from "./call-error.ts";
import type { Identity, RequestInfo } from "./caller.ts";
import { displayPath } from "./check-call.ts";
import type { Code } from "./code.ts";
import type { LogLines } from "./log-lines.ts";

export const QUERY_TIME_LIMIT_MS = 1000;
const MEMORY_LIMIT_MB = 96;

/** One running query or mutation, nested or not. */
export interface TransactionFrame {
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly argsJson: string;
  readonly scope: CallScope;
  readonly identity: Identity | null;
  readonly request: RequestInfo;
  readonly environment: (name: string) => string | undefined;
  readonly logs: LogLines;
  readonly seed: string;
  readonly nowMs: number;
  readonly deadlineMs: number;
  /** Runs a nested call to its end and gives its result JSON. */
  readonly nested: (kind: string, args: Readonly<Record<string, unknown>>) => string;
}

/** Ends a whole call stack: user code of no level may catch it. */
export class FatalCallError extends Error {
  readonly error: CallError;

  constructor(error: CallError) {
    super(error.message);
    this.error = error;
  }
}

/** A failure of a nested call that its parent may catch. */
export class NestedCallError extends Error {
  readonly data: unknown;

  constructor(message: string, data: unknown) {
    super(message);
    this.data = data;
  }
}

/** A realm that runs one query or mutation at a time; nested calls run in the realm of the next depth. */
export class TransactionRealm {
  readonly #realm: Realm;
  readonly #code: Code;
  #frame: TransactionFrame | null = null;
  #outcome: string | null = null;
  #fatal: FatalCallError | null = null;
  #nextId = 1;

  constructor(code: Code) {
    this.#code = code;
    this.#realm = new Realm(this.#bridge(), { memoryMb: MEMORY_LIMIT_MB });
    for (const module of code.modules) this.#realm.define(module);
  }

  get disposed(): boolean {
    return this.#realm.disposed;
  }

  /** Runs a call to its end. @returns result JSON, or the failure. @throws FatalCallError */
  run(frame: TransactionFrame): { readonly json: string } | CallError {
    const [module, name] = splitPath(frame.path);
    const id = this.#nextId++;
    this.#frame = frame;
    this.#outcome = null;
    this.#fatal = null;
    try {
      const timeoutMs = Math.max(1, Math.ceil(frame.deadlineMs - performance.now()));
      this.#realm.enter(
        "call",
        [id, frame.kind, module, name, frame.argsJson, frame.seed, frame.nowMs],
        timeoutMs,
      );
      if (this.#fatal !== null) throw this.#fatal;
      return this.#read();
    } catch (error) {
      if (this.#fatal !== null) throw this.#fatal;
      if (error instanceof FatalCallError) throw error;
      if (error instanceof RealmInterrupted) throw new FatalCallError(interrupted(error));
      // An unhandled rejection ends the function with its text, whatever the main promise did.
      return uncaught(describe(error), this.#code);
    } finally {
      if (!this.#realm.disposed) this.#realm.enter("drop", [id], QUERY_TIME_LIMIT_MS);
      this.#frame = null;
    }
  }

  dispose(): void {
    this.#realm.dispose();
  }

  #read(): { readonly json: string } | CallError {
    const outcome = this.#outcome as string | null;
    if (outcome === null) return plainError("Returned promise will never resolve");
    if (outcome.startsWith("V")) return { json: outcome.slice(1) };
    return uncaught(JSON.parse(outcome.slice(1)) as ThrownError, this.#code);
  }

  #bridge(): HostBridge {
    const never = (): never => {
      throw new Error("Only actions can do this");
    };
    return {
      syscall: (_id, name, args) => this.#syscall(name, args),
      startOperation: never,
      environment: (name) => readEnvironment(this.#frame?.environment ?? (() => undefined), name),
      log: (_id, level, messages) => this.#frame?.logs.add(level, JSON.parse(messages) as string[]),
      done: (_id, outcome) => {
        this.#outcome ??= outcome;
      },
      randomBytes: never,
      digest: digestBytes,
      setTimer: never,
      clearTimer: () => {},
      readBody: never,
      cancelBody: () => {},
      respond: never,
      responseChunk: never,
    };
  }

  #syscall(name: string, argsText: string): string {
    const frame = this.#frame as TransactionFrame;
    try {
      const args = JSON.parse(argsText) as Record<string, never>;
      if (name === "1.0/runUdf") return `V${frame.nested(String(args["udfType"]), args)}`;
      const shared = frameSyscall(frame, name);
      if (shared !== undefined) return `V${shared}`;
      const result = runDatabaseSyscall(frame.scope, name, args);
      if (result !== undefined) return `V${result}`;
      return failure({ message: `Unknown async operation ${name}` });
    } catch (error) {
      if (error instanceof FatalCallError) {
        this.#fatal = error;
        return failure({ message: error.message, fatal: true });
      }
      if (error instanceof DatabaseError || error instanceof NestedCallError) {
        return failure(
          error.data === undefined
            ? { message: error.message }
            : { message: error.message, data: error.data },
        );
      }
      if (error instanceof ValueError) return failure({ message: error.message });
      if (error instanceof SyntaxError)
        return failure({ message: `Received invalid json: ${error.message}` });
      throw error;
    }
  }
}

/** Syscalls that ask about the call itself. */
export function frameSyscall(
  frame: Pick<TransactionFrame, "path" | "identity" | "kind" | "request">,
  name: string,
): string | undefined {
  switch (name) {
    case "1.0/getUserIdentity":
      return JSON.stringify(frame.identity);
    case "1.0/getFunctionMetadata":
      return JSON.stringify({ name: displayPath(frame.path), componentPath: "" });
    case "1.0/getDeploymentMetadata":
      return JSON.stringify({ name: "epigraph", region: null, class: "s16" });
    case "1.0/getRequestMetadata":
      if (frame.kind === "query")
        throw new DatabaseError("InvalidArgument", "Cannot get request metadata in a Query");
      return JSON.stringify({ ...frame.request, scheduledFunctionId: null, authToken: null });
    default:
      return undefined;
  }
}

export function failure(details: SyscallFailure): string {
  return `E${JSON.stringify(details)}`;
}

export function splitPath(path: string): [module: string, name: string] {
  const colon = path.lastIndexOf(":");
  return [path.slice(0, colon), path.slice(colon + 1)];
}

export function interrupted(error: RealmInterrupted, limitS = 1): CallError {
  return plainError(
    error.reason === "timeout"
      ? `Function execution timed out (maximum duration: ${limitS}s)`
      : "JavaScript execution ran out of memory (maximum memory usage: 64 MB)",
  );
}

export function describe(error: unknown): ThrownError {
  if (error instanceof Error) return { text: `${error.name}: ${error.message}`, stack: error.stack ?? "" };
  return { text: String(error), stack: "" };
}

export function digestBytes(algorithm: string, data: ArrayBuffer): ArrayBuffer {
  const digest = createHash(algorithm.toLowerCase().replace("-", "")).update(new Uint8Array(data)).digest();
  return digest.buffer.slice(digest.byteOffset, digest.byteOffset + digest.byteLength) as ArrayBuffer;
}

const ENVIRONMENT_NAME = /^[a-zA-Z_]+[a-zA-Z0-9_]*$/;

/** `V<value>`, `E<message>` for a name that can't be, or undefined. */
export function readEnvironment(
  lookup: (name: string) => string | undefined,
  name: string,
): string | undefined {
  if (name.length > 256 || !ENVIRONMENT_NAME.test(name)) {
    return `EThe environment variable name ${name} is invalid. Environment variable names must begin with a letter and may only include characters a-z, A-Z, 0-9, and underscores.`;
  }
  const value = lookup(name);
  return value === undefined ? undefined : `V${value}`;
}

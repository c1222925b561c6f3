import { AUTH_CONFIG_PATH, analyseModule } from "./analyse-module.ts";
import { type ExecutionKind, leave } from "./execution.ts";
import { begin, drop, fail, finish, load, resume } from "./executions.ts";
import "./globals.ts";
import { runHttpAction } from "./http-entry.ts";
import { configureImports } from "./import-phase.ts";
import { clean } from "./intrinsics.ts";
import { defineModule, type ModuleFunction, type ModuleUse } from "./modules.ts";
import { settleOperation } from "./operations.ts";
import type { Seed } from "./random.ts";

/**
 * The entries of a realm: everything the host can ask of it. Each belongs to exactly one execution, which it names
 * before any app code runs; the microtasks it leaves drain before the host goes on.
 */
export interface Kernel {
  /** Sets what modules observe while they are evaluated. */
  configure(a: number, b: number, c: number, importTimeMs: number): void;
  /** Makes a module known. */
  define(path: string, run: ModuleFunction, use: ModuleUse): void;
  /**
   * Puts away what executions changed in the language's and the platform's objects.
   * @returns false when that is not possible: nothing more must begin in this realm.
   */
  clean(): boolean;
  /**
   * Runs a query, mutation or action export; the outcome arrives through `host.done`.
   * @param nowMs frozen time of a query or mutation, null for the real clock.
   */
  call(
    id: number,
    kind: ExecutionKind,
    path: string,
    name: string,
    nowMs: number | null,
    ...seedAndArgs: readonly [...seed: Seed, ...argsPieces: string[]]
  ): void;
  /** Runs an HTTP action. `body` is bytes, the number of the exchange that brings it, or null. */
  http(
    id: number,
    body: ArrayBuffer | number | null,
    path: string,
    ...seedAndHead: readonly [...seed: Seed, ...headPieces: string[]]
  ): void;
  /** Answers an operation that the execution started. */
  settle(
    id: number,
    call: number,
    ok: boolean,
    value: string | ArrayBuffer | null,
    ...morePieces: readonly string[]
  ): void;
  timer(id: number, timer: number): void;
  /** The client is gone. */
  abort(id: number): void;
  /** What goes out in an exchange has room again. */
  resume(id: number, exchange: number): void;
  /**
   * Forgets an execution that the host has ended; what it still had pending never settles.
   * @returns the route of an HTTP action, null when none had been found.
   */
  drop(id: number): string | null;
  /** Facts of one module for the analysis at push. */
  analyse(id: number, path: string): void;
}

type Invocable = Record<"invokeQuery" | "invokeMutation", (args: string) => Promise<string>> & {
  invokeAction: (requestId: string, args: string) => Promise<string>;
};

const kernel: Kernel = {
  configure: configureImports,
  define: defineModule,
  clean,
  call(id, kind, path, name, nowMs, a, b, c, ...args) {
    const execution = begin(id, kind, [a, b, c], nowMs);
    try {
      const target = load(path, execution)[name] as Invocable | undefined;
      if (target === undefined || target === null) {
        throw new Error(`Couldn't find "${name}" in module "${path}".`);
      }
      invoke(target, kind, args.join("")).then(
        // The SDK gives a text; whatever stands in its place may not.
        (json: unknown) => finish(execution, typeof json === "string" ? `V${json}` : "X"),
        (thrown: unknown) => fail(execution, thrown),
      );
    } catch (thrown) {
      fail(execution, thrown);
    }
  },
  http: runHttpAction,
  settle(id, call, ok, value, ...more) {
    const execution = resume(id);
    if (execution === undefined) return;
    settleOperation(execution, call, ok, typeof value === "string" ? value + more.join("") : toBytes(value));
  },
  timer(id, timer) {
    resume(id)?.timeouts.get(timer)?.();
  },
  abort(id) {
    resume(id)?.request?.abort();
  },
  resume(id, exchange) {
    const senders = resume(id)?.senders;
    const goOn = senders?.get(exchange);
    senders?.delete(exchange);
    goOn?.();
  },
  drop(id) {
    leave();
    return drop(id);
  },
  analyse(id, path) {
    const execution = begin(id, path === AUTH_CONFIG_PATH ? "authConfig" : "analysis", [0, 0, 0], null);
    try {
      finish(execution, `V${analyseModule(load(path, execution), path)}`);
    } catch (thrown) {
      fail(execution, thrown);
    }
  },
};

function toBytes(value: ArrayBuffer | null): Uint8Array | null {
  return value === null ? null : new Uint8Array(value);
}

function invoke(target: Invocable, kind: ExecutionKind, args: string): Promise<string> {
  switch (kind) {
    case "query":
      return target.invokeQuery(args);
    case "mutation":
      return target.invokeMutation(args);
    default:
      return target.invokeAction("", args);
  }
}

Object.defineProperty(globalThis, "__kernel", { value: kernel, configurable: true });

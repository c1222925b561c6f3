import ivm from "isolated-vm";
import type { HostBridge } from "../kernel/bridge.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { realmScript } from "./realm-script.ts";

export interface RealmLimits {
  readonly memoryMb: number;
}

/** A module in wrapper form, ready to be compiled into a realm. */
export interface RealmModule {
  readonly path: string;
  /** Body of `(exports, require, module) => void`. */
  readonly source: string;
  /** Evaluated once and frozen (the SDK), instead of once for each execution. */
  readonly shared: boolean;
}

/** Why an entry into the realm did not come back by itself. */
export class RealmInterrupted extends Error {
  readonly reason: "timeout" | "memory";

  constructor(reason: "timeout" | "memory") {
    super(reason);
    this.reason = reason;
  }
}

type KernelCall = { [K in keyof Kernel]: ivm.Reference<Kernel[K]> };

/**
 * One isolate with one context in which app code lives. Entries are synchronous: `enter` runs a kernel function and
 * the microtasks it leaves, then returns. No object of the host is reachable from inside: strings, numbers and
 * ArrayBuffers cross, nothing else.
 */
export class Realm {
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  readonly #kernel: KernelCall;
  readonly #modules = new Set<string>();

  constructor(host: HostBridge, limits: RealmLimits) {
    this.#isolate = new ivm.Isolate({ memoryLimit: limits.memoryMb });
    this.#context = this.#isolate.createContextSync();
    const global = this.#context.global;
    const callbacks: Record<string, unknown> = {};
    for (const [name, callback] of Object.entries(host)) {
      callbacks[name] = new ivm.Callback(callback as (...args: unknown[]) => unknown);
    }
    for (const [name, callback] of Object.entries(callbacks))
      global.setSync(`__host_${name}`, callback as ivm.Callback);
    this.#context.evalSync(
      `globalThis.__host = {${Object.keys(host)
        .map((name) => `${name}: globalThis.__host_${name}`)
        .join(", ")}};` +
        Object.keys(host)
          .map((name) => `delete globalThis.__host_${name};`)
          .join(""),
    );
    this.#isolate.compileScriptSync(realmScript(), { filename: "convex:/_realm.js" }).runSync(this.#context);
    const kernel = global.getSync("__kernel", { reference: true }) as ivm.Reference<Kernel>;
    const names = [
      "define",
      "call",
      "http",
      "settle",
      "timer",
      "abort",
      "resume",
      "drop",
      "pending",
      "analyse",
    ] as const;
    this.#kernel = Object.fromEntries(
      names.map((name) => [name, kernel.getSync(name, { reference: true })]),
    ) as unknown as KernelCall;
    this.#context.evalSync("delete globalThis.__kernel; delete globalThis.__host;");
  }

  /** Makes a module known; compiled lazily by the engine. */
  define(module: RealmModule): void {
    if (this.#modules.has(module.path)) return;
    this.#modules.add(module.path);
    const run = this.#context.evalSync(`(function (exports, require, module) {\n${module.source}\n})`, {
      reference: true,
      filename: `convex:/${module.path}`,
      lineOffset: -1,
    }) as ivm.Reference;
    this.#kernel.define.applySync(undefined, [module.path, run.derefInto() as never, module.shared]);
    run.release();
  }

  /**
   * Runs one kernel function and the microtasks it leaves.
   * @throws RealmInterrupted when the time or memory limit ended the entry; any other error is an unhandled rejection.
   */
  enter<K extends keyof Kernel>(name: K, args: readonly unknown[], timeoutMs: number): unknown {
    try {
      return this.#kernel[name].applySync(undefined, args as never, { timeout: timeoutMs });
    } catch (error) {
      if (this.#isolate.isDisposed) throw new RealmInterrupted("memory");
      if (error instanceof Error && error.message === "Script execution timed out.")
        throw new RealmInterrupted("timeout");
      throw error;
    }
  }

  get disposed(): boolean {
    return this.#isolate.isDisposed;
  }

  heapUsedBytes(): number {
    const heap = this.#isolate.getHeapStatisticsSync();
    return heap.used_heap_size + heap.externally_allocated_size;
  }

  dispose(): void {
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }
}

/** Bytes that enter a realm: copied once, owned by the realm afterwards. */
export function bytesInto(bytes: Uint8Array): unknown {
  const exact = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return new ivm.ExternalCopy(exact, { transferOut: true } as never).copyInto({
    release: true,
    transferIn: true,
  });
}

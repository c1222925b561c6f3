import ivm from "isolated-vm";
import { COLLECT, withCollector } from "../../engine/garbage-collector.ts";
import { limitYoungSpaceOfNewIsolates } from "../../engine/heap-limits.ts";
import type { HostBridge, RealmBridge } from "../kernel/bridge.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { ModuleUse } from "../kernel/modules.ts";
import type { Seed } from "../kernel/random.ts";
import { realmScript, runRealmScript } from "./realm-script.ts";

/** A module in wrapper form, ready to be compiled into a realm. */
export interface RealmModule {
  readonly path: string;
  /** Body of `(exports, require, module) => void`. */
  readonly source: string;
  readonly use: ModuleUse;
}

/** The modules of a realm, and what they may observe while they are evaluated. */
export interface RealmCode {
  readonly modules: readonly RealmModule[];
  readonly importSeed: Seed;
  readonly importTimeMs: number;
}

export interface RealmOptions {
  readonly code: RealmCode;
  /** Of the heap and array buffers, together. */
  readonly memoryMb: number;
  /** It is entered all the time, and gets the room for new objects that is worth it; else it gets little. */
  readonly isBusy: boolean;
  /** The realm's own code; as built with the package unless a test brings another. */
  readonly script?: string | undefined;
}

/** Why an entry into the realm did not come back by itself. */
export class RealmInterrupted extends Error {
  override readonly name = "RealmInterrupted";
  readonly reason: "timeout" | "memory";

  constructor(reason: "timeout" | "memory") {
    super(reason);
    this.reason = reason;
  }
}

/**
 * isolated-vm keeps the timer of an entry until its time has come, long after the entry is over, and wakes a thread for
 * it. Times that fall together cost one wake for all of them: with 20,000 entries a second that is an eighth of the
 * runner's time and more.
 */
const TIMERS_TOGETHER_MS = 100;

/**
 * Room for new objects, three times of which an isolate may take. A realm among many most of whose actions wait fills it
 * as well, only more slowly: a thousand streams took 80 MB more with 4 MiB for each of their realms.
 */
const BUSY_YOUNG_MB = 4;
const QUIET_YOUNG_MB = 0;

/** What of the kernel the host enters for an execution. */
export type KernelEntry = Exclude<keyof Kernel, "configure" | "define" | "clean">;

const ENTRIES: readonly KernelEntry[] = [
  "call",
  "http",
  "settle",
  "timer",
  "abort",
  "resume",
  "drop",
  "analyse",
];

/**
 * One isolate with one context in which app code lives. Entries are synchronous: `enter` runs a kernel function and
 * the microtasks it leaves, then returns. No object of the host is reachable from inside: strings, numbers and
 * ArrayBuffers cross, nothing else.
 */
export class Realm {
  readonly #isolate: ivm.Isolate;
  readonly #entries: Readonly<Record<KernelEntry, ivm.Reference>>;
  /** Null where no module changes what belongs to the language. */
  readonly #clean: ivm.Reference<Kernel["clean"]> | null;

  constructor(host: HostBridge, { code, memoryMb, isBusy, script = realmScript() }: RealmOptions) {
    limitYoungSpaceOfNewIsolates(isBusy ? BUSY_YOUNG_MB : QUIET_YOUNG_MB);
    this.#isolate = new ivm.Isolate({ memoryLimit: memoryMb });
    const context = this.#isolate.createContextSync();
    installHost(context, { ...host, outOfMemory: () => this.dispose() });
    runRealmScript(context, script);
    const kernel = context.global.getSync("__kernel", { reference: true }) as ivm.Reference<Kernel>;
    const reference = (name: keyof Kernel): ivm.Reference => kernel.getSync(name, { reference: true });
    this.#entries = Object.fromEntries(ENTRIES.map((name) => [name, reference(name)])) as Record<
      KernelEntry,
      ivm.Reference
    >;
    context.evalSync("delete globalThis.__kernel; delete globalThis.__host;");
    reference("configure").applySync(undefined, [...code.importSeed, code.importTimeMs]);
    const define = reference("define");
    for (const { path, source, use } of code.modules) {
      const run = context.evalSync(`(function (exports, require, module) {\n${source}\n})`, {
        reference: true,
        filename: `convex:/${path}`,
        lineOffset: -1,
      }) as ivm.Reference;
      define.applySync(undefined, [path, run.derefInto(), use] as never[]);
      run.release();
    }
    const isPatched = code.modules.some(({ use }) => use === "patching");
    this.#clean = isPatched ? (reference("clean") as ivm.Reference<Kernel["clean"]>) : null;
  }

  /**
   * Runs one kernel function and the microtasks it leaves.
   * @param timeoutMs time for it, without that of the host's own functions, in which the engine's timer stands still; it
   * may get up to 100 ms more.
   * @throws RealmInterrupted when the time or memory limit ended the entry; any other error is a rejection that nobody
   * handled, or a stack overflow.
   */
  enter<K extends KernelEntry>(
    name: K,
    args: Parameters<Kernel[K]>,
    timeoutMs: number,
  ): ReturnType<Kernel[K]> {
    try {
      return this.#entries[name].applySync(undefined, args as unknown as never[], {
        timeout: timeoutMs + TIMERS_TOGETHER_MS - (Math.floor(performance.now()) % TIMERS_TOGETHER_MS),
      }) as ReturnType<Kernel[K]>;
    } catch (error) {
      if (this.#isolate.isDisposed) throw new RealmInterrupted("memory");
      if (error instanceof Error && error.message === "Script execution timed out.") {
        throw new RealmInterrupted("timeout");
      }
      throw error;
    }
  }

  /** Before an execution begins: false if others changed objects of the language in a way that can't be undone. */
  isClean(): boolean {
    return this.#clean === null || this.#clean.applySync(undefined, []);
  }

  get isDisposed(): boolean {
    return this.#isolate.isDisposed;
  }

  /** Bytes that the realm holds, array buffers included. */
  heapUsedBytes(): number {
    const { used_heap_size, externally_allocated_size } = this.#isolate.getHeapStatisticsSync();
    return used_heap_size + externally_allocated_size;
  }

  /** Collects its garbage. The collector lives in a context of its own, which app code never sees. */
  collect(): void {
    if (this.#isolate.isDisposed) return;
    const context = withCollector(() => this.#isolate.createContextSync());
    context.evalSync(COLLECT);
    context.release();
  }

  dispose(): void {
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }
}

/** Puts the bridge's functions into one object that the realm's script finds as `__host`. */
function installHost(context: ivm.Context, host: RealmBridge): void {
  const names = Object.keys(host);
  for (const [name, callback] of Object.entries(host)) {
    context.global.setSync(`__host_${name}`, new ivm.Callback(callback as (...args: unknown[]) => unknown));
  }
  const members = names.map((name) => `${name}: globalThis.__host_${name}`).join(", ");
  const removals = names.map((name) => `delete globalThis.__host_${name};`).join(" ");
  context.evalSync(`globalThis.__host = { ${members} }; ${removals}`);
}

/** Bytes that enter a realm: copied once, owned by the realm afterwards. */
export function bytesInto(bytes: Uint8Array): ArrayBuffer {
  const exact = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return new ivm.ExternalCopy(exact as ArrayBuffer, { transferOut: true }).copyInto({
    release: true,
    transferIn: true,
  }) as unknown as ArrayBuffer;
}

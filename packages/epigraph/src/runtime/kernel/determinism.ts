import { replaceBuiltinClocks } from "./builtin-clocks.ts";
import { currentExecution } from "./execution.ts";
import { host } from "./host.ts";
import { currentRandom, importTimeMs, refuseInAuthConfig } from "./import-phase.ts";

/** Replaces what would make two runs of one function differ: the clock and `Math.random`. */
export function installDeterminism(global: typeof globalThis): {
  readonly realNowMs: () => number;
  readonly nowMs: () => number;
} {
  const NativeDate = Date;
  // Taken before app code can replace it: it is given the real clock.
  const { construct } = Reflect;
  const realNowMs = NativeDate.now;
  const nowMs = (): number => {
    const execution = currentExecution();
    if (execution.isImporting) {
      refuseInAuthConfig(execution, "Date");
      return importTimeMs();
    }
    if (execution.kind === "query" && !execution.hasReadTime) {
      execution.hasReadTime = true;
      host.timeRead(execution.id);
    }
    return execution.frozenNowMs ?? realNowMs();
  };

  function PatchedDate(this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new NativeDate(nowMs()).toString();
    return construct(NativeDate, args.length === 0 ? [nowMs()] : args, new.target);
  }
  Object.defineProperties(PatchedDate, {
    length: { value: 7, configurable: true },
    name: { value: "Date", configurable: true },
    prototype: { value: NativeDate.prototype, writable: false },
    now: { value: nowMs, writable: true, configurable: true },
    parse: { value: NativeDate.parse, writable: true, configurable: true },
    UTC: { value: NativeDate.UTC, writable: true, configurable: true },
  });
  Object.defineProperty(nowMs, "name", { value: "now" });
  NativeDate.prototype.constructor = PatchedDate as unknown as DateConstructor;
  global.Date = PatchedDate as unknown as DateConstructor;

  replaceBuiltinClocks(global, nowMs);
  Math.random = function random(): number {
    return currentRandom().nextDouble();
  };
  // One stops the thread that runs all others, the other is told of time by a loop of events, which a realm does not have.
  for (const name of ["wait", "waitAsync"]) Reflect.deleteProperty(Atomics, name);
  // Both make garbage collection observable.
  Object.defineProperty(global, "WeakRef", { value: StrongRef, writable: true, configurable: true });
  Object.defineProperty(global, "FinalizationRegistry", {
    value: SilentRegistry,
    writable: true,
    configurable: true,
  });
  return { realNowMs, nowMs };
}

/** What the language lets be held weakly: objects, functions, and symbols that are not shared by name. */
function isCollectable(value: unknown): boolean {
  if (typeof value === "symbol") return Symbol.keyFor(value) === undefined;
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

class StrongRef {
  readonly #target: object;
  constructor(target: object) {
    if (!isCollectable(target)) throw new TypeError("WeakRef: target must be an object");
    this.#target = target;
  }
  deref(): object {
    return this.#target;
  }
  get [Symbol.toStringTag](): string {
    return "WeakRef";
  }
}
Object.defineProperty(StrongRef, "name", { value: "WeakRef" });

class SilentRegistry {
  constructor(cleanup: unknown) {
    if (typeof cleanup !== "function") throw new TypeError("FinalizationRegistry: cleanup must be callable");
  }
  register(): void {}
  unregister(): boolean {
    return false;
  }
  get [Symbol.toStringTag](): string {
    return "FinalizationRegistry";
  }
}
Object.defineProperty(SilentRegistry, "name", { value: "FinalizationRegistry" });

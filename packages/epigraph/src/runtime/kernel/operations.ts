import type { HostBridge, SyscallFailure } from "./bridge.ts";
import { currentExecution, type Execution } from "./execution.ts";
import { wrongKind } from "./wrong-kind.ts";

/** The error that the SDK sees; it rethrows it from its own frame so that the stack points at app code. */
function failureToError(failure: SyscallFailure): Error {
  const error = new Error(failure.message);
  if (failure.data !== undefined) Object.assign(error, { data: failure.data });
  return error;
}

function unwrap(answer: string): string {
  if (answer.charCodeAt(0) === 86 /* V */) return answer.slice(1);
  throw failureToError(JSON.parse(answer.slice(1)) as SyscallFailure);
}

/** Starts an asynchronous operation at the host and gives the promise that `settle` fulfils. */
export function startOperation<T>(
  name: string,
  start: (execution: Execution, call: number) => void,
): Promise<T> {
  const execution = currentExecution();
  return new Promise<T>((resolve, reject) => {
    const call = execution.nextCall++;
    execution.pending.set(call, { name, resolve: resolve as (value: never) => void, reject });
    start(execution, call);
  });
}

/** Settles an operation of the current execution. */
export function settleOperation(call: number, ok: boolean, value: unknown): void {
  const execution = currentExecution();
  const operation = execution.pending.get(call);
  if (operation === undefined) return;
  execution.pending.delete(call);
  if (ok) operation.resolve(value as never);
  else operation.reject(failureToError(JSON.parse(value as string) as SyscallFailure));
}

/** The global `Convex` object: what the SDK and the host share. */
export function makeConvexGlobal(
  host: HostBridge,
  jsSyscalls: Readonly<Record<string, (argument: never) => unknown>>,
): object {
  return {
    syscall(name: string, args: string): string {
      return unwrap(host.syscall(currentExecution().id, String(name), String(args)));
    },
    asyncSyscall(name: string, args: string): Promise<string> {
      const execution = currentExecution();
      if (execution.isTransaction || execution.importing) {
        // Local reads are synchronous: the answer is there already, in call order, hence deterministic.
        try {
          return Promise.resolve(unwrap(host.syscall(execution.id, String(name), String(args))));
        } catch (error) {
          return Promise.reject(error);
        }
      }
      return startOperation(String(name), (running, call) =>
        host.startOperation(running.id, call, String(name), String(args)),
      );
    },
    jsSyscall(name: string, argument: unknown): unknown {
      const run = Object.hasOwn(jsSyscalls, name) ? jsSyscalls[name] : undefined;
      if (run === undefined) throw new Error(`Unknown JS syscall: ${name}`);
      return run(argument as never);
    },
  };
}

/** Timers for actions; in queries and mutations the call returns an id and the execution ends with an unhandled rejection. */
export function installTimers(global: typeof globalThis, host: HostBridge): void {
  let nextTimer = 1;
  const arm = (execution: Execution, delayMs: unknown, run: () => void): number => {
    const timer = nextTimer++;
    execution.timeouts.set(timer, run);
    const delay = Number(delayMs);
    host.setTimer(execution.id, timer, Number.isFinite(delay) && delay > 0 ? delay : 0);
    return timer;
  };
  const clear = (timer: unknown): void => {
    const execution = currentExecution();
    if (execution.timeouts.delete(timer as number)) host.clearTimer(execution.id, timer as number);
  };
  const refuse = (name: string): number => {
    const execution = currentExecution();
    if (execution.importing) throw new Error(`${name} unsupported at import time`);
    void Promise.reject(new Error(wrongKind(name)));
    return nextTimer++;
  };
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(global, name, { value, writable: true, configurable: true, enumerable: true });
  };
  define(
    "setTimeout",
    function setTimeout(callback: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]) {
      const execution = currentExecution();
      if (execution.isTransaction || execution.importing) return refuse("setTimeout");
      if (typeof callback !== "function")
        throw new TypeError("The callback of setTimeout must be a function");
      const timer = arm(execution, delayMs, () => {
        execution.timeouts.delete(timer);
        callback(...args);
      });
      return timer;
    },
  );
  define(
    "setInterval",
    function setInterval(callback: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]) {
      const execution = currentExecution();
      if (execution.isTransaction || execution.importing) return refuse("setInterval");
      if (typeof callback !== "function")
        throw new TypeError("The callback of setInterval must be a function");
      // The host re-arms nothing: each tick arms the next under the same id, so that clearInterval keeps working.
      const timer = arm(execution, delayMs, function tick() {
        host.setTimer(execution.id, timer, Math.max(1, Number(delayMs) || 0));
        callback(...args);
      });
      return timer;
    },
  );
  define("clearTimeout", clear);
  define("clearInterval", clear);
}

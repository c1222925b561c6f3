import { inThisFrame } from "./async-context.ts";
import { currentExecution, type Execution } from "./execution.ts";
import { host } from "./host.ts";
import { wrongKind } from "./wrong-kind.ts";

type Callback = (...args: unknown[]) => void;

let nextTimer = 1;

/** Timers for actions; in queries and mutations the call returns an id and the execution ends with an unhandled rejection. */
export function installTimers(global: typeof globalThis): void {
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(global, name, { value, writable: true, configurable: true, enumerable: true });
  };
  define(
    "setTimeout",
    function setTimeout(callback: Callback, delayMs?: unknown, ...args: unknown[]): number {
      const execution = currentExecution();
      if (execution.isTransaction || execution.isImporting) return refuse(execution, "setTimeout");
      checkCallback(callback, "setTimeout");
      const timer = arm(execution, delayMs, () => {
        execution.timeouts.delete(timer);
        callback(...args);
      });
      return timer;
    },
  );
  define(
    "setInterval",
    function setInterval(callback: Callback, delayMs?: unknown, ...args: unknown[]): number {
      const execution = currentExecution();
      if (execution.isTransaction || execution.isImporting) return refuse(execution, "setInterval");
      checkCallback(callback, "setInterval");
      // The host arms nothing again: each tick arms the next under the same id, so that clearInterval keeps working.
      const timer = arm(execution, delayMs, () => {
        host.setTimer(execution.id, timer, Math.max(1, toDelayMs(delayMs)));
        callback(...args);
      });
      return timer;
    },
  );
  define("clearTimeout", clearTimer);
  define("clearInterval", clearTimer);
}

function arm(execution: Execution, delayMs: unknown, run: () => void): number {
  const timer = nextTimer++;
  execution.timeouts.set(timer, execution.asyncFrame === null ? run : inThisFrame(run));
  host.setTimer(execution.id, timer, toDelayMs(delayMs));
  return timer;
}

function clearTimer(timer: unknown): void {
  const execution = currentExecution();
  if (execution.timeouts.delete(timer as number)) host.clearTimer(execution.id, timer as number);
}

function toDelayMs(delay: unknown): number {
  const delayMs = Number(delay);
  return Number.isFinite(delayMs) && delayMs > 0 ? delayMs : 0;
}

function checkCallback(callback: unknown, name: string): void {
  if (typeof callback !== "function") throw new TypeError(`The callback of ${name} must be a function`);
}

function refuse(execution: Execution, name: string): number {
  if (execution.isImporting) throw new Error(`${name} unsupported at import time`);
  void Promise.reject(new Error(wrongKind(name)));
  return nextTimer++;
}

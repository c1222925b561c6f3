import inspect from "object-inspect";
import type { LogLevel } from "./bridge.ts";
import { currentExecution } from "./execution.ts";
import { host } from "./host.ts";

/** Longest message in characters before it is cut (the platform's line limit). */
const MAX_STRING_LENGTH = 32_768;

function format(value: unknown): string {
  try {
    return inspect(value, { indent: 2, maxStringLength: MAX_STRING_LENGTH, customInspect: true });
  } catch {
    return "[uninspectable value]";
  }
}

/** The `console` of app code: nine methods, each line handed to the host with the execution it belongs to. */
export function makeConsole(clock: () => number): Record<string, unknown> {
  const write = (level: LogLevel, messages: readonly string[]): void =>
    host.log(currentExecution().id, level, messages.join(" "));
  const method =
    (level: LogLevel) =>
    (...values: unknown[]): void =>
      write(level, values.map(format));
  const elapsed = (label: string, startedMs: number): string =>
    `${label}: ${Math.round((clock() - startedMs) * 1000) / 1000}ms`;
  return {
    debug: method("DEBUG"),
    error: method("ERROR"),
    info: method("INFO"),
    log: method("LOG"),
    warn: method("WARN"),
    trace: (...values: unknown[]): void => write("LOG", [...values.map(format), new Error().stack ?? ""]),
    time: (label = "default"): void => {
      const { timers } = currentExecution();
      if (timers.has(label)) write("WARN", [`Timer '${label}' already exists`]);
      else timers.set(label, clock());
    },
    timeLog: (label = "default", ...values: unknown[]): void => {
      const started = currentExecution().timers.get(label);
      if (started === undefined) write("WARN", [`Timer '${label}' does not exist`]);
      else write("INFO", [elapsed(label, started), ...values.map(format)]);
    },
    timeEnd: (label = "default"): void => {
      const { timers } = currentExecution();
      const started = timers.get(label);
      if (started === undefined) write("WARN", [`Timer '${label}' does not exist`]);
      else {
        timers.delete(label);
        write("INFO", [elapsed(label, started)]);
      }
    },
  };
}

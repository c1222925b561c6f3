import { inspect } from "node:util";
import type { LogLevel } from "../../kernel/bridge.ts";
import { type ActionRequest, currentRequest } from "./request.ts";

const MAX_CHARACTERS = 1_048_576;
const OVERFLOW = "Log overflow (maximum 1M characters). Remaining log lines omitted.";
/** They print nowhere. */
const SILENT = [
  "assert",
  "clear",
  "count",
  "countReset",
  "dir",
  "dirxml",
  "group",
  "groupCollapsed",
  "groupEnd",
  "table",
  "trace",
] as const;

/** Has the methods of `console` that there are in functions write lines for the action that calls them. */
export function installConsole(send: (request: ActionRequest, level: LogLevel, text: string) => void): void {
  const write = (level: LogLevel, text: string): void => {
    const request = currentRequest();
    if (request === null || request.logged > MAX_CHARACTERS) return;
    request.logged += text.length;
    if (request.logged > MAX_CHARACTERS) send(request, "ERROR", OVERFLOW);
    else send(request, level, text);
  };
  const method =
    (level: LogLevel) =>
    (...values: unknown[]): void =>
      write(level, values.map((value) => inspect(value)).join(" "));
  const elapsed = (label: string): string | null => {
    const startedMs = currentRequest()?.timers.get(label);
    if (startedMs === undefined) {
      write("WARN", `Timer '${label}' does not exist`);
      return null;
    }
    return `${label}: ${Math.round((performance.now() - startedMs) * 1000) / 1000}ms`;
  };
  const nothing = (): void => {};
  Object.assign(console, {
    ...Object.fromEntries(SILENT.map((name) => [name, nothing])),
    debug: method("DEBUG"),
    error: method("ERROR"),
    info: method("INFO"),
    log: method("LOG"),
    warn: method("WARN"),
    time: (label = "default"): void => {
      const timers = currentRequest()?.timers;
      if (timers?.has(label) === true) write("WARN", `Timer '${label}' already exists`);
      else timers?.set(label, performance.now());
    },
    timeLog: (label = "default", ...values: unknown[]): void => {
      const text = elapsed(label);
      if (text !== null) write("INFO", [text, ...values.map((value) => inspect(value))].join(" "));
    },
    timeEnd: (label = "default"): void => {
      const text = elapsed(label);
      if (text !== null) write("INFO", text);
      currentRequest()?.timers.delete(label);
    },
  });
}

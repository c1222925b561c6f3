import { CommandError } from "./usage-error.ts";

/** `debug` also tells what each query and mutation read, wrote and lost against. */
export type LogLevel = "debug" | "info";

/** @throws CommandError when `EPIGRAPH_LOG` is neither. */
export function readLogLevel({
  EPIGRAPH_LOG: level,
}: Readonly<Record<string, string | undefined>>): LogLevel {
  if (level === undefined || level === "") return "info";
  if (level === "debug" || level === "info") return level;
  throw new CommandError(`EPIGRAPH_LOG is debug or info, not "${level}".`);
}

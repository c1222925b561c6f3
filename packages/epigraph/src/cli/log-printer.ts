import type { ExecutionEvent, ExecutionIdentity } from "../functions/execution-event.ts";
import { errorText } from "../runtime/runner/call-error.ts";
import type { LogLine } from "../runtime/runner/log-lines.ts";
import { formatExplanation } from "./explanation-printer.ts";
import { formatDuration, shortPath } from "./format.ts";
import type { Paint } from "./paint.ts";

const STYLES: Readonly<Record<string, Parameters<Paint>[0]>> = {
  DEBUG: "dim",
  WARN: "yellow",
  ERROR: "red",
};

/** An event as `dev` shows it: `14:03:59 [messages:list] LOG 'hi' (12 ms)`; empty when there is nothing to show. */
export function formatEvent(event: ExecutionEvent, now: Date, paint: Paint): string {
  const time = paint("dim", formatTime(now));
  if (event.type === "lines") return formatLines(event, event.elapsedMs, time, paint);
  if (event.type === "explained") {
    const nested = event.explanation.call.path;
    const path = nested === event.identifier ? null : nested;
    return `${time} ${name(event, path, paint)} ${formatExplanation(event.explanation, paint)}`;
  }
  const { error, kind, durationMs } = event;
  const lines = formatLines(event, durationMs, time, paint);
  // Failures of the server are told to the operator by whoever had to answer.
  if (error === null) return lines;
  const failed = paint("red", `${kind ?? "function"} failed after ${formatDuration(durationMs)}:`);
  return `${lines}${time} ${name(event, null, paint)} ${failed} ${errorText(error).trimEnd()}\n`;
}

/** @param elapsedMs since the execution began. */
function formatLines(
  execution: ExecutionIdentity & { readonly lines: readonly LogLine[] },
  elapsedMs: number,
  time: string,
  paint: Paint,
): string {
  const elapsed = paint("dim", `(${formatDuration(elapsedMs)})`);
  return execution.lines
    .map(
      (line) =>
        `${time} ${name(execution, line.path, paint)} ${level(line, paint)} ${line.text} ${elapsed}\n`,
    )
    .join("");
}

/** `[messages:list]`, and for what a nested call has to tell where it came from. */
function name({ identifier }: ExecutionIdentity, nested: string | null, paint: Paint): string {
  const origin = nested === null ? "" : ` > ${shortPath(nested)}`;
  return paint("cyan", `[${shortPath(identifier)}${origin}]`);
}

function level({ level: text }: LogLine, paint: Paint): string {
  return paint(STYLES[text] ?? "bold", text);
}

function formatTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

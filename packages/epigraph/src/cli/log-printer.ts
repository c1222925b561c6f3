import type { ExecutionEvent } from "../functions/execution-event.ts";
import { errorText } from "../runtime/runner/call-error.ts";
import type { LogLine } from "../runtime/runner/log-lines.ts";
import type { Paint } from "./paint.ts";

const STYLES: Readonly<Record<string, Parameters<Paint>[0]>> = {
  DEBUG: "dim",
  WARN: "yellow",
  ERROR: "red",
};

/** An event as `dev` shows it: `14:03:59 [messages:list] LOG 'hi' (12 ms)`; empty when there is nothing to show. */
export function formatEvent(event: ExecutionEvent, now: Date, paint: Paint): string {
  const time = paint("dim", formatTime(now));
  if (event.type === "lines") {
    const elapsed = paint("dim", `(${formatDuration(event.elapsedMs)})`);
    return event.lines
      .map((line) => `${time} ${name(event, line, paint)} ${level(line, paint)} ${line.text} ${elapsed}\n`)
      .join("");
  }
  const { error, kind, durationMs } = event;
  if (error === null) return "";
  const failed = paint("red", `${kind ?? "function"} failed after ${formatDuration(durationMs)}:`);
  return `${time} ${name(event, null, paint)} ${failed} ${errorText(error).trimEnd()}\n`;
}

/** `[messages:list]`, and for a line of a nested call where it came from. */
function name({ identifier }: ExecutionEvent, line: LogLine | null, paint: Paint): string {
  const nested = line?.path == null ? "" : ` > ${shorten(line.path)}`;
  return paint("cyan", `[${shorten(identifier)}${nested}]`);
}

function shorten(path: string): string {
  return path.replace(/\.js:/, ":").replace(/:default$/, "");
}

function level({ level: text }: LogLine, paint: Paint): string {
  return paint(STYLES[text] ?? "bold", text);
}

function formatDuration(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

function formatTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

import type { Paint } from "./paint.ts";

/** A line that a function logged, or, with `error`, the end of an execution that failed. */
export interface LogRecord {
  /** `DEBUG`, `LOG`, `INFO`, `WARN`, `ERROR`. */
  readonly level: string;
  /** What was logged, formatted; empty for a failure. */
  readonly text: string;
  /** `messages:list`, or `GET /path` of an HTTP action. */
  readonly functionPath: string;
  /** `query`, `mutation`, `action` or `httpAction`. */
  readonly kind: string;
  /** How long the execution took; null while it runs. */
  readonly durationMs: number | null;
  /** Message and frames of the failure. */
  readonly error?: string | undefined;
}

const STYLES: Readonly<Record<string, Parameters<Paint>[0]>> = {
  DEBUG: "dim",
  WARN: "yellow",
  ERROR: "red",
};

/** A record as `dev` shows it: `14:03:59 [messages:list] LOG 'hi'`. */
export function formatLogRecord(record: LogRecord, now: Date, paint: Paint): string {
  const { level, text, functionPath, kind, durationMs, error } = record;
  const head = `${paint("dim", formatTime(now))} ${paint("cyan", `[${functionPath}]`)}`;
  if (error === undefined) return `${head} ${paint(STYLES[level] ?? "bold", level)} ${text}\n`;
  const duration = durationMs === null ? "" : ` after ${Math.round(durationMs)} ms`;
  return `${head} ${paint("red", `${kind} failed${duration}:`)} ${error.trimEnd()}\n`;
}

function formatTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

import type { ExecutionEvent, ExecutionIdentity, ExecutionRecord } from "../functions/execution-event.ts";
import { errorText } from "../runtime/runner/call-error.ts";
import type { LogLine } from "../runtime/runner/log-lines.ts";
import type { DescribedSetting } from "./settings/describe-settings.ts";

/*
 * Log records as objects of JSON, one a line. Topics and field names are those of Convex's log streams where these have
 * the thing; docs/LOGS.md describes every field. Fields may be added, none changes its meaning.
 */

const TYPES = { query: "query", mutation: "mutation", action: "action", httpAction: "http_action" } as const;

/** The records of an event, each a line; empty when there is nothing to tell. */
export function eventRecords(event: ExecutionEvent, now: Date): string {
  switch (event.type) {
    case "lines":
      return event.lines
        .map((line) => toLine({ topic: "console", ...consoleFields(line), function: functionFields(event) }))
        .join("");
    case "end":
      return toLine(executionFields(event, now));
    case "explained":
      return toLine({
        topic: "explanation",
        timestamp: now.getTime(),
        function: functionFields(event),
        explanation: event.explanation,
      });
  }
}

/** The record of a text that the server has for its operator. */
export function serverRecord(message: string, now: Date): string {
  return toLine({ topic: "server", timestamp: now.getTime(), message });
}

/** The record of what a deployment starts with. */
export function settingsRecord(settings: readonly DescribedSetting[], now: Date): string {
  return toLine({ topic: "settings", timestamp: now.getTime(), settings });
}

function executionFields(record: ExecutionRecord, now: Date): object {
  const { error, fault, usage, status } = record;
  const isMutation = record.kind === "mutation";
  return {
    topic: "function_execution",
    timestamp: now.getTime(),
    function: {
      ...functionFields(record),
      ...(record.isCached && { cached: true }),
      ...(isMutation && usage !== null && { mutation_retry_count: usage.retries }),
    },
    status: error === null && fault === null ? "success" : "failure",
    ...(error !== null && { error_message: errorText(error).trimEnd() }),
    ...(fault !== null && { error_message: fault.message, error_code: fault.code }),
    ...(status !== null && { http_status: status }),
    execution_time_ms: rounded(record.durationMs),
    ...(usage !== null && {
      user_execution_time_ms: rounded(usage.userMs),
      usage: {
        database_read_documents: usage.documentsRead,
        database_read_bytes: usage.bytesRead,
        database_write_documents: usage.documentsWritten,
        database_write_bytes: usage.bytesWritten,
      },
    }),
    console: record.lines.map(consoleFields),
  };
}

function functionFields({ identifier, kind, requestId }: ExecutionIdentity): object {
  return { path: functionName(identifier), type: kind === null ? null : TYPES[kind], request_id: requestId };
}

function consoleFields({ level, text, path, timeMs, code }: LogLine): object {
  return {
    timestamp: timeMs,
    log_level: level,
    message: text,
    ...(path !== null && { nested_path: functionName(path) }),
    ...(code !== undefined && { system_code: code }),
  };
}

/** `messages:send` */
function functionName(path: string): string {
  return path.replace(/\.js:/, ":");
}

/** To microseconds. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function toLine(record: object): string {
  return `${JSON.stringify(record)}\n`;
}

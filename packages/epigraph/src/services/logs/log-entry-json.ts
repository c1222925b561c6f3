import { displayPath } from "../../runtime/runner/function-path.ts";
import type { LogLine } from "../../runtime/runner/log-lines.ts";
import type { LogEntry } from "./log-history.ts";

export interface LogEntryOptions {
  /** Whether lines are objects, as the official CLI and dashboards want them, or texts. */
  readonly isStructured: boolean;
  /** Whether a function runs in Node; by canonical path. */
  readonly isNode: (identifier: string) => boolean;
}

/** Where the kind is not known: what writes lines before its end is an action. */
const UDF_TYPES = {
  query: "Query",
  mutation: "Mutation",
  action: "Action",
  httpAction: "HttpAction",
} as const;
const CUT_SUFFIX = " (truncated due to length)";

/** An entry of the log as clients of `stream_function_logs` read it. Times are in seconds. */
export function logEntryJson({ timeMs, event }: LogEntry, { isStructured, isNode }: LogEntryOptions): object {
  const { identifier, requestId } = event;
  const common = {
    udfType: UDF_TYPES[event.kind ?? (event.type === "lines" ? "action" : "query")],
    componentPath: null,
    identifier: displayPath(identifier),
    logLines: isStructured ? event.lines.map(structuredLine) : event.lines.map(plainLine),
    timestamp: timeMs / 1000,
    requestId,
    executionId: event.type === "called" ? event.executionId : requestId,
    ...(event.scheduledBy === undefined ? {} : { scheduledByRequestId: event.scheduledBy }),
  };
  if (event.type === "lines") return { kind: "Progress", ...common };
  const { durationMs, status, error, fault, usage, identityType, origin, isCached } = event;
  const endedBeforeMs = event.type === "called" ? event.endedBeforeMs : 0;
  const text = error === null ? (fault?.message ?? null) : `${error.message}\n${error.frames}`;
  return {
    kind: "Completion",
    ...common,
    executionTimestamp: (timeMs - endedBeforeMs) / 1000,
    executionTime: durationMs / 1000,
    userExecutionTime: usage === null ? null : usage.userMs / 1000,
    cachedResult: isCached,
    willRetry: false,
    success: status === null || text !== null ? null : { status: String(status) },
    error: text,
    caller: origin,
    parentExecutionId: event.type === "called" ? event.parentExecutionId : null,
    environment: isNode(identifier) ? "node" : "isolate",
    identityType,
    returnBytes: null,
    occInfo: null,
    usageStats: {
      databaseReadBytes: usage?.bytesRead ?? 0,
      databaseWriteBytes: usage?.bytesWritten ?? 0,
      databaseIoReadBytes: 0,
      databaseIoWriteBytes: 0,
      databaseReadDocuments: usage?.documentsRead ?? 0,
      databaseWriteDocuments: usage?.documentsWritten ?? 0,
      storageReadBytes: 0,
      storageWriteBytes: 0,
      vectorIndexReadBytes: 0,
      vectorIndexWriteBytes: 0,
      textIndexQueryBytes: 0,
      textIndexWriteQueryBytes: 0,
      vectorIndexReadQueryBytes: 0,
      vectorIndexWriteQueryBytes: 0,
      networkEgressBytes: 0,
      memoryUsedMb: 0,
    },
  };
}

function plainLine({ level, text }: LogLine): string {
  return `[${level}] ${text}`;
}

function structuredLine({ level, text, path, timeMs, code }: LogLine): object {
  const isTruncated = text.endsWith(CUT_SUFFIX);
  return {
    messages: [isTruncated ? text.slice(0, -CUT_SUFFIX.length) : text],
    isTruncated,
    timestamp: timeMs,
    level,
    ...(code === undefined ? {} : { systemMetadata: { code } }),
    ...(path === null ? {} : { udfPath: displayPath(path) }),
  };
}

import type {
  AttemptExplanation,
  CallExplanation,
  ConflictExplanation,
  IndexReadExplanation,
  TransactionExplanation,
} from "../runtime/runner/explanation.ts";
import { formatSize } from "../values/size.ts";
import { count, formatDuration, shortPath } from "./format.ts";
import type { Paint } from "./paint.ts";

const INDENT = "    ";

/**
 * What a transaction did, as `dev` shows it behind its name: a line on the whole, one for each attempt where it had
 * something to commit, and below it for each function its reads and writes.
 */
export function formatExplanation(explanation: TransactionExplanation, paint: Paint): string {
  const { attempts, call } = explanation;
  const hasCommit = attempts.some(({ commit }) => commit !== null);
  const lines = [
    formatWhole(explanation),
    ...(hasCommit ? attempts.map((attempt, i) => formatAttempt(attempt, i, explanation, paint)) : []),
    ...formatCall(call),
  ];
  return `${lines.join(`\n${INDENT}`)}\n`;
}

function formatWhole({ call, durationMs, used, attempts }: TransactionExplanation): string {
  const parts = [
    `${call.kind} took ${formatDuration(durationMs)}`,
    `read ${count(used.documentsRead, "document")} (${formatSize(used.bytesRead)})`,
  ];
  if (used.documentsWritten > 0) {
    parts.push(`wrote ${count(used.documentsWritten, "document")} (${formatSize(used.bytesWritten)})`);
  }
  if (attempts.length > 1) parts.push(`${attempts.length} attempts`);
  return parts.join(", ");
}

function formatAttempt(
  { waitedMs, ranMs, commit }: AttemptExplanation,
  position: number,
  { attempts, call }: TransactionExplanation,
  paint: Paint,
): string {
  const parts = [`ran ${formatDuration(ranMs)}`];
  if (position > 0) parts.unshift(`waited ${formatDuration(waitedMs)}`);
  if (commit !== null) {
    const { end, conflict, durationMs } = commit;
    const verb = end === "committed" ? "committed in" : `${end} after`;
    const reason = conflict === null ? "" : `: ${describeConflict(conflict, call.path)}`;
    parts.push(`${verb} ${formatDuration(durationMs)}${reason}`);
  }
  const text = attempts.length > 1 ? `attempt ${position + 1}: ${parts.join(", ")}` : parts.join(", ");
  return commit === null || commit.end === "committed" ? text : paint("yellow", text);
}

function describeConflict(conflict: ConflictExplanation, path: string): string {
  switch (conflict.cause) {
    case "document": {
      const { table, documentId, source } = conflict;
      const who = source === null ? "somebody" : source === path ? "another call of it" : shortPath(source);
      return documentId === null
        ? `${who} wrote to ${table}`
        : `${who} wrote document ${documentId} of ${table}`;
    }
    case "catalogue":
      return "tables, indexes, code or environment variables changed while it ran";
    case "history":
      return "its snapshot was too old by then to be checked";
  }
}

/** Nested calls are indented below their parent. */
function formatCall({ reads, writes, nested }: CallExplanation): string[] {
  return [
    ...reads.flatMap(formatReads),
    ...writes.map(
      ({ table, documents, bytes }) =>
        `${table}: wrote ${count(documents, "document")} (${formatSize(bytes)})`,
    ),
    ...nested.flatMap((call) => [
      `> ${shortPath(call.path)}: ${call.calls === 1 ? call.kind : count(call.calls, `${call.kind} call`)}, ${formatDuration(call.durationMs)}`,
      ...formatCall(call).map((line) => INDENT + line),
    ]),
  ];
}

function formatReads({ index, order, ranges, others }: IndexReadExplanation): string[] {
  const cost = ({ scanned, returned, bytes }: typeof others | (typeof ranges)[number]): string =>
    `scanned ${scanned}, returned ${returned} (${formatSize(bytes)})`;
  const lines = ranges.map(
    (range) => `${index} [${range.bounds === "" ? "all" : range.bounds}] ${order}: ${cost(range)}`,
  );
  if (others.ranges > 0) {
    lines.push(`${index}, ${count(others.ranges, "more range")} ${order}: ${cost(others)}`);
  }
  return lines;
}

import type { ReactNode } from "react";
import { formatBytes, formatDuration, shortPath } from "../../ui/format.ts";
import type { ExplainedAttempt, ExplainedCall, KeptText, RecordedCall } from "./recorded.ts";

/** Everything that is known of one call: what went in and came out, and what its transaction did. */
export function CallFacts({ call }: { readonly call: RecordedCall }): ReactNode {
  const { args, result, error, transaction } = call;
  return (
    <div className="call-facts stack tight">
      <Kept title="Arguments" kept={args} unwrap />
      {error !== null && <Kept title="Failed with" kept={error} />}
      {result !== null && <Kept title="Result" kept={result} />}
      {transaction !== null && (
        <>
          <h3>Reads and writes</h3>
          <pre className="code">{linesOf(transaction.call, "").join("\n") || "none"}</pre>
        </>
      )}
      {transaction !== null && transaction.attempts.length > 1 && (
        <>
          <h3>Attempts</h3>
          <pre className="code">{transaction.attempts.map(describeAttempt).join("\n")}</pre>
        </>
      )}
    </div>
  );
}

function Kept({
  title,
  kept: { text, isCut },
  unwrap = false,
}: {
  readonly title: string;
  readonly kept: KeptText;
  /** Whether it is an array of one. */
  readonly unwrap?: boolean;
}): ReactNode {
  return (
    <>
      <h3>
        {title}
        {isCut ? ", only the beginning" : ""}
      </h3>
      <pre className="code">{isCut ? `${text}…` : indent(text, unwrap)}</pre>
    </>
  );
}

function indent(text: string, unwrap: boolean): string {
  try {
    const value = JSON.parse(text) as unknown;
    return JSON.stringify(unwrap && Array.isArray(value) && value.length === 1 ? value[0] : value, null, 2);
  } catch {
    return text;
  }
}

/** What a function of a transaction read and wrote, and those that it called, a line each. */
export function linesOf({ reads, writes, nested }: ExplainedCall, before: string): readonly string[] {
  return [
    ...reads.flatMap(({ index, order, ranges, others }) => [
      ...ranges.map(
        ({ bounds, scanned, returned, bytes }) =>
          `${before}read ${index} ${order}${bounds === "" ? "" : ` where ${bounds}`}: ${returned} of ${scanned}, ${formatBytes(bytes)}`,
      ),
      ...(others.ranges === 0
        ? []
        : [
            `${before}read ${index} ${order}, ${others.ranges} ranges more: ${others.returned} of ${others.scanned}, ${formatBytes(others.bytes)}`,
          ]),
    ]),
    ...writes.map(
      ({ table, documents, bytes }) => `${before}write ${table}: ${documents}, ${formatBytes(bytes)}`,
    ),
    ...nested.flatMap((call) => [
      `${before}${call.kind} ${shortPath(call.path)}${call.calls === 1 ? "" : `, ${call.calls} times`}`,
      ...linesOf(call, `${before}  `),
    ]),
  ];
}

function describeAttempt({ waitedMs, ranMs, commit }: ExplainedAttempt, i: number): string {
  const wait = i === 0 ? "" : `waited ${formatDuration(waitedMs)}, `;
  return `${i + 1}: ${wait}ran ${formatDuration(ranMs)}${commit === null ? "" : `, ${describeCommit(commit)}`}`;
}

function describeCommit({ end, durationMs, conflict }: NonNullable<ExplainedAttempt["commit"]>): string {
  const after = `after ${formatDuration(durationMs)}`;
  if (conflict === null) return `${end} ${after}`;
  if (conflict.cause !== "document") return `lost ${after}: ${conflict.cause} had changed`;
  const by = conflict.source == null ? "" : ` by ${shortPath(conflict.source)}`;
  return `lost ${after}: ${conflict.documentId ?? "a document"} of ${conflict.table} was written${by}`;
}

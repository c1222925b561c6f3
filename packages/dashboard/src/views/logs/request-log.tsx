import { type ReactNode, useMemo } from "react";
import type { ConsoleLine, LogEntry, LogRow } from "../../data/log-store.ts";
import { CopyButton, KindBadge } from "../../ui/basics.tsx";
import { formatBytes, formatDuration, formatTime } from "../../ui/format.ts";
import { type ExecutionNode, requestTree } from "./request-tree.ts";
import { StackTrace } from "./stack-trace.tsx";

/** Everything that the log knows of one request: what it called, and what it has scheduled. */
export function RequestLog({
  requestId,
  rows,
}: {
  readonly requestId: string;
  readonly rows: readonly LogRow[];
}): ReactNode {
  const tree = useMemo(() => requestTree(rows, requestId), [rows, requestId]);
  return (
    <>
      <div className="row wrap">
        <code className="grow">{requestId}</code>
        <CopyButton text={location.href} label="Copy link" />
      </div>
      {tree.length === 0 && <p className="muted">The log no longer has this request, or has it not yet.</p>}
      <Executions nodes={tree} />
    </>
  );
}

function Executions({ nodes }: { readonly nodes: readonly ExecutionNode[] }): ReactNode {
  if (nodes.length === 0) return null;
  return (
    <ul className="tree">
      {nodes.map((node) => (
        <li key={`${node.entry.requestId} ${node.entry.executionId}`}>
          <Execution node={node} />
          <Executions nodes={node.children} />
        </li>
      ))}
    </ul>
  );
}

const CALLERS: Readonly<Record<string, string>> = {
  Scheduler: "scheduled",
  Cron: "cron",
  Action: "called",
};

function Execution({ node: { entry, lines } }: { readonly node: ExecutionNode }): ReactNode {
  const { udfType, identifier, error, kind, caller = "", cachedResult, executionTime = 0 } = entry;
  return (
    <div className="card stack tight">
      <div className="row wrap">
        <KindBadge kind={udfType} />
        <strong className="mono grow">{identifier}</strong>
        {CALLERS[caller] !== undefined && <span className="badge">{CALLERS[caller]}</span>}
        {cachedResult === true && <span className="badge">kept result</span>}
        {kind === "Progress" ? (
          <span className="badge accent">runs</span>
        ) : (
          <>
            <span className="muted">{formatDuration(executionTime * 1000)}</span>
            <span className={`badge ${error == null ? "good" : "bad"}`}>
              {error == null ? (entry.success?.status ?? "success") : "failure"}
            </span>
          </>
        )}
      </div>
      {error != null && <StackTrace error={error} />}
      {lines.length > 0 && <Lines lines={lines} />}
      {kind === "Completion" && (
        <details>
          <summary className="muted">Details</summary>
          <Facts entry={entry} />
        </details>
      )}
    </div>
  );
}

const LEVEL_LOOKS: Readonly<Record<string, string>> = { ERROR: "bad", WARN: "warn" };

function Lines({ lines }: { readonly lines: readonly ConsoleLine[] }): ReactNode {
  return (
    <div className="stack tight">
      {lines.map(({ level, messages, timestamp, isTruncated }, i) => (
        <pre key={`${timestamp} ${i}`} className={`code ${LEVEL_LOOKS[level] ?? ""}`}>
          {`${formatTime(timestamp)} ${level} ${messages.join(" ")}${isTruncated ? " …" : ""}`}
        </pre>
      ))}
    </div>
  );
}

function Facts({ entry }: { readonly entry: LogEntry }): ReactNode {
  const { timestamp, identityType = "", environment = "", usageStats, requestId } = entry;
  const facts = [
    ["Ended", formatTime(timestamp * 1000)],
    ["Request", requestId],
    ["Ran as", identityType],
    ["Ran in", environment],
    ["Documents read", String(usageStats?.["databaseReadDocuments"] ?? 0)],
    ["Read", formatBytes(usageStats?.["databaseReadBytes"] ?? 0)],
    ["Written", formatBytes(usageStats?.["databaseWriteBytes"] ?? 0)],
  ] as const;
  return (
    <div className="grid">
      {facts.map(([name, value]) => (
        <div key={name}>
          <div className="name">{name}</div>
          <div>{value}</div>
        </div>
      ))}
    </div>
  );
}

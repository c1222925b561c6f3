import type { ReactNode } from "react";
import type { LogRow } from "../../data/log-store.ts";
import { CopyButton, KindBadge } from "../../ui/basics.tsx";
import { formatBytes, formatDuration, formatTime } from "../../ui/format.ts";

/** Everything that the log knows of one request. */
export function RequestLog({
  requestId,
  rows,
}: {
  readonly requestId: string;
  readonly rows: readonly LogRow[];
}): ReactNode {
  const own = rows.filter(({ entry }) => entry.requestId === requestId);
  const ends = own.filter(({ line }) => line === null);
  const lines = own.flatMap(({ line, timeMs, id }) => (line === null ? [] : [{ line, timeMs, id }]));
  return (
    <>
      <div className="row wrap">
        <code className="grow">{requestId}</code>
        <CopyButton text={location.href} label="Copy link" />
      </div>
      {own.length === 0 && <p className="muted">The log no longer has this request, or has it not yet.</p>}
      {ends.map(({ entry, id }) => (
        <div className="card stack tight" key={id}>
          <div className="row wrap">
            <KindBadge kind={entry.udfType} />
            <strong className="mono grow">{entry.identifier}</strong>
            <span className={`badge ${entry.error == null ? "good" : "bad"}`}>
              {entry.error == null ? (entry.success?.status ?? "success") : "failure"}
            </span>
          </div>
          <Facts
            facts={[
              ["Took", formatDuration((entry.executionTime ?? 0) * 1000)],
              ["Ended", formatTime(entry.timestamp * 1000)],
              ["Ran as", entry.identityType ?? ""],
              ["Ran in", entry.environment ?? ""],
              ["Documents read", String(entry.usageStats?.["databaseReadDocuments"] ?? 0)],
              ["Read", formatBytes(entry.usageStats?.["databaseReadBytes"] ?? 0)],
              ["Written", formatBytes(entry.usageStats?.["databaseWriteBytes"] ?? 0)],
            ]}
          />
          {entry.error != null && <pre className="notice mono">{entry.error}</pre>}
        </div>
      ))}
      {lines.length > 0 && (
        <div className="stack tight">
          <h3>Console</h3>
          {lines.map(({ line, timeMs, id }) => (
            <pre key={id} className={`code ${{ ERROR: "bad", WARN: "warn" }[line.level as string] ?? ""}`}>
              {`${formatTime(timeMs)} ${line.level} ${line.messages.join(" ")}${line.isTruncated ? " …" : ""}`}
            </pre>
          ))}
        </div>
      )}
    </>
  );
}

function Facts({ facts }: { readonly facts: readonly (readonly [string, string])[] }): ReactNode {
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

import type { ReactNode } from "react";
import { Link } from "wouter";
import { useAdmin } from "../../data/context.tsx";
import { useLogs } from "../../data/log-store.ts";
import { formatDuration, formatTime } from "../../ui/format.ts";

const SHOWN = 8;

export function RecentCalls({ identifier }: { readonly identifier: string }): ReactNode {
  const { completions } = useLogs(useAdmin().logs);
  const own = completions
    .filter((entry) => entry.identifier === identifier)
    .slice(-SHOWN)
    .reverse();
  return (
    <div className="card stack tight">
      <div className="row">
        <h2 className="grow">Last calls</h2>
        <Link href={`/logs?text=${encodeURIComponent(identifier)}`}>All in the log</Link>
      </div>
      {own.length === 0 && <p className="muted">None that the log remembers.</p>}
      {own.map((entry) => (
        <Link
          key={`${entry.requestId} ${entry.timestamp}`}
          className="item mono"
          href={`/logs?request=${encodeURIComponent(entry.requestId)}`}
        >
          <span className="muted">{formatTime(entry.timestamp * 1000)}</span>
          <span className="grow ellipsis">{entry.error ?? ""}</span>
          <span>{formatDuration((entry.executionTime ?? 0) * 1000)}</span>
          <span className={`badge ${entry.error == null ? "good" : "bad"}`}>
            {entry.error == null ? (entry.success?.status ?? "ok") : "error"}
          </span>
        </Link>
      ))}
    </div>
  );
}

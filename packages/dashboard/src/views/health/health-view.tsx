import { useQuery } from "convex/react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { Link } from "wouter";
import { useAdmin } from "../../data/context.tsx";
import { useLogs } from "../../data/log-store.ts";
import { system } from "../../data/system.ts";
import { Empty, ErrorNotice } from "../../ui/basics.tsx";
import { formatBytes, formatDate, formatDuration } from "../../ui/format.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import { share, statsOf } from "../functions/stats.ts";

interface ServerState {
  readonly instanceName: string;
  readonly version: string;
  readonly uptimeMs: number;
  readonly rss: number;
  readonly heapUsed: number;
  /** Of queries, since the start. */
  readonly queryUse: readonly { readonly hits: number; readonly misses: number }[];
  readonly calls: Readonly<Record<string, { readonly running: number; readonly waiting: number }>>;
}

const REFRESH_MS = 2_000;

export default function HealthView(): ReactNode {
  const { state, error } = useServerState();
  const deployment = useQuery(system.deployment, {});
  const { completions } = useLogs(useAdmin().logs);
  const now = Date.now() / 1000;
  const stats = useMemo(() => statsOf(completions, now), [completions, now]);
  const use = state?.queryUse ?? [];
  const hits = use.reduce((sum, each) => sum + each.hits, 0);
  const answers = use.reduce((sum, each) => sum + each.hits + each.misses, 0);
  const figures: readonly (readonly [string, string])[] = [
    ["Running for", state === null ? "–" : `${formatDuration(state.uptimeMs)}`],
    ["Memory, main process", state === null ? "–" : formatBytes(state.rss)],
    ["Calls, last 30 min", String(stats.calls)],
    ["Failed", share(stats.errors, stats.calls)],
    ["Answers from kept results", share(hits, answers)],
    ["p50", stats.p50 === null ? "–" : formatDuration(stats.p50)],
    ["p95", stats.p95 === null ? "–" : formatDuration(stats.p95)],
  ];
  return (
    <div className="view stack">
      <div className="row wrap">
        <h1>{state?.instanceName ?? "Health"}</h1>
        {state !== null && <span className="badge">Epigraph {state.version}</span>}
        <span className="muted">
          {deployment?.pushedAt == null ? "" : `Code of ${formatDate(deployment.pushedAt)}`}
        </span>
      </div>
      <ErrorNotice error={error} />
      <div className="grid">
        {figures.map(([name, value]) => (
          <div className="card" key={name}>
            <div className="name">{name}</div>
            <div className="figure">{value}</div>
          </div>
        ))}
      </div>
      <div className="columns">
        <div className="card stack">
          <h2>Calls per minute</h2>
          <Sparkline
            values={stats.parts.map(({ calls }) => calls)}
            over={stats.parts.map(({ errors }) => errors)}
            label={`${stats.calls} calls in the last half hour, of which ${stats.errors} failed`}
          />
        </div>
        <div className="card stack">
          <h2>Running and waiting now</h2>
          <table className="table">
            <thead>
              <tr>
                <th>Kind</th>
                <th>Running</th>
                <th>Waiting for a place</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(state?.calls ?? {}).map(([kind, { running, waiting }]) => (
                <tr key={kind}>
                  <td>{kind}</td>
                  <td>{running}</td>
                  <td className={waiting > 0 ? "warn" : ""}>{waiting}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
      <Failing />
    </div>
  );
}

/** Functions that failed lately, with what they failed with. */
function Failing(): ReactNode {
  const { completions } = useLogs(useAdmin().logs);
  const failing = useMemo(() => {
    const counts = new Map<string, { count: number; last: string }>();
    for (const { identifier, error } of completions) {
      if (error == null) continue;
      const { count } = counts.get(identifier) ?? { count: 0 };
      counts.set(identifier, { count: count + 1, last: error.split("\n", 1)[0] ?? "" });
    }
    return [...counts].sort(([, a], [, b]) => b.count - a.count).slice(0, 10);
  }, [completions]);
  return (
    <div className="card stack">
      <h2>Failures that the log remembers</h2>
      {failing.length === 0 ? (
        <Empty title="None">
          <p>Of the last {completions.length} executions no one has failed.</p>
        </Empty>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Function</th>
              <th>Times</th>
              <th>Last</th>
            </tr>
          </thead>
          <tbody>
            {failing.map(([name, { count, last }]) => (
              <tr key={name}>
                <td>
                  <Link href={`/logs?status=failure&text=${encodeURIComponent(name)}`} className="mono">
                    {name}
                  </Link>
                </td>
                <td>{count}</td>
                <td className="mono">{last}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function useServerState(): { readonly state: ServerState | null; readonly error: string | null } {
  const { api } = useAdmin();
  const [state, setState] = useState<ServerState | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const ask = (): void => {
      api.get<ServerState>("/_dashboard/api/state").then(
        (answer) => {
          setState(answer);
          setError(null);
        },
        (failure: Error) => setError(failure.message),
      );
    };
    ask();
    const timer = setInterval(ask, REFRESH_MS);
    return () => clearInterval(timer);
  }, [api]);
  return { state, error };
}

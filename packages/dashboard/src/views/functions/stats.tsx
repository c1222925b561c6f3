import { type ReactNode, useMemo } from "react";
import { useAdmin } from "../../data/context.tsx";
import { type LogEntry, useLogs } from "../../data/log-store.ts";
import { formatDuration } from "../../ui/format.ts";
import { Sparkline } from "../../ui/sparkline.tsx";

const BUCKETS = 30;
const BUCKET_S = 60;

export interface Stats {
  readonly calls: number;
  readonly errors: number;
  readonly p50: number | null;
  readonly p95: number | null;
  /** Per minute, oldest first. */
  readonly perMinute: readonly number[];
}

/** @param nowS in seconds. */
export function statsOf(entries: readonly LogEntry[], nowS: number): Stats {
  const recent = entries.filter(({ timestamp }) => timestamp > nowS - BUCKETS * BUCKET_S);
  const perMinute = new Array<number>(BUCKETS).fill(0);
  for (const { timestamp } of recent) {
    const bucket = Math.min(BUCKETS - 1, BUCKETS - 1 - Math.floor((nowS - timestamp) / BUCKET_S));
    perMinute[bucket] = (perMinute[bucket] ?? 0) + 1;
  }
  const durations = recent.map(({ executionTime = 0 }) => executionTime * 1000).sort((a, b) => a - b);
  const at = (share: number): number | null => durations[Math.floor(durations.length * share)] ?? null;
  const errors = recent.filter(({ error }) => error !== null && error !== undefined).length;
  return { calls: recent.length, errors, p50: at(0.5), p95: at(0.95), perMinute };
}

/** How a function has done in the last half hour, as far as the log reaches. */
export function FunctionStats({ identifier }: { readonly identifier: string }): ReactNode {
  const { completions } = useLogs(useAdmin().logs);
  const { calls, errors, p50, p95, perMinute } = useMemo(
    () =>
      statsOf(
        completions.filter((entry) => entry.identifier === identifier),
        Date.now() / 1000,
      ),
    [completions, identifier],
  );
  const figures = [
    ["Calls, 30 min", String(calls)],
    ["Errors", String(errors)],
    ["p50", p50 === null ? "–" : formatDuration(p50)],
    ["p95", p95 === null ? "–" : formatDuration(p95)],
  ] as const;
  return (
    <div className="card stack">
      <div className="row wrap">
        {figures.map(([name, value]) => (
          <div key={name} className="grow">
            <div className="name">{name}</div>
            <div className={`figure ${name === "Errors" && errors > 0 ? "bad" : ""}`}>{value}</div>
          </div>
        ))}
      </div>
      <Sparkline values={perMinute} label={`Calls per minute: ${calls} in the last half hour`} />
    </div>
  );
}

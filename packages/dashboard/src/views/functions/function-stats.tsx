import { type ReactNode, useMemo } from "react";
import { useAdmin } from "../../data/context.tsx";
import { useLogs } from "../../data/log-store.ts";
import { formatDuration, formatTime } from "../../ui/format.ts";
import { useParam } from "../../ui/search.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import { HALF_HOUR, SPANS, share, statsOf } from "./stats.ts";

/** How a function has done lately, as far as the log reaches. */
export function FunctionStats({
  identifier,
  isQuery,
}: {
  readonly identifier: string;
  readonly isQuery: boolean;
}): ReactNode {
  const { completions } = useLogs(useAdmin().logs);
  const [wanted, setWanted] = useParam("span");
  const span = SPANS.find(({ name }) => name === wanted) ?? HALF_HOUR;
  const nowS = Date.now() / 1000;
  const { calls, errors, kept, p50, p95, parts } = useMemo(() => {
    const own = completions.filter((entry) => entry.identifier === identifier);
    return statsOf(own, Date.now() / 1000, span);
  }, [completions, identifier, span]);
  const figures = [
    ["Calls", String(calls)],
    ["Errors", String(errors)],
    ...(isQuery ? [["Kept results", share(kept, calls)] as const] : []),
    ["p50", p50 === null ? "–" : formatDuration(p50)],
    ["p95", p95 === null ? "–" : formatDuration(p95)],
  ] as const;
  const oldest = completions[0]?.timestamp;
  const isCut = oldest !== undefined && oldest > nowS - span.buckets * span.bucketS;
  return (
    <section className="card stack" aria-label="Figures">
      <div className="row wrap">
        {figures.map(([name, value]) => (
          <div key={name} className="grow">
            <div className="name">{name}</div>
            <div className={`figure ${name === "Errors" && errors > 0 ? "bad" : ""}`}>{value}</div>
          </div>
        ))}
        <select
          className="input auto"
          aria-label="Over the last"
          value={span.name}
          onChange={(event) => setWanted(event.target.value)}
        >
          {SPANS.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <h3>Calls, and how many failed</h3>
      <Sparkline
        values={parts.map((part) => part.calls)}
        over={parts.map((part) => part.errors)}
        label={`${calls} calls in the last ${span.name}, of which ${errors} failed`}
      />
      {isQuery && (
        <>
          <h3>Answers from kept results</h3>
          <Sparkline
            values={parts.map((part) => part.kept)}
            label={`${kept} of ${calls} answers were kept results`}
          />
        </>
      )}
      <h3>Time, p95</h3>
      <Sparkline
        values={parts.map((part) => part.p95 ?? 0)}
        label={p95 === null ? "No call to time" : `p95 of ${formatDuration(p95)}`}
      />
      {isCut && (
        <p className="muted">
          The log reaches back to {formatTime((oldest ?? 0) * 1000)}: a thousand executions, and those since
          this page was opened.
        </p>
      )}
    </section>
  );
}

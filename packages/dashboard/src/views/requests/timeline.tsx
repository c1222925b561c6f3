import type { ReactNode } from "react";
import { useAdmin } from "../../data/context.tsx";
import { useLogs } from "../../data/log-store.ts";
import { formatDuration } from "../../ui/format.ts";
import type { RecordedRequest } from "./recorded.ts";

interface Bar {
  readonly key: string;
  readonly text: string;
  readonly detail: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly look: string;
}

/** The request over time: itself, the transactions that it ran, and the lines that it printed. */
export function Timeline({ request }: { readonly request: RecordedRequest }): ReactNode {
  const { rows } = useLogs(useAdmin().logs);
  const bars = barsOf(request);
  const lines = rows.filter(({ entry, line }) => line !== null && entry.requestId === request.requestId);
  const ends = [...bars.map((bar) => bar.startMs + bar.durationMs), 1];
  const total = Math.max(...ends);
  return (
    <section className="card stack tight" aria-label="Timeline">
      <h2>Timeline</h2>
      {bars.map((bar) => (
        <div key={bar.key} className="timeline">
          <span className="mono ellipsis" title={bar.text}>
            {bar.text}
          </span>
          <svg className="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
            <rect
              className={bar.look}
              x={(bar.startMs / total) * 100}
              width={Math.max(0.6, (bar.durationMs / total) * 100)}
              height="10"
              rx="1"
            />
          </svg>
          <span className="muted small">{bar.detail}</span>
        </div>
      ))}
      {request.transactions.length === 0 && (
        <p className="muted small">
          Start with <code>EPIGRAPH_LOG=debug epigraph dev</code> to see the queries and mutations that it
          ran, with what they read and wrote.
        </p>
      )}
      {lines.map(({ id, line, timeMs }) => (
        <pre key={id} className={{ ERROR: "bad", WARN: "warn" }[line?.level as string] ?? ""}>
          {`+${formatDuration(Math.max(0, timeMs - request.startMs))}  ${line?.level}  ${line?.messages.join(" ")}`}
        </pre>
      ))}
    </section>
  );
}

function barsOf({ method, route, durationMs, transactions }: RecordedRequest): readonly Bar[] {
  const own: Bar = {
    key: "request",
    text: route ?? method,
    detail: durationMs === null ? "running" : formatDuration(durationMs),
    startMs: 0,
    durationMs: durationMs ?? 0,
    look: "http",
  };
  const ran = transactions.map(({ toldMs, explanation }, i): Bar => {
    const { call, used, attempts } = explanation;
    const retries = attempts.length > 1 ? `, ${attempts.length} attempts` : "";
    return {
      key: `${i}`,
      text: call.path.replace(".js:", ":"),
      detail: `${formatDuration(explanation.durationMs)}, ${used.documentsRead} read, ${used.documentsWritten} written${retries}`,
      startMs: Math.max(0, toldMs - explanation.durationMs),
      durationMs: explanation.durationMs,
      look: call.kind,
    };
  });
  return [own, ...ran];
}

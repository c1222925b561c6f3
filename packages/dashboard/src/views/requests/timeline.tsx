import type { ReactNode } from "react";
import { formatDuration, shortPath } from "../../ui/format.ts";
import { CallFacts } from "./call-facts.tsx";
import { type Moment, momentsOf } from "./moments.ts";
import type { RecordedCall, RecordedRequest } from "./recorded.ts";

const LEVEL_LOOKS: Readonly<Record<string, string>> = { ERROR: "bad", WARN: "warn" };
/** Per cent of the whole; less can't be seen. */
const MIN_WIDTH = 0.6;

/** The request over time: itself, what it called, each to be opened, and the lines that it printed. */
export function Timeline({ request }: { readonly request: RecordedRequest }): ReactNode {
  const { method, route, durationMs, run } = request;
  const moments = momentsOf(request);
  const totalMs = Math.max(durationMs ?? 0, 1, ...moments.map(endOf));
  return (
    <section className="card stack tight" aria-label="Timeline">
      <h2>Timeline</h2>
      <div className="timeline">
        <span className="mono ellipsis">{route ?? method}</span>
        <Bar startMs={0} durationMs={durationMs ?? totalMs} totalMs={totalMs} look="http" />
        <span className="muted small">{durationMs === null ? "running" : formatDuration(durationMs)}</span>
      </div>
      {moments.map((moment, i) =>
        moment.type === "call" ? (
          <CallRow key={i} moment={moment} totalMs={totalMs} />
        ) : (
          <pre key={i} className={LEVEL_LOOKS[moment.line.level] ?? ""}>
            {`+${formatDuration(moment.atMs)}  ${moment.line.level}  ${moment.line.text}`}
          </pre>
        ),
      )}
      {(run?.omitted ?? 0) > 0 && <p className="muted small">… and {run?.omitted} calls more.</p>}
    </section>
  );
}

function CallRow({
  moment: { call, depth, atMs },
  totalMs,
}: {
  readonly moment: Extract<Moment, { readonly type: "call" }>;
  readonly totalMs: number;
}): ReactNode {
  return (
    <details className="call">
      <summary className="timeline">
        <span className="mono ellipsis">{`${"› ".repeat(depth)}${shortPath(call.path)}`}</span>
        <Bar startMs={atMs} durationMs={call.durationMs ?? totalMs} totalMs={totalMs} look={call.kind} />
        <span className={`small ${call.error === null ? "muted" : "bad"}`}>{summaryOf(call)}</span>
      </summary>
      <CallFacts call={call} />
    </details>
  );
}

/** `1.2 ms, 3 read, 1 written, 2 attempts` */
export function countsOf({ transaction }: RecordedCall): readonly string[] {
  if (transaction === null) return [];
  const { used, attempts } = transaction;
  return [
    `${used.documentsRead} read`,
    `${used.documentsWritten} written`,
    ...(attempts.length > 1 ? [`${attempts.length} attempts`] : []),
  ];
}

function summaryOf(call: RecordedCall): string {
  const took = call.durationMs === null ? "not ended" : formatDuration(call.durationMs);
  return [took, ...countsOf(call), ...(call.error === null ? [] : ["failed"])].join(", ");
}

function endOf(moment: Moment): number {
  return moment.atMs + (moment.type === "call" ? (moment.call.durationMs ?? 0) : 0);
}

function Bar({
  startMs,
  durationMs,
  totalMs,
  look,
}: {
  readonly startMs: number;
  readonly durationMs: number;
  readonly totalMs: number;
  readonly look: string;
}): ReactNode {
  const x = Math.min(100 - MIN_WIDTH, (startMs / totalMs) * 100);
  const width = Math.min(100 - x, Math.max(MIN_WIDTH, (durationMs / totalMs) * 100));
  return (
    <svg className="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
      <rect className={look} x={x} width={width} height="10" rx="1" />
    </svg>
  );
}

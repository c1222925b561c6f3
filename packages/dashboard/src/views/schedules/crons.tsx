import { useQuery } from "convex/react";
import { Pause, Play, RotateCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { type CronInfo, system } from "../../data/system.ts";
import { Empty, ErrorNotice, Loading } from "../../ui/basics.tsx";
import { formatDate, formatDuration, shortPath } from "../../ui/format.ts";
import { GuardedButton } from "../../ui/guarded.tsx";

export function Crons(): ReactNode {
  const { api } = useAdmin();
  const crons = useQuery(system.crons, {});
  const [error, setError] = useState<string | null>(null);
  if (crons === undefined) return <Loading what="crons" />;
  if (crons.length === 0) {
    return (
      <Empty title="No crons">
        <p>
          Write <code>convex/crons.ts</code>:
        </p>
        <pre className="code">{`import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();
crons.interval("clean up", { minutes: 30 }, internal.messages.cleanUp);
export default crons;`}</pre>
      </Empty>
    );
  }
  const act = (what: "run" | "pause" | "resume", name: string): void => {
    api.post(`/api/${what}_cron`, { name }).then(
      () => setError(null),
      (failure: Error) => setError(failure.message),
    );
  };
  return (
    <>
      <ErrorNotice error={error} />
      {crons.map((cron) => (
        <CronCard key={cron.name} cron={cron} onAct={(what) => act(what, cron.name)} />
      ))}
    </>
  );
}

function CronCard({
  cron,
  onAct,
}: {
  readonly cron: CronInfo;
  readonly onAct: (what: "run" | "pause" | "resume") => void;
}): ReactNode {
  const { name, path, args, schedule, nextRun, isPaused, isRunning, runs } = cron;
  return (
    <section className="card stack tight" aria-label={name}>
      <div className="row wrap">
        <h2>{name}</h2>
        <span className={`badge ${isPaused ? "warn" : isRunning ? "accent" : "good"}`}>
          {isPaused ? "paused" : isRunning ? "running" : "waiting"}
        </span>
        <span className="grow" />
        <GuardedButton needs="WriteData" onClick={() => onAct("run")}>
          <RotateCw size={15} aria-hidden /> Run now
        </GuardedButton>
        <GuardedButton needs="WriteData" onClick={() => onAct(isPaused ? "resume" : "pause")}>
          {isPaused ? <Play size={15} aria-hidden /> : <Pause size={15} aria-hidden />}
          {isPaused ? "Resume" : "Pause"}
        </GuardedButton>
      </div>
      <div className="mono">
        {shortPath(path)}({args.slice(1, -1)})
      </div>
      <div className="muted">
        {showSchedule(schedule)}
        {nextRun === null ? "" : `, next ${formatDate(nextRun)}`}
      </div>
      {runs.length > 0 && (
        <details>
          <summary>{runs.length === 1 ? "The last run" : `The last ${runs.length} runs`}</summary>
          {runs.map((run) => (
            <div key={run.ts} className="stack tight">
              <div className="row">
                <span>{formatDate(run.ts)}</span>
                <span className={`badge ${run.status === "success" ? "good" : "bad"}`}>{run.status}</span>
                <span className="muted">{formatDuration(run.executionTime * 1000)}</span>
              </div>
              {(run.error !== null || run.logLines.length > 0) && (
                <pre className="code">
                  {[...run.logLines, ...(run.error === null ? [] : [run.error])].join("\n")}
                </pre>
              )}
            </div>
          ))}
        </details>
      )}
    </section>
  );
}

function showSchedule(json: string): string {
  const { type, ...rest } = JSON.parse(json) as { readonly type: string } & Record<string, unknown>;
  const two = (name: string): string => String(rest[name] ?? 0).padStart(2, "0");
  const time = `at ${two("hourUTC")}:${two("minuteUTC")} UTC`;
  switch (type) {
    case "interval":
      return `every ${formatDuration(Number(rest["seconds"]) * 1000)}`;
    case "hourly":
      return `every hour, ${two("minuteUTC")} minutes past`;
    case "daily":
      return `every day ${time}`;
    case "weekly":
      return `every ${capitalized(String(rest["dayOfWeek"]))} ${time}`;
    case "monthly":
      return `on day ${String(rest["day"])} of every month ${time}`;
    default:
      return [type, ...Object.values(rest).map(String)].join(" ");
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

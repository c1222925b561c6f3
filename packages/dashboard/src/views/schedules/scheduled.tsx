import { useQuery } from "convex/react";
import { type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { type ScheduledInfo, system } from "../../data/system.ts";
import { Empty, ErrorNotice, Loading } from "../../ui/basics.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { formatDate, shortPath } from "../../ui/format.ts";
import { GuardedButton } from "../../ui/guarded.tsx";
import { showShort } from "../../ui/values.ts";

const LOOKS: Readonly<Record<string, string>> = { success: "good", failed: "bad", inProgress: "accent" };

export function Scheduled(): ReactNode {
  const { api } = useAdmin();
  const lists = useQuery(system.scheduled, {});
  const [isAll, setIsAll] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (lists === undefined) return <Loading what="scheduled functions" />;
  const waiting = [...lists.running, ...lists.pending];
  const all = [...waiting, ...lists.done];
  const cancel = (id: string): void => {
    api.post("/api/cancel_job", { id }).then(
      () => setError(null),
      (failure: Error) => setError(failure.message),
    );
  };
  if (all.length === 0) {
    return (
      <Empty title="Nothing is scheduled">
        <p>A mutation or an action lets a function run later:</p>
        <pre className="code">{`await ctx.scheduler.runAfter(60_000, internal.messages.remind, { id });`}</pre>
      </Empty>
    );
  }
  return (
    <>
      <div className="row">
        <span className="muted grow">
          {waiting.length} to come, {lists.done.length} done
        </span>
        <GuardedButton
          needs="WriteData"
          look="danger"
          disabled={waiting.length === 0}
          onClick={() => setIsAll(true)}
        >
          Cancel all
        </GuardedButton>
      </div>
      <ErrorNotice error={error} />
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>Function</th>
              <th>Arguments</th>
              <th>For</th>
              <th>State</th>
              <th>
                <span className="visually-hidden">Cancel</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {all.map((job) => (
              <Row key={job.id} job={job} onCancel={() => cancel(job.id)} />
            ))}
          </tbody>
        </table>
      </div>
      {isAll && (
        <Confirm
          title="Cancel everything that is scheduled?"
          action="Cancel all"
          run={() => api.post("/api/cancel_all_jobs", {})}
          onClose={() => setIsAll(false)}
        >
          What waits does not run; of what runs already nothing counts.
        </Confirm>
      )}
    </>
  );
}

function Row({ job, onCancel }: { readonly job: ScheduledInfo; readonly onCancel: () => void }): ReactNode {
  const { path, args, scheduledTime, state } = job;
  const isOpen = state.kind === "pending" || state.kind === "inProgress";
  return (
    <tr>
      <td className="mono">{shortPath(path)}</td>
      <td className="mono">{args.map((each) => showShort(each)).join(", ")}</td>
      <td className="date">{formatDate(scheduledTime)}</td>
      <td>
        <span className={`badge ${LOOKS[state.kind] ?? ""}`} title={state.error}>
          {state.kind}
        </span>
        {state.error !== undefined && <div className="bad mono">{state.error.split("\n", 1)[0]}</div>}
      </td>
      <td>
        {isOpen && (
          <GuardedButton needs="WriteData" onClick={onCancel}>
            Cancel
          </GuardedButton>
        )}
      </td>
    </tr>
  );
}

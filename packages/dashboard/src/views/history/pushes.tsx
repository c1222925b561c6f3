import { useQuery } from "convex/react";
import { GitCompareArrows, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { type PushInfo, type PushReport, system } from "../../data/system.ts";
import { Button, Empty, Loading } from "../../ui/basics.tsx";
import { Confirm, Dialog } from "../../ui/dialog.tsx";
import { formatDate } from "../../ui/format.ts";
import { GuardedButton } from "../../ui/guarded.tsx";
import { useParam } from "../../ui/search.ts";
import { type Change, Changes, changesOf } from "./changes.tsx";
import { Comparison } from "./comparison.tsx";

/** The pushes that can be activated again; two of them can be compared, and an earlier one can come back. */
export function Pushes(): ReactNode {
  const pushes = useQuery(system.pushes, {});
  const { api } = useAdmin();
  const [compared, setCompared] = useParam("compare");
  const [back, setBack] = useState<PushInfo | null>(null);
  if (pushes === undefined) return <Loading what="pushes" />;
  if (pushes.length === 0) {
    return (
      <Empty title="Nothing was pushed yet">
        <p>
          <code>epigraph dev</code> pushes whenever you save a file, <code>epigraph deploy</code> once.
        </p>
      </Empty>
    );
  }
  const [from = "", to = ""] = compared?.split("..") ?? [];
  const active = pushes.find(({ isActive }) => isActive);
  return (
    <>
      <p className="muted">The last {pushes.length} pushes that changed something can be activated again.</p>
      {pushes.map((push, i) => {
        const before = pushes[i + 1];
        return (
          <PushCard
            key={push.id}
            push={push}
            onCompare={before === undefined ? null : () => setCompared(`${before.id}..${push.id}`)}
            onBack={push.isActive ? null : () => setBack(push)}
          />
        );
      })}
      {compared !== null && (
        <Dialog title="Difference" look="side-sheet wide" onClose={() => setCompared(null)}>
          <div className="row wrap">
            <PushChoice
              label="From"
              pushes={pushes}
              value={from}
              onChange={(id) => setCompared(`${id}..${to}`)}
            />
            <PushChoice
              label="To"
              pushes={pushes}
              value={to}
              onChange={(id) => setCompared(`${from}..${id}`)}
            />
          </div>
          <Comparison from={from} to={to} />
        </Dialog>
      )}
      {back !== null && active !== undefined && (
        <Confirm
          title={`Roll back to the push of ${formatDate(back.timeMs)}?`}
          action="Roll back"
          run={() => api.post("/api/epigraph/rollback", { push: back.id })}
          onClose={() => setBack(null)}
        >
          <div className="stack">
            <p>
              Its code, schema, indexes and crons become those that run, in a push of its own; documents stay
              as they are and are checked against its schema first. <code>epigraph dev</code> pushes what is
              on your disk again with the next save.
            </p>
            <Comparison from={active.id} to={back.id} />
          </div>
        </Confirm>
      )}
    </>
  );
}

function PushCard({
  push,
  onCompare,
  onBack,
}: {
  readonly push: PushInfo;
  readonly onCompare: (() => void) | null;
  readonly onBack: (() => void) | null;
}): ReactNode {
  const { timeMs, author, message, report, isActive } = push;
  const when = formatDate(timeMs);
  return (
    <section className="card stack tight" aria-label={`Push of ${when}`}>
      <div className="row wrap">
        <h2>{when}</h2>
        {isActive && <span className="badge good">runs</span>}
        <span className="muted">by {author ?? "this deployment's own process"}</span>
        <span className="grow" />
        {onCompare !== null && (
          <Button onClick={onCompare}>
            <GitCompareArrows size={15} aria-hidden /> Compare
          </Button>
        )}
        {onBack !== null && (
          <GuardedButton needs="Deploy" onClick={onBack}>
            <Undo2 size={15} aria-hidden /> Roll back to this
          </GuardedButton>
        )}
      </div>
      {message !== null && <p>{message}</p>}
      <Changes changes={reported(JSON.parse(report) as PushReport)} />
    </section>
  );
}

function PushChoice({
  label,
  pushes,
  value,
  onChange,
}: {
  readonly label: string;
  readonly pushes: readonly PushInfo[];
  readonly value: string;
  readonly onChange: (id: string) => void;
}): ReactNode {
  return (
    <label className="row grow">
      <span className="muted">{label}</span>
      <select className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        {pushes.map(({ id, timeMs, message, isActive }) => (
          <option key={id} value={id}>
            {formatDate(timeMs)}
            {isActive ? ", runs" : ""}
            {message === null ? "" : `: ${message}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function reported(report: PushReport): readonly Change[] {
  const { functions, routes, modules, indexes, crons, authProviders, schemaChanged } = report;
  return [
    ...changesOf("Functions", functions),
    ...changesOf("Routes", routes),
    ...changesOf("Code", { added: [], removed: [], changed: modules.modified }),
    ...(schemaChanged ? [{ kind: "Schema", sign: "~", name: "changed" } as const] : []),
    ...changesOf("Indexes", indexes),
    ...changesOf("Crons", { added: crons.added, removed: crons.deleted, changed: crons.updated }),
    ...changesOf("Identity providers", authProviders),
  ];
}

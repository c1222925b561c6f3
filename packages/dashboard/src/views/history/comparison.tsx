import { type ReactNode, useEffect, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import type { ChangedNames, Difference } from "../../data/system.ts";
import { ErrorNotice, Loading } from "../../ui/basics.tsx";
import { parseValidator, showValidator } from "../functions/validator.ts";
import { Changes, changesOf } from "./changes.tsx";
import { TextDiff } from "./text-diff.tsx";

interface PushComparison {
  readonly functions: ChangedNames;
  readonly routes: Difference;
  readonly modules: ChangedNames;
  readonly authProviders: Difference;
  readonly indexes: Difference | null;
  readonly tables: readonly TableComparison[] | null;
  readonly crons: ChangedNames | null;
}

interface TableComparison {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

const NONE: ChangedNames = { added: [], removed: [], changed: [] };

/** What going from one push to another changes. */
export function Comparison({ from, to }: { readonly from: string; readonly to: string }): ReactNode {
  const { answer, error } = useAnswer<PushComparison>(
    `/api/epigraph/compare_pushes?${new URLSearchParams({ from, to })}`,
  );
  if (error !== null) return <ErrorNotice error={error} />;
  if (answer === null) return <Loading what="the difference" />;
  const { functions, routes, modules, authProviders, indexes, tables, crons } = answer;
  const paths = [...modules.added, ...modules.removed, ...modules.changed].sort();
  return (
    <div className="stack">
      <Changes
        changes={[
          ...changesOf("Functions", functions),
          ...changesOf("Routes", routes),
          ...changesOf("Modules", modules),
          ...changesOf("Indexes", indexes ?? NONE),
          ...changesOf("Crons", crons ?? NONE),
          ...changesOf("Identity providers", authProviders),
        ]}
      />
      {tables === null && (
        <p className="muted">
          One of the two is from a version that kept no schemas: those are not compared.
        </p>
      )}
      {tables?.map(({ name, before, after }) => (
        <div key={name} className="stack tight">
          <h3>Documents of {name}</h3>
          <TextDiff before={shown(before)} after={shown(after)} />
        </div>
      ))}
      {paths.map((path) => (
        <ModuleDiff key={path} path={path} from={from} to={to} />
      ))}
    </div>
  );
}

function shown(validator: string | null): string {
  return validator === null ? "" : showValidator(parseValidator(validator));
}

/** The code of a module as it runs, fetched when it is opened. */
function ModuleDiff({
  path,
  from,
  to,
}: {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        Code of <span className="mono">{path}</span>
      </summary>
      {isOpen && <OpenModuleDiff path={path} from={from} to={to} />}
    </details>
  );
}

function OpenModuleDiff({
  path,
  from,
  to,
}: {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}): ReactNode {
  const address = (push: string): string =>
    `/api/epigraph/push_module?${new URLSearchParams({ push, path })}`;
  const before = useAnswer<{ readonly source: string | null }>(address(from));
  const after = useAnswer<{ readonly source: string | null }>(address(to));
  const error = before.error ?? after.error;
  if (error !== null) return <ErrorNotice error={error} />;
  if (before.answer === null || after.answer === null) return <Loading what="the code" />;
  return <TextDiff before={before.answer.source ?? ""} after={after.answer.source ?? ""} />;
}

/** The answer of an endpoint whose answers do not change. */
function useAnswer<T>(path: string): { readonly answer: T | null; readonly error: string | null } {
  const { api } = useAdmin();
  const [state, setState] = useState<{ readonly answer: T | null; readonly error: string | null }>(WAITING);
  useEffect(() => {
    const gone = new AbortController();
    setState(WAITING);
    api.get<T>(path, gone.signal).then(
      (answer) => setState({ answer, error: null }),
      (failure: Error) => {
        if (!gone.signal.aborted) setState({ answer: null, error: failure.message });
      },
    );
    return () => gone.abort();
  }, [api, path]);
  return state;
}

const WAITING = { answer: null, error: null } as const;

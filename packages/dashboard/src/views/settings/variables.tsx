import { useQuery } from "convex/react";
import { Eye, EyeOff, Pencil, Trash2 } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { system } from "../../data/system.ts";
import { Button, ErrorNotice, Field, Loading } from "../../ui/basics.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { GuardedButton } from "../../ui/guarded.tsx";

export function Variables(): ReactNode {
  const { api } = useAdmin();
  const variables = useQuery(system.variables, {});
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set());
  const [removed, setRemoved] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  if (variables === undefined) return <Loading what="environment variables" />;
  const change = (changed: string, to: string | null): Promise<unknown> =>
    api.post("/api/update_environment_variables", { changes: [{ name: changed, value: to }] });
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await change(name.trim(), value);
      setName("");
      setValue("");
      setError(null);
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  const toggle = (each: string): void => {
    const next = new Set(shown);
    if (!next.delete(each)) next.add(each);
    setShown(next);
  };
  return (
    <section className="card stack" aria-label="Environment variables">
      <h2>Environment variables</h2>
      {variables.length === 0 && (
        <p className="muted">
          None yet. Functions read them as <code>process.env.NAME</code>.
        </p>
      )}
      {variables.map((each) => (
        <div className="row" key={each.name}>
          <div className="grow">
            <div className="mono">{each.name}</div>
            <div className="mono muted ellipsis">{shown.has(each.name) ? each.value : "••••••••"}</div>
          </div>
          <Button
            look="plain icon"
            aria-label={`${shown.has(each.name) ? "Hide" : "Show"} ${each.name}`}
            onClick={() => toggle(each.name)}
          >
            {shown.has(each.name) ? <EyeOff size={15} aria-hidden /> : <Eye size={15} aria-hidden />}
          </Button>
          <GuardedButton
            needs="WriteEnvironmentVariables"
            look="plain icon"
            aria-label={`Edit ${each.name}`}
            onClick={() => {
              setName(each.name);
              setValue(each.value);
            }}
          >
            <Pencil size={15} aria-hidden />
          </GuardedButton>
          <GuardedButton
            needs="WriteEnvironmentVariables"
            look="plain icon danger"
            aria-label={`Remove ${each.name}`}
            onClick={() => setRemoved(each.name)}
          >
            <Trash2 size={15} aria-hidden />
          </GuardedButton>
        </div>
      ))}
      <form className="stack tight" onSubmit={(event) => void save(event)}>
        <Field label="Name">
          {(id) => (
            <input
              id={id}
              className="input mono"
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Value">
          {(id) => (
            <textarea
              id={id}
              className="input"
              rows={2}
              spellCheck={false}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Field>
        <ErrorNotice error={error} />
        <div className="row">
          <GuardedButton
            needs="WriteEnvironmentVariables"
            type="submit"
            look="primary"
            disabled={name.trim() === ""}
          >
            Save
          </GuardedButton>
        </div>
      </form>
      {removed !== null && (
        <Confirm
          title={`Remove ${removed}?`}
          action="Remove"
          run={() => change(removed, null)}
          onClose={() => setRemoved(null)}
        >
          Functions that read it get <code>undefined</code> from now on.
        </Confirm>
      )}
    </section>
  );
}

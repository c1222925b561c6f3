import { Play } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useAdmin, useRefusal } from "../../data/context.tsx";
import type { FunctionInfo } from "../../data/system.ts";
import { Button, CopyButton, Field } from "../../ui/basics.tsx";
import { formatDuration } from "../../ui/format.ts";
import { ArgumentFields } from "./argument-fields.tsx";
import { type RunOutcome, runFunction } from "./run-function.ts";
import { exampleOf, parseValidator } from "./validator.ts";

const INTERNAL_RIGHTS = {
  Query: "RunInternalQueries",
  Mutation: "RunInternalMutations",
  Action: "RunInternalActions",
} as const;

export function RunForm({ path, info }: { readonly path: string; readonly info: FunctionInfo }): ReactNode {
  const { api } = useAdmin();
  const validator = parseValidator(info.args);
  const [isJson, setIsJson] = useState(validator.type !== "object");
  const [text, setText] = useState(() => {
    const example = exampleOf(validator);
    return JSON.stringify(example ?? {}, null, 2);
  });
  const actingRefusal = useRefusal("ActAsUser");
  const internalRefusal = useRefusal(INTERNAL_RIGHTS[info.type]);
  const refusal = info.visibility === "internal" ? internalRefusal : null;
  const [user, setUser] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<RunOutcome | null>(null);
  const [isRunning, setIsRunning] = useState(false);
  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setIsRunning(true);
    setOutcome(await runFunction({ key: api.key, path, type: info.type, argsText: text, userText: user }));
    setIsRunning(false);
  };
  return (
    <form className="card stack" onSubmit={(event) => void run(event)}>
      <div className="row">
        <h2 className="grow">Run</h2>
        {validator.type === "object" && (
          <Button look="plain" onClick={() => setIsJson(!isJson)}>
            {isJson ? "Form" : "JSON"}
          </Button>
        )}
      </div>
      {isJson || validator.type !== "object" ? (
        <Field label="Arguments, as JSON">
          {(id) => (
            <textarea
              id={id}
              className="input"
              rows={7}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      ) : (
        <ArgumentFields validator={validator} text={text} onChange={setText} />
      )}
      <label className="row">
        <input
          type="checkbox"
          checked={user !== null}
          disabled={actingRefusal !== null}
          onChange={(event) =>
            setUser(
              event.target.checked
                ? JSON.stringify({ subject: "user-1", issuer: "https://example.com", name: "Ada" }, null, 2)
                : null,
            )
          }
        />
        Act as a user
        {actingRefusal !== null && <span className="muted">{actingRefusal}</span>}
      </label>
      {user !== null && (
        <Field label="Identity, as JSON">
          {(id) => (
            <textarea
              id={id}
              className="input"
              rows={5}
              spellCheck={false}
              value={user}
              onChange={(event) => setUser(event.target.value)}
            />
          )}
        </Field>
      )}
      <div className="row">
        <Button type="submit" look="primary" disabled={isRunning || refusal !== null}>
          <Play size={15} aria-hidden /> {isRunning ? "Running…" : `Run ${info.type.toLowerCase()}`}
        </Button>
        {refusal !== null && <span className="muted">{refusal}</span>}
        {outcome !== null && <span className="muted">{formatDuration(outcome.durationMs)}</span>}
      </div>
      {outcome !== null && <Outcome outcome={outcome} />}
    </form>
  );
}

function Outcome({ outcome }: { readonly outcome: RunOutcome }): ReactNode {
  const { error, value, logLines } = outcome;
  return (
    <section className="stack tight" aria-label="Result" aria-live="polite">
      {error === null ? (
        <>
          <div className="row">
            <h3 className="grow">Result</h3>
            <CopyButton text={value} />
          </div>
          <pre className="code">{value}</pre>
        </>
      ) : (
        <pre className="notice mono">{error}</pre>
      )}
      {logLines.length > 0 && (
        <>
          <h3>Log</h3>
          <pre className="code">{logLines.join("\n")}</pre>
        </>
      )}
    </section>
  );
}

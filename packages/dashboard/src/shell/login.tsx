import { type FormEvent, type ReactNode, useState } from "react";
import type { Rights } from "../data/rights.ts";
import { checkKey, ORIGIN } from "../data/session.ts";
import icon from "../icon.svg";
import { Button, ErrorNotice, Field } from "../ui/basics.tsx";

export function Login({
  onOpen,
  firstError,
}: {
  readonly onOpen: (key: string, rights: Rights) => void;
  readonly firstError: string | null;
}): ReactNode {
  const [key, setKey] = useState("");
  const [error, setError] = useState(firstError);
  const [isChecking, setIsChecking] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setIsChecking(true);
    try {
      const given = key.trim();
      onOpen(given, await checkKey(given));
    } catch (failure) {
      setError((failure as Error).message);
      setIsChecking(false);
    }
  };
  return (
    <main className="login">
      <form className="card stack" onSubmit={(event) => void submit(event)}>
        <div className="row">
          <img src={icon} alt="" width={28} height={28} />
          <h1>Epigraph dashboard</h1>
        </div>
        <p className="muted">
          Of the deployment at <span className="mono">{ORIGIN}</span>
        </p>
        <Field label="Admin key">
          {(id) => (
            <input
              id={id}
              className="input mono"
              type="password"
              autoComplete="off"
              required
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        <ErrorNotice error={error} />
        <Button type="submit" look="primary" disabled={isChecking || key.trim() === ""}>
          Open
        </Button>
        <p className="muted">
          <code>epigraph dev</code> prints a link that opens the dashboard without it. The key is in the app's{" "}
          <code>.env.local</code>, and this tab forgets it when you close it.
        </p>
      </form>
    </main>
  );
}

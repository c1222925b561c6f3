import type { Value } from "convex/values";
import { type FormEvent, type ReactNode, useState } from "react";
import { ErrorNotice, Field } from "../../ui/basics.tsx";
import { GuardedButton } from "../../ui/guarded.tsx";
import { parseValue } from "../../ui/values.ts";

const MAX_ROWS = 24;

/** Edits a document as JSON; what the deployment refuses it for is shown, and nothing is lost. */
export function DocumentEditor({
  text: first,
  action,
  save,
}: {
  readonly text: string;
  readonly action: string;
  readonly save: (document: Value) => Promise<void>;
}): ReactNode {
  const [text, setText] = useState(first);
  const [error, setError] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setIsSaving(true);
    try {
      await save(parseValue(text));
      setError(null);
    } catch (failure) {
      setError(readable((failure as Error).message));
    }
    setIsSaving(false);
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <Field label="Document, as JSON">
        {(id) => (
          <textarea
            id={id}
            className="input"
            rows={Math.min(MAX_ROWS, text.split("\n").length + 2)}
            spellCheck={false}
            aria-invalid={error !== null}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <ErrorNotice error={error} />
      <div className="row">
        <span className="grow" />
        <GuardedButton
          needs="WriteData"
          type="submit"
          look="primary"
          disabled={isSaving || (action === "Save" && text === first)}
        >
          {action}
        </GuardedButton>
      </div>
    </form>
  );
}

/** Without what the client puts around the message of a mutation. */
function readable(message: string): string {
  const uncaught = message.indexOf("Uncaught Error: ");
  const text = uncaught === -1 ? message : message.slice(uncaught + "Uncaught Error: ".length);
  return text.replace(/\s*Called by client\s*$/, "");
}

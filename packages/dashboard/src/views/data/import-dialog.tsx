import { useQuery } from "convex/react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { system } from "../../data/system.ts";
import { Button, ErrorNotice, Field, Loading } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FORMATS, formatOf, type ImportFormat, uploadImport } from "./upload-import.ts";

/** Brings documents from a file into a table: what it would do is shown before it does it. */
export function ImportDialog({
  table,
  onClose,
}: {
  readonly table: string;
  readonly onClose: () => void;
}): ReactNode {
  const [id, setId] = useState<string | null>(null);
  return (
    <Dialog title={`Import into ${table}`} onClose={onClose}>
      {id === null ? (
        <ImportForm table={table} onUploaded={setId} />
      ) : (
        <ImportProgress id={id} onClose={onClose} onAgain={() => setId(null)} />
      )}
    </Dialog>
  );
}

function ImportForm({
  table,
  onUploaded,
}: {
  readonly table: string;
  readonly onUploaded: (id: string) => void;
}): ReactNode {
  const { api } = useAdmin();
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<ImportFormat>("jsonLines");
  const [mode, setMode] = useState<"append" | "replace">("append");
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (file === null) return;
    setSent(0);
    setError(null);
    uploadImport(api, file, { table, format, mode }, setSent).then(onUploaded, (failure: Error) => {
      setSent(null);
      setError(failure.message);
    });
  };
  return (
    <form className="stack" onSubmit={send}>
      <Field label="File">
        {(id) => (
          <input
            id={id}
            className="input"
            type="file"
            accept=".jsonl,.json,.csv,.ndjson"
            onChange={({ target: { files } }) => {
              const chosen = files?.[0] ?? null;
              setFile(chosen);
              if (chosen !== null) setFormat(formatOf(chosen.name));
            }}
          />
        )}
      </Field>
      <Field label="Format">
        {(id) => (
          <select
            id={id}
            className="input"
            value={format}
            onChange={(event) => setFormat(event.target.value as ImportFormat)}
          >
            {Object.entries(FORMATS).map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="The documents that are there">
        {(id) => (
          <select
            id={id}
            className="input"
            value={mode}
            onChange={(event) => setMode(event.target.value as "append" | "replace")}
          >
            <option value="append">stay: append to them</option>
            <option value="replace">go: replace them, all at once</option>
          </select>
        )}
      </Field>
      <ErrorNotice error={error} />
      <div className="row">
        <span className="grow muted" role="status">
          {sent === null ? "" : `${Math.round(sent * 100)} % sent`}
        </span>
        <Button type="submit" look="primary" disabled={file === null || sent !== null}>
          Upload
        </Button>
      </div>
    </form>
  );
}

function ImportProgress({
  id,
  onClose,
  onAgain,
}: {
  readonly id: string;
  readonly onClose: () => void;
  readonly onAgain: () => void;
}): ReactNode {
  const { api } = useAdmin();
  const found = useQuery(system.import, { importId: id });
  const [error, setError] = useState<string | null>(null);
  const act = (what: "perform" | "cancel"): void => {
    api
      .post(`/api/${what}_import`, { importId: id })
      .then(what === "cancel" ? onClose : () => setError(null), (failure: Error) =>
        setError(failure.message),
      );
  };
  if (found === undefined) return <Loading what="the import" />;
  if (found === null) return <p className="muted">The deployment no longer knows this import.</p>;
  const { state } = found;
  switch (state.state) {
    case "uploaded":
      return <Loading what="what would change" />;
    case "waiting_for_confirmation":
      return (
        <>
          <pre className="code">{state.message_to_confirm}</pre>
          <ErrorNotice error={error} />
          <div className="row">
            <span className="grow" />
            <Button onClick={() => act("cancel")}>Cancel</Button>
            <Button
              look={state.require_manual_confirmation ? "danger primary" : "primary"}
              onClick={() => act("perform")}
            >
              Import
            </Button>
          </div>
        </>
      );
    case "in_progress":
      return (
        <>
          <p role="status">{state.progress_message ?? "Importing…"}</p>
          <ErrorNotice error={error} />
          <div className="row">
            <span className="grow" />
            <Button onClick={() => act("cancel")}>Cancel</Button>
          </div>
        </>
      );
    case "completed":
      return (
        <>
          <p role="status">{String(state.num_rows_written)} documents were imported.</p>
          <div className="row">
            <span className="grow" />
            <Button look="primary" onClick={onClose}>
              Close
            </Button>
          </div>
        </>
      );
    case "failed":
      return (
        <>
          <ErrorNotice error={state.error_message} />
          <div className="row">
            <span className="grow" />
            <Button onClick={onAgain}>Choose another file</Button>
          </div>
        </>
      );
  }
}

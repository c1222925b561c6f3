import { useQuery } from "convex/react";
import { type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { system } from "../../data/system.ts";
import { ErrorNotice, Loading } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatBytes, formatDate } from "../../ui/format.ts";
import { GuardedButton } from "../../ui/guarded.tsx";
import { saveFile } from "../../ui/save-file.ts";

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** Makes a ZIP of a table or of all, and gives the last one that was made. */
export function ExportDialog({
  table,
  onClose,
}: {
  readonly table: string;
  readonly onClose: () => void;
}): ReactNode {
  const { api } = useAdmin();
  const latest = useQuery(system.latestExport, {});
  const [what, setWhat] = useState<"table" | "all" | "files">("table");
  const [error, setError] = useState<string | null>(null);
  const tell = (failure: Error): void => setError(failure.message);
  const request = (): void => {
    setError(null);
    const query = new URLSearchParams({
      includeStorage: String(what === "files"),
      ...(what === "table" ? { table } : {}),
    });
    api.post(`/api/export/request/zip?${query}`, {}).catch(tell);
  };
  const download = (startTs: bigint): void => {
    setError(null);
    api
      .bytes(`/api/export/zip/${startTs}`)
      .then((bytes) => saveFile(bytes, `snapshot_${startTs}.zip`))
      .catch(tell);
  };
  const isRunning = latest?.state === "requested" || latest?.state === "in_progress";
  return (
    <Dialog title="Export" onClose={onClose}>
      <fieldset className="stack tight">
        <legend>What</legend>
        {(
          [
            ["table", `Documents of ${table}`],
            ["all", "Documents of all tables"],
            ["files", "Documents of all tables, and files"],
          ] as const
        ).map(([value, text]) => (
          <label className="row" key={value}>
            <input type="radio" name="what" checked={what === value} onChange={() => setWhat(value)} />
            {text}
          </label>
        ))}
      </fieldset>
      <p className="muted">
        A ZIP of one instant, with a document a line. It can be imported again, here or elsewhere, and is kept
        for 14 days.
      </p>
      <ErrorNotice error={error} />
      {latest === undefined ? (
        <Loading what="the last export" />
      ) : latest?.state === "completed" ? (
        <div className="row wrap">
          <span className="grow">
            Made {formatDate(Number(latest.complete_ts / NANOSECONDS_PER_MILLISECOND))},{" "}
            {latest.format.table ?? "all tables"}, {formatBytes(Number(latest.size))}
          </span>
          <GuardedButton needs="DownloadBackups" onClick={() => download(latest.start_ts)}>
            Download
          </GuardedButton>
        </div>
      ) : (
        latest !== null && (
          <p role="status" className={isRunning ? "pulse" : "muted"}>
            {isRunning
              ? "Exporting…"
              : `The last export ${latest.state === "failed" ? "failed" : "was cancelled"}.`}
          </p>
        )
      )}
      <div className="row">
        <span className="grow" />
        <GuardedButton needs="CreateBackups" look="primary" disabled={isRunning} onClick={request}>
          Make an export
        </GuardedButton>
      </div>
    </Dialog>
  );
}

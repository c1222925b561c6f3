import { useMutation, usePaginatedQuery } from "convex/react";
import { Trash2, Upload } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { type Document, system } from "../../data/system.ts";
import { Button, Empty, ErrorNotice, Loading } from "../../ui/basics.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { formatBytes, formatDate } from "../../ui/format.ts";
import { GuardedButton } from "../../ui/guarded.tsx";
import { useParam } from "../../ui/search.ts";
import { FileSheet } from "./file-sheet.tsx";

const PAGE = 100;

export default function FilesView(): ReactNode {
  const { results, status, loadMore } = usePaginatedQuery(
    system.page as never,
    { table: "_storage", filters: [], sort: null, order: "desc" } as never,
    { initialNumItems: PAGE },
  );
  const files = results as readonly Document[];
  const remove = useMutation(system.removeFiles);
  const uploadUrl = useMutation(system.uploadUrl);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isRemoving, setIsRemoving] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [file, setFile] = useParam("file");
  const chooser = useRef<HTMLInputElement>(null);
  const upload = async (chosen: FileList): Promise<void> => {
    setError(null);
    try {
      for (const each of chosen) await send(await uploadUrl({}), each);
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  return (
    <div className="view flush">
      <div className="toolbar">
        <h1 className="grow">Files</h1>
        {selected.size > 0 && (
          <GuardedButton needs="WriteData" look="danger" onClick={() => setIsRemoving(true)}>
            <Trash2 size={15} aria-hidden /> Delete {selected.size}
          </GuardedButton>
        )}
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          onChange={(event) => {
            if (event.target.files !== null) void upload(event.target.files);
          }}
        />
        <GuardedButton needs="WriteData" look="primary" onClick={() => chooser.current?.click()}>
          <Upload size={15} aria-hidden /> Upload
        </GuardedButton>
      </div>
      <div className="view">
        <ErrorNotice error={error} />
        {status === "LoadingFirstPage" ? (
          <Loading what="files" />
        ) : files.length === 0 ? (
          <Empty title="No files yet">
            <p>Upload one here, or let a function store one.</p>
            <pre className="code">{`const id = await ctx.storage.store(new Blob(["Hello"]));`}</pre>
          </Empty>
        ) : (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>
                    <span className="visually-hidden">Selected</span>
                  </th>
                  <th>Id</th>
                  <th>Type</th>
                  <th>Size</th>
                  <th>Uploaded</th>
                </tr>
              </thead>
              <tbody>
                {files.map((each) => (
                  <tr key={each._id}>
                    <td>
                      <input
                        type="checkbox"
                        aria-label={`Select ${each._id}`}
                        checked={selected.has(each._id)}
                        onChange={() => toggle(each._id)}
                      />
                    </td>
                    <td>
                      <button type="button" className="linkish" onClick={() => setFile(each._id)}>
                        {each._id}
                      </button>
                    </td>
                    <td className="mono">{String(each["contentType"] ?? "–")}</td>
                    <td className="date">{formatBytes(Number(each["size"]))}</td>
                    <td className="date">{formatDate(each._creationTime)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {status === "CanLoadMore" && <Button onClick={() => loadMore(PAGE)}>More</Button>}
      </div>
      {file !== null && <FileSheet id={file} onClose={() => setFile(null)} />}
      {isRemoving && (
        <Confirm
          title={`Delete ${selected.size} file${selected.size === 1 ? "" : "s"}?`}
          action="Delete"
          run={async () => {
            await remove({ ids: [...selected] });
            setSelected(new Set());
          }}
          onClose={() => setIsRemoving(false)}
        >
          Documents that name them will name nothing. This can't be taken back.
        </Confirm>
      )}
    </div>
  );
}

async function send(url: string, file: File): Promise<void> {
  const headers: Record<string, string> = file.type === "" ? {} : { "content-type": file.type };
  const response = await fetch(url, { method: "POST", headers, body: file });
  if (!response.ok) throw new Error(`${file.name} was not stored: ${await response.text()}`);
}

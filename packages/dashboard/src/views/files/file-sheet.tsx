import { useQuery } from "convex/react";
import { type ReactNode, useEffect, useState } from "react";
import { ORIGIN } from "../../data/session.ts";
import { system } from "../../data/system.ts";
import { CopyButton, Loading } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";

export function FileSheet({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactNode {
  const file = useQuery(system.file, { id });
  return (
    <Dialog title="File" look="side-sheet" onClose={onClose}>
      {file === undefined ? (
        <Loading what="the file" />
      ) : file === null ? (
        <p className="muted">There is no such file, or no longer.</p>
      ) : (
        <>
          <code>{id}</code>
          <Preview path={file.path} type={file.contentType ?? ""} />
          <div className="row wrap">
            <CopyButton text={id} label="Copy id" />
            <CopyButton text={ORIGIN + file.path} label="Copy URL" />
            <a className="button" href={file.path} download={id}>
              Download
            </a>
          </div>
        </>
      )}
    </Dialog>
  );
}

const PREVIEW_BYTES = 64 * 1024;

/** Images as images, in which nothing runs; everything that may be text as text. */
function Preview({ path, type }: { readonly path: string; readonly type: string }): ReactNode {
  if (type.startsWith("image/")) return <img className="preview" src={path} alt="What is in the file" />;
  if (/^text\/|json|xml|javascript/.test(type)) return <TextPreview path={path} />;
  return <p className="muted">No preview of {type === "" ? "a file without a type" : type}.</p>;
}

function TextPreview({ path }: { readonly path: string }): ReactNode {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    const gone = new AbortController();
    fetch(path, { headers: { range: `bytes=0-${PREVIEW_BYTES - 1}` }, signal: gone.signal })
      .then((response) => response.text())
      .then(setText, () => {});
    return () => gone.abort();
  }, [path]);
  return text === null ? <Loading what="the text" /> : <pre className="code">{text}</pre>;
}

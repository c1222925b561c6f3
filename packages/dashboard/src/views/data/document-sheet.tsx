import { useMutation, useQuery } from "convex/react";
import type { Value } from "convex/values";
import { type ReactNode, useState } from "react";
import { type Document, system } from "../../data/system.ts";
import { CopyButton, Loading } from "../../ui/basics.tsx";
import { Confirm, Dialog } from "../../ui/dialog.tsx";
import { formatDate } from "../../ui/format.ts";
import { GuardedButton } from "../../ui/guarded.tsx";
import { showValue } from "../../ui/values.ts";
import { DocumentEditor } from "./document-editor.tsx";

export function DocumentSheet({
  id,
  onClose,
  onFollow,
}: {
  readonly id: string;
  readonly onClose: () => void;
  readonly onFollow: (id: string) => void;
}): ReactNode {
  const found = useQuery(system.document, { id });
  return (
    <Dialog title="Document" look="side-sheet" onClose={onClose}>
      {found === undefined ? (
        <Loading what="the document" />
      ) : found === null ? (
        <p className="muted">There is no document with the id {id}, or no longer.</p>
      ) : (
        <OpenDocument
          key={found.document._id}
          table={found.table}
          document={found.document}
          onClose={onClose}
          onFollow={onFollow}
        />
      )}
    </Dialog>
  );
}

function OpenDocument({
  table,
  document,
  onClose,
  onFollow,
}: {
  readonly table: string;
  readonly document: Document;
  readonly onClose: () => void;
  readonly onFollow: (id: string) => void;
}): ReactNode {
  const replace = useMutation(system.replaceDocument);
  const remove = useMutation(system.removeDocuments);
  const [isRemoving, setIsRemoving] = useState(false);
  const { _id, _creationTime, ...fields } = document;
  const text = showValue(fields);
  const isSystem = table.startsWith("_");
  const ids = [...new Set(idsIn(fields))].filter((id) => id !== _id);
  return (
    <>
      <div className="row wrap">
        <span className="badge">{table}</span>
        <code className="grow">{_id}</code>
        <CopyButton text={_id} label="Copy id" />
      </div>
      <p className="muted">Created {formatDate(_creationTime)}</p>
      {isSystem ? (
        <pre className="code">{text}</pre>
      ) : (
        // Another version from elsewhere begins anew, so that nobody saves over what they have not seen.
        <DocumentEditor
          key={text}
          text={text}
          action="Save"
          save={async (edited) => void (await replace({ id: _id, document: edited }))}
        />
      )}
      {ids.length > 0 && (
        <div className="stack tight">
          <h3>Ids in it</h3>
          {ids.map((id) => (
            <Reference key={id} id={id} onFollow={onFollow} />
          ))}
        </div>
      )}
      {!isSystem && (
        <GuardedButton needs="WriteData" look="danger" onClick={() => setIsRemoving(true)}>
          Delete this document
        </GuardedButton>
      )}
      {isRemoving && (
        <Confirm
          title="Delete this document?"
          action="Delete"
          run={async () => {
            await remove({ ids: [_id] });
            onClose();
          }}
          onClose={() => setIsRemoving(false)}
        >
          <code>{_id}</code> is removed from <code>{table}</code>. This can't be taken back.
        </Confirm>
      )}
    </>
  );
}

function Reference({
  id,
  onFollow,
}: {
  readonly id: string;
  readonly onFollow: (id: string) => void;
}): ReactNode {
  const found = useQuery(system.document, { id });
  if (found === undefined || found === null) return null;
  return (
    <button type="button" className="item" onClick={() => onFollow(id)}>
      <span className="badge">{found.table}</span>
      <span className="mono ellipsis">{id}</span>
    </button>
  );
}

const MAX_IDS = 20;
const ID = /^[0-9a-hjkmnp-tv-z]{31,37}$/;

function idsIn(value: Value, found: string[] = []): readonly string[] {
  if (found.length >= MAX_IDS) return found;
  if (typeof value === "string" && ID.test(value)) found.push(value);
  else if (Array.isArray(value)) for (const each of value) idsIn(each, found);
  else if (typeof value === "object" && value !== null && !(value instanceof ArrayBuffer)) {
    for (const each of Object.values(value)) if (each !== undefined) idsIn(each as Value, found);
  }
  return found;
}

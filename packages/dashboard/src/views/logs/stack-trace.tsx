import { useQuery } from "convex/react";
import { Fragment, type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { system } from "../../data/system.ts";

/** `    at handler (../convex/messages.ts:12:3)`, or without a name. */
const FRAME = /^\s*at (?:.* \()?((?:\.\.\/)?[^\s()]+):(\d+):(\d+)\)?$/;

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What something failed with; each frame shows its lines of the code that runs, the first of them at once. */
export function StackTrace({ error }: { readonly error: string }): ReactNode {
  const lines = error.trimEnd().split("\n");
  const places = lines.map(placeOf);
  const first = places.findIndex((place) => place !== null);
  const [open, setOpen] = useState(first);
  const { rights } = useAdmin();
  return (
    <div className="notice mono trace">
      {lines.map((text, i) => {
        const place = places[i] ?? null;
        return (
          <Fragment key={i}>
            {place === null || !rights.allow("ViewData") ? (
              <div>{text}</div>
            ) : (
              <button
                type="button"
                className="linkish"
                aria-expanded={i === open}
                onClick={() => setOpen(i === open ? -1 : i)}
              >
                {text}
              </button>
            )}
            {place !== null && i === open && rights.allow("ViewData") && <SourceLines place={place} />}
          </Fragment>
        );
      })}
    </div>
  );
}

function SourceLines({ place }: { readonly place: Place }): ReactNode {
  const lines = useQuery(system.source, { ...place });
  if (lines === undefined) return null;
  if (lines === null) return <p className="muted">The code that runs now has no such line.</p>;
  return (
    <pre className="code source">
      {lines.map(({ number, text, isPlace }) => (
        <div key={number} className={isPlace ? "here" : ""}>
          {`${String(number).padStart(5)} ${text}`}
        </div>
      ))}
    </pre>
  );
}

function placeOf(text: string): Place | null {
  const [, file, line, column] = FRAME.exec(text) ?? [];
  return file === undefined ? null : { file, line: Number(line), column: Number(column) };
}

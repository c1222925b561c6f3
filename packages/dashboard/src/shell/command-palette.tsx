import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "convex/react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { system } from "../data/system.ts";
import { shortPath } from "../ui/format.ts";
import { VIEWS } from "./views.ts";

interface Place {
  readonly title: string;
  readonly kind: string;
  readonly path: string;
}

const MAX_SHOWN = 50;

/** Finds views, functions, routes and tables by what is typed. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const [, go] = useLocation();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const places = usePlaces();
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/);
    return places
      .filter(({ title, kind }) => words.every((word) => `${kind} ${title}`.toLowerCase().includes(word)))
      .slice(0, MAX_SHOWN);
  }, [places, text]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });
  const choose = (place: Place | undefined): void => {
    if (place === undefined) return;
    onClose();
    go(place.path);
  };
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") choose(found[active]);
    if (step === undefined) return;
    event.preventDefault();
    setActive((active + step + found.length) % Math.max(1, found.length));
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog palette">
          <Dialog.Title className="visually-hidden">Go to</Dialog.Title>
          <input
            role="combobox"
            aria-expanded
            aria-controls={id}
            aria-activedescendant={found[active] === undefined ? undefined : `${id}-${active}`}
            aria-label="A view, function, route or table"
            placeholder="A view, function, route or table…"
            value={text}
            onKeyDown={press}
            onChange={(event) => {
              setText(event.target.value);
              setActive(0);
            }}
          />
          <div role="listbox" id={id} aria-label="Places" ref={list} tabIndex={-1}>
            {found.map((place, i) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the text field has the keys.
              <div
                key={`${place.kind} ${place.title}`}
                id={`${id}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === active}
                onClick={() => choose(place)}
                onMouseMove={() => setActive(i)}
              >
                <span className="badge">{place.kind}</span>
                <span className="ellipsis">{place.title}</span>
              </div>
            ))}
            {found.length === 0 && <p className="empty">Nothing of that name.</p>}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function usePlaces(): readonly Place[] {
  const code = useQuery(system.functions, {});
  const tables = useQuery(system.tables, {});
  return useMemo(
    () => [
      ...VIEWS.map(({ path, title }) => ({ kind: "view", title, path })),
      ...(code?.modules ?? []).flatMap(({ path, functions }) =>
        functions.map(({ name, type }) => ({
          kind: type.toLowerCase(),
          title: shortPath(`${path}:${name}`),
          path: `/functions?fn=${encodeURIComponent(`${path}:${name}`)}`,
        })),
      ),
      ...(code?.routes ?? []).map(({ method, path }) => ({
        kind: "http",
        title: `${method} ${path}`,
        path: `/functions?route=${encodeURIComponent(`${method} ${path}`)}`,
      })),
      ...(tables ?? []).map(({ name }) => ({
        kind: "table",
        title: name,
        path: `/data?table=${encodeURIComponent(name)}`,
      })),
    ],
    [code, tables],
  );
}

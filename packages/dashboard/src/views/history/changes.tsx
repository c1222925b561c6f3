import type { ReactNode } from "react";
import type { ChangedNames, Difference } from "../../data/system.ts";

/** Something that came, went, or is otherwise. */
export interface Change {
  readonly kind: string;
  readonly sign: "+" | "−" | "~";
  readonly name: string;
}

export function changesOf(kind: string, names: Difference | ChangedNames): readonly Change[] {
  const changed = "changed" in names ? names.changed : [];
  return [
    ...names.added.map((name): Change => ({ kind, sign: "+", name })),
    ...names.removed.map((name): Change => ({ kind, sign: "−", name })),
    ...changed.map((name): Change => ({ kind, sign: "~", name })),
  ];
}

const LOOKS = { "+": "good", "−": "bad", "~": "warn" } as const;
const WORDS = { "+": "added", "−": "removed", "~": "changed" } as const;

export function Changes({ changes }: { readonly changes: readonly Change[] }): ReactNode {
  if (changes.length === 0) return <p className="muted">Nothing that has a name.</p>;
  const kinds = [...new Set(changes.map(({ kind }) => kind))];
  return kinds.map((kind) => (
    <div className="row wrap" key={kind}>
      <span className="muted">{kind}</span>
      {changes
        .filter((change) => change.kind === kind)
        .map(({ sign, name }) => (
          <span className={`badge mono ${LOOKS[sign]}`} key={`${sign}${name}`}>
            <span aria-hidden>{sign}</span>
            <span className="visually-hidden">{WORDS[sign]}</span> {name}
          </span>
        ))}
    </div>
  ));
}

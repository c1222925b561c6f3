import { diffLines } from "diff";
import { type ReactNode, useMemo } from "react";

/** Unchanged lines that are shown around what has changed. */
const CONTEXT_LINES = 3;
/** Comparing texts that have nothing in common takes long, and tells nothing. */
const MAX_EDITS = 2_000;

interface Line {
  readonly look: "added" | "removed" | "" | "gap";
  readonly text: string;
}

export function TextDiff({ before, after }: { readonly before: string; readonly after: string }): ReactNode {
  const lines = useMemo(() => linesOf(before, after), [before, after]);
  if (lines === null) return <p className="muted">More has changed than can be shown.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <pre className="code diff" tabIndex={0}>
      {lines.map(({ look, text }, i) => (
        <div key={i} className={look}>
          {look === "gap" ? text : `${look === "added" ? "+" : look === "removed" ? "−" : " "} ${text}`}
        </div>
      ))}
    </pre>
  );
}

function linesOf(before: string, after: string): readonly Line[] | null {
  const parts = diffLines(ended(before), ended(after), { maxEditLength: MAX_EDITS });
  if (parts === undefined) return null;
  return parts.flatMap(({ value, added, removed }, i): readonly Line[] => {
    const texts = value.replace(/\n$/, "").split("\n");
    const look = added ? "added" : removed ? "removed" : "";
    if (look !== "") return texts.map((text) => ({ look, text }));
    return withGap(texts, { isFirst: i === 0, isLast: i === parts.length - 1 });
  });
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function withGap(
  texts: readonly string[],
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): readonly Line[] {
  const [front, back] = [isFirst ? 0 : CONTEXT_LINES, isLast ? 0 : CONTEXT_LINES];
  const same = (text: string): Line => ({ look: "", text });
  const left = texts.length - front - back;
  if (left <= 1) return texts.map(same);
  return [
    ...texts.slice(0, front).map(same),
    { look: "gap", text: `… ${left} lines` },
    ...texts.slice(texts.length - back).map(same),
  ];
}

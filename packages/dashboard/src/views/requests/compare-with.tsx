import type { ReactNode } from "react";
import type { RequestSummary } from "./recorded.ts";

/** Chooses the request to compare with: the one that it repeats and those of the same route come first. */
export function CompareWith({
  request,
  others,
  onCompare,
}: {
  readonly request: RequestSummary;
  readonly others: readonly RequestSummary[];
  readonly onCompare: (id: number) => void;
}): ReactNode {
  const rank = (other: RequestSummary): number =>
    other.id === request.replayOf || other.replayOf === request.id ? 0 : isAlike(request, other) ? 1 : 2;
  const choices = others
    .filter(({ id }) => id !== request.id)
    .toSorted((a, b) => rank(a) - rank(b) || b.id - a.id);
  return (
    <select
      className="input auto"
      aria-label="Compare with"
      value=""
      disabled={choices.length === 0}
      onChange={(event) => onCompare(Number(event.target.value))}
    >
      <option value="">Compare with…</option>
      {choices.map((other) => (
        <option key={other.id} value={other.id}>
          {`${other.id}: ${other.status ?? "…"} ${other.method} ${new URL(other.url).pathname.slice(0, 60)}`}
        </option>
      ))}
    </select>
  );
}

function isAlike(a: RequestSummary, b: RequestSummary): boolean {
  return a.route === null ? a.url === b.url : a.route === b.route;
}

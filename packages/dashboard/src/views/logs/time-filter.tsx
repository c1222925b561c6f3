import type { ReactNode } from "react";

/** A span of time that ends now, or lies between two moments. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

const MINUTES = [1, 5, 15, 60];
const BETWEEN = "between";

/** As it stands in an address: `5` for the last five minutes, `between`, or nothing. */
export function readSpan(
  wish: string | null,
  from: string | null,
  until: string | null,
  nowMs: number,
): TimeSpan | null {
  if (wish === null) return null;
  if (wish === BETWEEN) {
    return { fromMs: momentOf(from) ?? 0, untilMs: momentOf(until) ?? Number.POSITIVE_INFINITY };
  }
  const minutes = Number(wish);
  return minutes > 0 ? { fromMs: nowMs - minutes * 60_000, untilMs: Number.POSITIVE_INFINITY } : null;
}

function momentOf(text: string | null): number | null {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? null : ms;
}

export function TimeFilter({
  wish,
  from,
  until,
  onWish,
  onFrom,
  onUntil,
}: {
  readonly wish: string | null;
  readonly from: string | null;
  readonly until: string | null;
  readonly onWish: (wish: string | null) => void;
  readonly onFrom: (from: string | null) => void;
  readonly onUntil: (until: string | null) => void;
}): ReactNode {
  return (
    <>
      <select
        className="input auto"
        aria-label="Time"
        value={wish ?? ""}
        onChange={(event) => onWish(event.target.value)}
      >
        <option value="">Time: any</option>
        {MINUTES.map((minutes) => (
          <option key={minutes} value={minutes}>
            {minutes === 1 ? "last minute" : minutes === 60 ? "last hour" : `last ${minutes} minutes`}
          </option>
        ))}
        <option value={BETWEEN}>between…</option>
      </select>
      {wish === BETWEEN && (
        <>
          <input
            className="input auto"
            type="datetime-local"
            step={1}
            aria-label="From"
            value={from ?? ""}
            onChange={(event) => onFrom(event.target.value)}
          />
          <input
            className="input auto"
            type="datetime-local"
            step={1}
            aria-label="Until"
            value={until ?? ""}
            onChange={(event) => onUntil(event.target.value)}
          />
        </>
      )}
    </>
  );
}

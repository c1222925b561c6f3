import type { ReactNode } from "react";

/** A small chart of numbers over time, oldest first; the label says in words what it shows. */
export function Sparkline({
  values,
  over,
  label,
}: {
  readonly values: readonly number[];
  /** Of which these are a part that is bad. */
  readonly over?: readonly number[];
  readonly label: string;
}): ReactNode {
  const max = Math.max(1, ...values);
  const points = pointsOf(values, max);
  return (
    <svg className="spark" viewBox="0 0 100 44" preserveAspectRatio="none" role="img" aria-label={label}>
      <polygon points={`0,44 ${points} 100,44`} fill="currentColor" opacity="0.13" />
      <Line points={points} />
      {over?.some((value) => value > 0) && (
        <g className="bad">
          <Line points={pointsOf(over, max)} />
        </g>
      )}
    </svg>
  );
}

function Line({ points }: { readonly points: string }): ReactNode {
  return (
    <polyline
      points={points}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      vectorEffect="non-scaling-stroke"
    />
  );
}

function pointsOf(values: readonly number[], max: number): string {
  const step = 100 / Math.max(1, values.length - 1);
  return values
    .map((value, i) => `${(i * step).toFixed(2)},${(40 - (value / max) * 36).toFixed(2)}`)
    .join(" ");
}

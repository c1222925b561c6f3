import type { ReactNode } from "react";

/** A small chart of numbers over time, oldest first; the label says in words what it shows. */
export function Sparkline({
  values,
  label,
}: {
  readonly values: readonly number[];
  readonly label: string;
}): ReactNode {
  const max = Math.max(1, ...values);
  const step = 100 / Math.max(1, values.length - 1);
  const points = values.map((value, i) => `${(i * step).toFixed(2)},${(40 - (value / max) * 36).toFixed(2)}`);
  return (
    <svg className="spark" viewBox="0 0 100 44" preserveAspectRatio="none" role="img" aria-label={label}>
      <polygon points={`0,44 ${points.join(" ")} 100,44`} fill="currentColor" opacity="0.13" />
      <polyline
        points={points.join(" ")}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

import { diffArrays } from "diff";

/** A line on either side; null where the other side alone has one. */
export interface DiffRow {
  readonly left: string | null;
  readonly right: string | null;
}

/** Texts that differ more are not worth the time: their lines are shown side by side as they come. */
const MAX_EDITS = 1_000;

/** Lines of two texts side by side, equal ones in the same row. */
export function diffRows(left: readonly string[], right: readonly string[]): readonly DiffRow[] {
  const changes = diffArrays([...left], [...right], { maxEditLength: MAX_EDITS });
  if (changes === undefined) return pair(left, right);
  const rows: DiffRow[] = [];
  let removed: readonly string[] = [];
  for (const { value, added, removed: isRemoved } of changes) {
    if (isRemoved) {
      removed = value;
      continue;
    }
    if (added) rows.push(...pair(removed, value));
    else rows.push(...pair(removed, []), ...pair(value, value));
    removed = [];
  }
  rows.push(...pair(removed, []));
  return rows;
}

export function isSame({ left, right }: DiffRow): boolean {
  return left === right;
}

function pair(left: readonly string[], right: readonly string[]): DiffRow[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => ({
    left: left[i] ?? null,
    right: right[i] ?? null,
  }));
}

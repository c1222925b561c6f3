/** What several measurements of one thing say together. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws when there is nothing to summarize. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error("There are no values to take a median of.");
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)]!;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return { median: (lower + upper) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * The value that this share of all values (in percent) does not exceed.
 * @throws when there is nothing to summarize.
 */
export function percentileOf(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new Error("There are no values to take a percentile of.");
  const sorted = values.toSorted((a, b) => a - b);
  // 99.9 % of 1,000 values are 999 of them, whatever the last bit of the product says.
  const count = Math.ceil((percent * sorted.length) / 100 - 1e-6);
  return sorted[count - 1]!;
}

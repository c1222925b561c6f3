import type { Spread } from "./spread.ts";

export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en");
}

export function formatMs(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

/** Millions of bytes. */
export function formatMegabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}

export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** Ratios: the median, and what it lies between. */
export function formatSpread({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}

import type { LogEntry } from "../../data/log-store.ts";

/** Over how long figures are made, in how many parts. */
export interface Span {
  readonly name: string;
  readonly buckets: number;
  readonly bucketS: number;
}

export const HALF_HOUR: Span = { name: "30 min", buckets: 30, bucketS: 60 };
export const SPANS: readonly Span[] = [
  { name: "5 min", buckets: 30, bucketS: 10 },
  HALF_HOUR,
  { name: "6 h", buckets: 36, bucketS: 600 },
  { name: "24 h", buckets: 48, bucketS: 1800 },
];

/** Figures of calls, and each of them by part of the span, the oldest first. Times in milliseconds. */
export interface Stats extends Figures {
  readonly parts: readonly Figures[];
}

export interface Figures {
  readonly calls: number;
  readonly errors: number;
  /** Calls that did not run: a result was there already. */
  readonly kept: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** @param nowS in seconds. */
export function statsOf(
  entries: readonly LogEntry[],
  nowS: number,
  { buckets, bucketS }: Span = HALF_HOUR,
): Stats {
  const recent = entries.filter(({ timestamp }) => timestamp > nowS - buckets * bucketS);
  const parts = Array.from({ length: buckets }, (): LogEntry[] => []);
  for (const entry of recent) {
    const bucket = buckets - 1 - Math.floor((nowS - entry.timestamp) / bucketS);
    parts[Math.min(buckets - 1, bucket)]?.push(entry);
  }
  return { ...figuresOf(recent), parts: parts.map(figuresOf) };
}

function figuresOf(entries: readonly LogEntry[]): Figures {
  const durations = entries.map(({ executionTime = 0 }) => executionTime * 1000).sort((a, b) => a - b);
  const at = (share: number): number | null => durations[Math.floor(durations.length * share)] ?? null;
  return {
    calls: entries.length,
    errors: entries.filter(({ error }) => error != null).length,
    kept: entries.filter(({ cachedResult }) => cachedResult === true).length,
    p50: at(0.5),
    p95: at(0.95),
  };
}

/** `12.5 %` */
export function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((part / whole) * 100).toFixed(1)} %`;
}

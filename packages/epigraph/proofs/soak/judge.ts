import type { Footprint } from "./footprint.ts";

export interface Sample {
  /** Since the load began, without the warm-up. */
  readonly seconds: number;
  readonly memory: Footprint["memory"];
}

/**
 * What is wrong with how memory went on under load; null for nothing. Processes that are started because others are stuck,
 * and go again, make it go up and down, and take along whatever they would leak.
 * @param maxGrowthMiB by how much that of the processes which live from the first sample to the last may be higher in the
 * last quarter than in the first.
 */
export function judgeMemory(samples: readonly Sample[], maxGrowthMiB: number): string | null {
  const [first] = samples;
  const quarter = Math.floor(samples.length / 4);
  if (first === undefined || quarter === 0) return `${samples.length} samples of memory say nothing`;
  const lasting = [...first.memory.keys()].filter((name) => samples.every(({ memory }) => memory.has(name)));
  const median = (of: readonly Sample[]): number => {
    const sizes = of.map(({ memory }) => lasting.reduce((sum, name) => sum + (memory.get(name) ?? 0), 0));
    return sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)] as number;
  };
  const before = median(samples.slice(0, quarter));
  const after = median(samples.slice(-quarter));
  if (after - before <= maxGrowthMiB) return null;
  return `memory of ${lasting.length} processes grew from ${Math.round(before)} to ${Math.round(after)} MiB (medians of the first and the last quarter)`;
}

const HANDLES = ["processes", "threads", "files", "sockets", "temporaryFiles"] as const;

/** What there is more of at rest after the load than there was before it. */
export function judgeHandles(before: Footprint, after: Footprint): string[] {
  return HANDLES.filter((name) => after[name] > before[name]).map(
    (name) => `${after[name]} ${name} at rest after the load, ${before[name]} before it`,
  );
}

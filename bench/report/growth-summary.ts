import type { GrowthMeasurement, GrowthMetric, GrowthResult, PagesTouched } from "./growth-result.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** What one metric costs at one size, in all rounds. */
export interface GrowthPoint {
  readonly records: number;
  readonly what: GrowthMetric;
  readonly microseconds: Spread;
  /** Divided by what it costs at the smallest size in the same round. */
  readonly ratio: Spread;
}

/** Joins the rounds, in the order of metrics and sizes in which they were measured first. */
export function summarizeGrowth({ sizes, measurements }: GrowthResult): readonly GrowthPoint[] {
  const smallest = sizes[0]!.records;
  const find = (like: GrowthMeasurement): GrowthMeasurement => {
    const base = measurements.find(
      ({ round, records, what }) => round === like.round && records === smallest && what === like.what,
    );
    if (base === undefined) throw new Error(`Round ${like.round} of ${like.what} lacks the smallest size.`);
    return base;
  };
  const groups = Map.groupBy(measurements, ({ what, records }) => `${what} ${records}`);
  return [...groups.values()].map((rounds) => ({
    records: rounds[0]!.records,
    what: rounds[0]!.what,
    microseconds: spreadOf(rounds.map(({ microseconds }) => microseconds)),
    ratio: spreadOf(rounds.map((round) => round.microseconds / find(round).microseconds)),
  }));
}

/** How many pages more one read touches for each tenfold growth, from the smallest size to the largest; null: not counted. */
export function pagesPerTenfold({ sizes, pages }: GrowthResult, kind: PagesTouched["what"]): number | null {
  const smallest = sizes[0]!.records;
  const largest = sizes.at(-1)!.records;
  const at = (size: number): number | undefined =>
    pages.find(({ records, what }) => records === size && what === kind)?.pages;
  const [few, many] = [at(smallest), at(largest)];
  if (few === undefined || many === undefined || smallest === largest) return null;
  return (many - few) / Math.log10(largest / smallest);
}

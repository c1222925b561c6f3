import type { Bar } from "./bar.ts";
import { formatCount, formatMegabytes, formatMs, formatPercent, formatSpread } from "./format.ts";
import { GROWTH_TITLES, type GrowthMetric, type GrowthResult } from "./growth-result.ts";
import { pagesPerTenfold, summarizeGrowth } from "./growth-summary.ts";
import type { PartResults } from "./result.ts";
import { percentileOf, spreadOf } from "./spread.ts";

const MEGABYTE = 1_000_000;

const MAX_GROWTH: Readonly<Record<GrowthMetric, number>> = {
  point: 3.5,
  inOrder: 1.5,
  scattered: 8,
  insert: 2,
  httpPoint: 1.5,
  httpInOrder: 1.5,
};
/** A level of a tree or two for each tenfold growth: anything that grew with the data would need thousands. */
const MAX_PAGES_PER_TENFOLD = 2;
const MAX_START_MS = 2000;
const MAX_MEMORY_GROWTH = 0.2;
const MAX_LONE_DELAY_MS = 1;
const MIN_SLOW_GROUP = 20;
const MIN_HOT_RATIO = 0.5;
const MAX_CHECKPOINT_P99_MS = 10;
const MAX_COMMIT_P999_MS = 25;
const COMMITS_PER_SECOND = 5000;
/** Of the rate that was asked for: less says that it was not kept up. */
const MIN_RATE = 0.98;
const MAX_WAL_BYTES = 64 * MEGABYTE;
const MAX_READ_MS = 15;
const MAX_INSERT_MS = 120;
/** Of encounters: in one of them the machine may have done something else. */
const DELAY_PERCENT = 95;
const MIN_IMPORTED_PER_SECOND = 25_000;
const MAX_IMPORT_P99_RATIO = 3;

/** Judges what was measured of the database alone. */
export function judgeDatabase(result: PartResults): readonly Bar[] {
  const { growth, writers, counter, commits, large, import: imported } = result;
  return [
    ...(growth === null ? [] : judgeGrowth(growth)),
    ...(writers === null ? [] : judgeWriters(writers)),
    ...(counter === null ? [] : judgeCounter(counter)),
    ...(commits === null ? [] : judgeCommits(commits)),
    ...(large === null ? [] : judgeLarge(large)),
    ...(imported === null ? [] : judgeImport(imported)),
  ];
}

function judgeGrowth(growth: GrowthResult): readonly Bar[] {
  const smallest = growth.sizes[0]!.records;
  const largest = growth.sizes.at(-1)!.records;
  const curve = summarizeGrowth(growth)
    .filter(({ records }) => records === largest && largest > smallest)
    .map(({ what, ratio }) => ({
      text: `${GROWTH_TITLES[what]}: at ${formatCount(largest)} documents at most ${MAX_GROWTH[what]}× of ${formatCount(smallest)}`,
      measured: `${formatSpread(ratio)}×`,
      holds: ratio.median <= MAX_GROWTH[what],
    }));
  const pages = pagesPerTenfold(growth, "point");
  return [
    ...curve,
    ...(pages === null
      ? []
      : [
          {
            text: `Pages that a point read touches: at most ${MAX_PAGES_PER_TENFOLD} more for each tenfold growth`,
            measured: pages.toFixed(1),
            holds: pages <= MAX_PAGES_PER_TENFOLD,
          },
        ]),
    ...judgeStarts(growth),
  ];
}

function judgeStarts({ sizes, starts }: GrowthResult): readonly Bar[] {
  const at = (size: number): GrowthResult["starts"] => starts.filter(({ records }) => records === size);
  const memory = (size: number): number | null => {
    const bytes = at(size).flatMap((start) => start.bytes ?? []);
    return bytes.length === 0 ? null : spreadOf(bytes).median;
  };
  const smallest = sizes[0]!.records;
  const largest = sizes.at(-1)!.records;
  const { median: readyMs } = spreadOf(at(largest).map((start) => start.readyMs));
  const [small, large] = [memory(smallest), memory(largest)];
  return [
    {
      text: `Start with ${formatCount(largest)} documents: ready in under ${MAX_START_MS / 1000} s`,
      measured: `${formatCount(readyMs)} ms`,
      holds: readyMs < MAX_START_MS,
    },
    ...(small === null || large === null
      ? []
      : [
          {
            text: `… memory at most ${formatPercent(MAX_MEMORY_GROWTH)} more than with ${formatCount(smallest)}`,
            measured: `${formatMegabytes(large)} MB beside ${formatMegabytes(small)} MB`,
            holds: large <= small * (1 + MAX_MEMORY_GROWTH),
          },
        ]),
  ];
}

function judgeWriters({
  writers,
  syncMs,
  loneCommitMs,
  syncs,
  slowSyncMs,
  slowCommitsPerGroup,
}: NonNullable<PartResults["writers"]>): readonly Bar[] {
  return [
    {
      text: `A commit while nobody else writes: at most ${MAX_LONE_DELAY_MS} ms more than a bare sync`,
      measured: `${formatMs(loneCommitMs)} ms beside ${formatMs(syncMs)} ms`,
      holds: loneCommitMs <= syncMs + MAX_LONE_DELAY_MS,
    },
    ...(syncs === null
      ? []
      : [
          {
            text: `${writers} writers: never more than one sync a group, besides the one that begins the log`,
            measured: `${syncs.logSyncs} for ${syncs.groups} groups`,
            holds: syncs.logSyncs <= syncs.groups + 1,
          },
        ]),
    {
      text: `${writers} writers with syncs of ${slowSyncMs} ms more: at least ${MIN_SLOW_GROUP} commits a sync`,
      measured: slowCommitsPerGroup.toFixed(1),
      holds: slowCommitsPerGroup >= MIN_SLOW_GROUP,
    },
  ];
}

function judgeCounter({ clients, rounds, failed }: NonNullable<PartResults["counter"]>): readonly Bar[] {
  const ratio = spreadOf(rounds.map(({ one, many }) => many / one));
  return [
    {
      text: `One counter incremented by ${clients} clients: at least ${MIN_HOT_RATIO}× the rate of one client, none refused`,
      measured: `${formatSpread(ratio)}×, ${failed} refused`,
      holds: ratio.median >= MIN_HOT_RATIO && failed === 0,
    },
  ];
}

function judgeCommits({
  seconds,
  perSecond,
  p999Ms,
  checkpointP99Ms,
  largestWalBytes,
}: NonNullable<PartResults["commits"]>): readonly Bar[] {
  return [
    {
      text: `${formatCount(COMMITS_PER_SECOND)} commits a second for ${seconds} s: p99.9 at most ${MAX_COMMIT_P999_MS} ms`,
      measured: `${formatMs(p999Ms)} ms at ${formatCount(perSecond)} a second`,
      holds: p999Ms <= MAX_COMMIT_P999_MS && perSecond >= COMMITS_PER_SECOND * MIN_RATE,
    },
    {
      text: `… the committer's own step of a checkpoint: p99 at most ${MAX_CHECKPOINT_P99_MS} ms`,
      measured: `${formatMs(checkpointP99Ms)} ms`,
      holds: checkpointP99Ms <= MAX_CHECKPOINT_P99_MS,
    },
    {
      text: `… write-ahead log under ${formatMegabytes(MAX_WAL_BYTES)} MB`,
      measured: `${formatMegabytes(largestWalBytes)} MB`,
      holds: largestWalBytes < MAX_WAL_BYTES,
    },
  ];
}

function judgeLarge(large: NonNullable<PartResults["large"]>): readonly Bar[] {
  const documents = formatCount(large.documents);
  const read = spreadOf(large.readMs).median;
  const insert = spreadOf(large.insertMs).median;
  const shares = delayShares(large);
  const share = percentileOf(shares, DELAY_PERCENT);
  return [
    {
      text: `A transaction that reads ${documents} documents by one range: under ${MAX_READ_MS} ms`,
      measured: `${formatMs(read)} ms, p90 ${formatMs(percentileOf(large.readMs, 90))} ms`,
      holds: read < MAX_READ_MS,
    },
    {
      text: `A transaction that inserts ${documents}: under ${MAX_INSERT_MS} ms`,
      measured: `${formatMs(insert)} ms, p90 ${formatMs(percentileOf(large.insertMs, 90))} ms`,
      holds: insert < MAX_INSERT_MS,
    },
    {
      text: `… delays others by at most its own time, p${DELAY_PERCENT}`,
      measured: `${share.toFixed(2)}×, at worst ${Math.max(...shares).toFixed(2)}×`,
      holds: share <= 1,
    },
  ];
}

/** For each encounter, by what share of the large transaction's own time another was delayed. */
function delayShares({ aloneMs, encounters }: NonNullable<PartResults["large"]>): readonly number[] {
  // What an insert can take by itself is not the fault of those that it met.
  const ownMs = Math.max(...aloneMs);
  return encounters.map(({ otherMs, largeMs }) => Math.max(0, otherMs - ownMs) / largeMs);
}

function judgeImport({
  documents,
  seconds,
  aloneMs,
  besideMs,
}: NonNullable<PartResults["import"]>): readonly Bar[] {
  const perSecond = documents / seconds;
  const [alone, beside] = [percentileOf(aloneMs, 99), percentileOf(besideMs, 99)];
  return [
    {
      text: `Import into an empty table with one index: at least ${formatCount(MIN_IMPORTED_PER_SECOND)} documents a second`,
      measured: formatCount(perSecond),
      holds: perSecond >= MIN_IMPORTED_PER_SECOND,
    },
    {
      text: `… a durable insert meanwhile: p99 at most ${MAX_IMPORT_P99_RATIO}× of before`,
      measured: `${(beside / alone).toFixed(2)}×, ${formatMs(beside)} ms beside ${formatMs(alone)} ms`,
      holds: beside <= alone * MAX_IMPORT_P99_RATIO,
    },
  ];
}

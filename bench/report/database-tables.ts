import { formatCount, formatMegabytes, formatMs, formatSpread } from "./format.ts";
import { GROWTH_TITLES, type GrowthResult } from "./growth-result.ts";
import { summarizeGrowth } from "./growth-summary.ts";
import type { PartResults } from "./result.ts";
import { percentileOf, spreadOf } from "./spread.ts";
import type { Table } from "./table.ts";

/** Tables of what was measured of the database alone. */
export function databaseTables(result: PartResults): readonly Table[] {
  const { growth } = result;
  const tables = [
    ...(growth === null ? [] : [curveTable(growth), pagesTable(growth), sizesTable(growth)]),
    commitsTable(result),
    largeTable(result),
    drainTable(result),
    importTable(result),
  ];
  return tables.filter((table) => table !== null);
}

function curveTable(growth: GrowthResult): Table {
  const smallest = growth.sizes[0]!.records;
  return {
    title: "What reads and inserts cost as a table grows",
    align: ["left", "right", "right", "right"],
    rows: [
      ["", "documents", "µs", `÷ at ${formatCount(smallest)}`],
      ...summarizeGrowth(growth).map(({ what, records, microseconds, ratio }) => [
        GROWTH_TITLES[what],
        formatCount(records),
        microseconds.median.toFixed(1),
        formatSpread(ratio),
      ]),
    ],
  };
}

function pagesTable({ pages }: GrowthResult): Table | null {
  if (pages.length === 0) return null;
  return {
    title: "Pages of 4 KiB that one read touches",
    align: ["left", "right", "right"],
    rows: [
      ["", "documents", "pages"],
      ...pages
        .toSorted((a, b) => a.what.localeCompare(b.what))
        .map(({ what, records, pages }) => [GROWTH_TITLES[what], formatCount(records), pages.toFixed(1)]),
    ],
  };
}

function sizesTable({ sizes, starts }: GrowthResult): Table {
  return {
    title: "Start with a large table",
    align: ["right", "right", "right", "right", "right"],
    rows: [
      ["documents", "file MB", "made in s", "ready in ms", "idle MB"],
      ...sizes.map(({ records, bytes, seconds }) => {
        const here = starts.filter((start) => start.records === records);
        const memory = here.flatMap((start) => start.bytes ?? []);
        return [
          formatCount(records),
          formatMegabytes(bytes),
          seconds.toFixed(0),
          formatCount(spreadOf(here.map(({ readyMs }) => readyMs)).median),
          memory.length === 0 ? "" : formatMegabytes(spreadOf(memory).median),
        ];
      }),
    ],
  };
}

function commitsTable({ writers, counter, commits }: PartResults): Table | null {
  const rows = [
    ...(writers === null
      ? []
      : [
          ["bare sync of 4 KiB", `${formatMs(writers.syncMs)} ms`],
          [
            `commit of one writer, ${formatCount(writers.records)} documents before`,
            `${formatMs(writers.loneCommitMs)} ms`,
          ],
          [`${writers.writers} writers: commits/s`, formatCount(writers.commitsPerSecond)],
          ["… commits a sync", writers.commitsPerGroup.toFixed(1)],
          [`… with syncs of ${writers.slowSyncMs} ms more`, writers.slowCommitsPerGroup.toFixed(1)],
        ]),
    ...(counter === null
      ? []
      : [
          [
            "one counter, one client over HTTP: increments/s",
            formatCount(spreadOf(counter.rounds.map(({ one }) => one)).median),
          ],
          [
            `… ${counter.clients} clients together`,
            formatCount(spreadOf(counter.rounds.map(({ many }) => many)).median),
          ],
          [
            "… their p99",
            `${formatMs(spreadOf(counter.rounds.map(({ manyP99Ms }) => manyP99Ms)).median)} ms`,
          ],
        ]),
    ...(commits === null
      ? []
      : [
          [
            `${commits.seconds} s of inserts and changes, ${formatCount(commits.records)} documents before: commits/s`,
            formatCount(commits.perSecond),
          ],
          ["… commits a sync", commits.commitsPerGroup.toFixed(1)],
          ["… p50", `${formatMs(commits.p50Ms)} ms`],
          ["… p99", `${formatMs(commits.p99Ms)} ms`],
          ["… p99.9", `${formatMs(commits.p999Ms)} ms`],
          [`… ${commits.checkpoints} steps of checkpoints: p99`, `${formatMs(commits.checkpointP99Ms)} ms`],
          ["… largest write-ahead log", `${formatMegabytes(commits.largestWalBytes)} MB`],
        ]),
  ];
  if (rows.length === 0) return null;
  return { title: "Commits", align: ["left", "right"], rows: [["", "measured"], ...rows] };
}

function largeTable({ large }: PartResults): Table | null {
  if (large === null) return null;
  const documents = formatCount(large.documents);
  const line = (what: string, ms: readonly number[]): string[] => [
    what,
    formatMs(spreadOf(ms).median),
    formatMs(percentileOf(ms, 90)),
    formatMs(Math.max(...ms)),
  ];
  return {
    title: "Large transactions",
    align: ["left", "right", "right", "right"],
    rows: [
      [`${formatCount(large.records)} documents before`, "p50 ms", "p90 ms", "longest ms"],
      line(`reads ${documents}`, large.readMs),
      line(`inserts ${documents}`, large.insertMs),
      line("inserts 1", large.aloneMs),
      line(`inserts ${documents}, beside inserts of 1`, large.besideMs),
      line(`inserts 1, beside inserts of ${documents}`, large.othersMs),
    ],
  };
}

function drainTable({ drain }: PartResults): Table | null {
  if (drain === null) return null;
  const latency = (ms: readonly number[]): string =>
    `${formatMs(spreadOf(ms).median)} / ${formatMs(percentileOf(ms, 99))} ms`;
  return {
    title: "Scheduled functions",
    align: ["left", "right"],
    rows: [
      ["", "measured"],
      [
        `${formatCount(drain.jobs)} that are due, ${formatCount(drain.waiting)} that wait: run each second`,
        formatCount(drain.perSecond),
      ],
      ["… furthest out of order, in places", formatCount(drain.furthestOutOfOrder)],
      ["a client's mutation before, p50 / p99", latency(drain.aloneMs)],
      ["… meanwhile", latency(drain.besideMs)],
    ],
  };
}

function importTable({ import: imported }: PartResults): Table | null {
  if (imported === null) return null;
  const { documents, fileBytes, seconds, cpuSeconds, peakBytes, aloneMs, besideMs } = imported;
  const latency = (ms: readonly number[]): string =>
    `${formatMs(spreadOf(ms).median)} / ${formatMs(percentileOf(ms, 99))} ms`;
  return {
    title: "Import",
    align: ["left", "right"],
    rows: [
      ["", "measured"],
      [
        `${formatCount(documents)} lines of ${formatCount(fileBytes / documents)} bytes: documents/s`,
        formatCount(documents / seconds),
      ],
      ["… MB/s", (fileBytes / seconds / 1_000_000).toFixed(1)],
      ...(cpuSeconds === null
        ? []
        : [["… µs of processor time for each", ((cpuSeconds / documents) * 1_000_000).toFixed(1)]]),
      ...(peakBytes === null ? [] : [["… memory of the process tree, MB", formatMegabytes(peakBytes)]]),
      ["a client's insert before, p50 / p99", latency(aloneMs)],
      ["… meanwhile", latency(besideMs)],
    ],
  };
}

import { WORKLOAD_TITLES, type WorkloadName } from "../load/workloads.ts";
import { type PeerName, SERVER_TITLES, type ServerName } from "../servers/server-names.ts";
import type { Bar } from "./bar.ts";
import { judgeDatabase } from "./database-bars.ts";
import { formatMegabytes, formatMs, formatPercent, formatSpread } from "./format.ts";
import type { PartResults } from "./result.ts";
import { judgeServices } from "./service-bars.ts";
import { spreadOf } from "./spread.ts";
import { type SummaryRow, summarize } from "./summary.ts";

const CONNECTIONS = 64;
const MEGABYTE = 1_000_000;

/** First what must be reached, then what comes after it. */
const MIN_RATIOS: readonly (readonly [WorkloadName, PeerName, number])[] = [
  ["insert", "hono", 2],
  ["insert", "workerd", 3],
  ["read", "hono", 0.4],
  ["read", "workerd", 1.2],
  ["constant", "workerd", 0.6],
  ["cached", "hono", 0.6],
  ["insert", "hono", 2.2],
  ["insert", "workerd", 3.3],
  ["read", "hono", 0.5],
  ["read", "workerd", 1.5],
  ["constant", "workerd", 0.7],
];
/** Where there is no queue to speak of. */
const FEW_CONNECTIONS = 16;
const MAX_P99_TO_P50 = 4;
const MAX_INSERT_P99_MS = 40;
const MAX_WARM_START_MS = 2000;
const MAX_COLD_CALL_MS = 150;
const MAX_IDLE_BYTES = 200 * MEGABYTE;
const MAX_LOADED_BYTES = 300 * MEGABYTE;
const MAX_GROWTH = 0.1;
const MAX_WAL_BYTES = 64 * MEGABYTE;

/** Judges a result; bars whose part was not measured are left out. */
export function judge(result: PartResults): readonly Bar[] {
  return [
    ...judgeRates(result),
    ...judgeStart(result),
    ...judgeMemory(result),
    ...judgeSoak(result),
    ...judgeDatabase(result),
    ...judgeServices(result),
  ];
}

function judgeRates({ rates }: PartResults): readonly Bar[] {
  if (rates === null) return [];
  const all = summarize(rates.measurements);
  const rows = all.filter(({ connections }) => connections === CONNECTIONS);
  const find = (workload: WorkloadName, server: ServerName): SummaryRow | undefined =>
    rows.find((row) => row.workload === workload && row.server === server);
  const ratios = MIN_RATIOS.flatMap(([workload, peer, min]) => {
    const ratio = find(workload, peer)?.ratio ?? null;
    if (ratio === null) return [];
    const text = `${WORKLOAD_TITLES[workload]}: at least ${min}× ${SERVER_TITLES[peer]}`;
    return [{ text, measured: `${formatSpread(ratio)}×`, holds: ratio.median >= min }];
  });
  const tails = all
    .filter(({ connections, server }) => connections === FEW_CONNECTIONS && server === "epigraph")
    .map(({ workload, p50Ms, p99Ms }) => ({
      text: `${WORKLOAD_TITLES[workload]}: p99 under ${MAX_P99_TO_P50}× p50 at ${FEW_CONNECTIONS} connections`,
      measured: `${(p99Ms.median / p50Ms.median).toFixed(1)}×`,
      holds: p99Ms.median < p50Ms.median * MAX_P99_TO_P50,
    }));
  const insert = find("insert", "epigraph");
  if (insert === undefined) return [...ratios, ...tails];
  const latency = {
    text: `${WORKLOAD_TITLES.insert}: p99 under ${MAX_INSERT_P99_MS} ms`,
    measured: `${formatMs(insert.p99Ms.median)} ms`,
    holds: insert.p99Ms.median < MAX_INSERT_P99_MS,
  };
  return [...ratios, latency, ...tails];
}

function judgeStart({ start }: PartResults): readonly Bar[] {
  if (start === null) return [];
  const { median } = spreadOf(start.warmMs);
  const { median: coldMs } = spreadOf(start.coldCallMs);
  return [
    {
      text: `epigraph dev on the example: ready in under ${MAX_WARM_START_MS / 1000} s with a warm data folder`,
      measured: `${Math.round(median)} ms`,
      holds: median < MAX_WARM_START_MS,
    },
    {
      text: `First call after a start, of an app with a bundle of 1 MB: under ${MAX_COLD_CALL_MS} ms`,
      measured: `${Math.round(coldMs)} ms`,
      holds: coldMs < MAX_COLD_CALL_MS,
    },
  ];
}

function judgeMemory({ memory }: PartResults): readonly Bar[] {
  const [idle, half, full] = (memory ?? []).filter(({ server }) => server === "epigraph");
  if (idle === undefined || half === undefined || full === undefined) return [];
  const growth = full.bytes / half.bytes - 1;
  const megabytes = (bytes: number): string => `${formatMegabytes(bytes)} MB`;
  return [
    {
      text: `Memory of the process tree: under ${megabytes(MAX_IDLE_BYTES)} idle`,
      measured: megabytes(idle.bytes),
      holds: idle.bytes < MAX_IDLE_BYTES,
    },
    {
      text: `… under ${megabytes(MAX_LOADED_BYTES)} after ${full.requests.toLocaleString("en")} requests`,
      measured: megabytes(full.bytes),
      holds: full.bytes < MAX_LOADED_BYTES,
    },
    {
      text: `… within ${formatPercent(MAX_GROWTH)} of its value at ${half.requests.toLocaleString("en")}`,
      measured: `${growth < 0 ? "" : "+"}${formatPercent(growth)}`,
      holds: Math.abs(growth) <= MAX_GROWTH,
    },
  ];
}

function judgeSoak({ soak }: PartResults): readonly Bar[] {
  if (soak === null) return [];
  const { seconds, writers, largestWalBytes } = soak;
  return [
    {
      text: `Write-ahead log: under ${formatMegabytes(MAX_WAL_BYTES)} MB in ${seconds} s of ${writers} writers with readers`,
      measured: `${formatMegabytes(largestWalBytes)} MB`,
      holds: largestWalBytes < MAX_WAL_BYTES,
    },
  ];
}

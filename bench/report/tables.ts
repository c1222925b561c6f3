import { WORKLOAD_TITLES, type WorkloadName } from "../load/workloads.ts";
import { SERVER_TITLES, type ServerName } from "../servers/server-names.ts";
import { judge } from "./bars.ts";
import { databaseTables } from "./database-tables.ts";
import { formatCount, formatMegabytes, formatMs, formatSpread } from "./format.ts";
import type { PartResults } from "./result.ts";
import { serviceTables } from "./service-tables.ts";
import { spreadOf } from "./spread.ts";
import { type SummaryRow, summarize } from "./summary.ts";
import type { Table } from "./table.ts";

/** One for each workload. */
export function rateTables({ rates }: PartResults): readonly Table[] {
  const byWorkload = Map.groupBy(summarize(rates?.measurements ?? []), ({ workload }) => workload);
  return [...byWorkload].map(([workload, rows]) => rateTable(workload, rows));
}

function rateTable(workload: WorkloadName, rows: readonly SummaryRow[]): Table {
  const head = ["connections", "server", "requests/s", "p50 ms", "p99 ms", "Epigraph ÷ it"];
  const lines = rows.map(({ connections, server, requestsPerSecond, p50Ms, p99Ms, ratio }) => [
    String(connections),
    SERVER_TITLES[server],
    formatCount(requestsPerSecond.median),
    formatMs(p50Ms.median),
    formatMs(p99Ms.median),
    ratio === null ? "" : formatSpread(ratio),
  ]);
  return {
    title: WORKLOAD_TITLES[workload],
    align: ["right", "left", "right", "right", "right", "right"],
    rows: [head, ...lines],
  };
}

export function memoryTable({ memory }: PartResults): Table | null {
  if (memory === null || memory.length === 0) return null;
  const servers = Map.groupBy(memory, ({ server }) => server);
  const [first] = servers.values();
  const head = first!.map(({ requests }) => (requests === 0 ? "idle" : `after ${formatCount(requests)}`));
  const line = (server: ServerName): string[] => [
    SERVER_TITLES[server],
    ...servers.get(server)!.map(({ bytes }) => formatMegabytes(bytes)),
  ];
  return {
    title: "Memory of the process tree, MB",
    align: ["left", ...head.map(() => "right" as const)],
    rows: [["server", ...head], ...[...servers.keys()].map(line)],
  };
}

export function otherTable({ start, soak }: PartResults): Table | null {
  const rows = [
    ...(start === null
      ? []
      : [
          ["epigraph dev on the example, first start", `${formatCount(start.firstMs)} ms`],
          ["… with a warm data folder", `${formatCount(spreadOf(start.warmMs).median)} ms`],
          [
            "first call after a start, of an app with a bundle of 1 MB",
            `${formatCount(spreadOf(start.coldCallMs).median)} ms`,
          ],
        ]),
    ...(soak === null
      ? []
      : [
          [
            `${soak.seconds} s of ${soak.writers} writers and ${soak.readers} readers: writes/s`,
            formatCount(soak.writes / soak.seconds),
          ],
          ["… reads/s", formatCount(soak.reads / soak.seconds)],
          ["… largest write-ahead log", `${formatMegabytes(soak.largestWalBytes)} MB`],
        ]),
  ];
  if (rows.length === 0) return null;
  return { title: "Start and write-ahead log", align: ["left", "right"], rows: [["", "measured"], ...rows] };
}

export function barTable(result: PartResults): Table | null {
  const bars = judge(result);
  if (bars.length === 0) return null;
  const rows = bars.map(({ text, measured, holds }) => [text, measured, holds ? "yes" : "no"]);
  return {
    title: "What a release must reach; rates at 64 connections",
    align: ["left", "right", "left"],
    rows: [["bar", "measured", "holds"], ...rows],
  };
}

/** All that there is. */
export function allTables(result: PartResults): readonly Table[] {
  const tables = [
    ...rateTables(result),
    memoryTable(result),
    otherTable(result),
    ...databaseTables(result),
    ...serviceTables(result),
    barTable(result),
  ];
  return tables.filter((table) => table !== null);
}

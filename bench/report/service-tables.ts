import { formatCount, formatMegabytes, formatMs } from "./format.ts";
import { inspectorTable } from "./inspector-report.ts";
import type { PartResults } from "./result.ts";
import type { Latency, RealtimeResult } from "./service-result.ts";
import type { Table } from "./table.ts";

/** Tables of live queries, files, streams and recorded requests. */
export function serviceTables({ realtime, upload, streams, inspector }: PartResults): readonly Table[] {
  const tables = [
    ...(realtime === null ? [] : [fanOutTable(realtime), liveTable(realtime)]),
    flowTable({ upload, streams }),
    inspector === null ? null : inspectorTable(inspector),
  ];
  return tables.filter((table) => table !== null);
}

function fanOutTable({ fanOut }: RealtimeResult): Table {
  return {
    title: "One mutation to many subscribers of one query",
    align: ["right", "right", "right", "right", "right"],
    rows: [
      ["subscribers", "a client is shown it, p50 ms", "p99 ms", "all are, p50 ms", "p99 ms"],
      ...fanOut.map(({ subscribers, each, all }) => [
        formatCount(subscribers),
        formatMs(each.p50),
        formatMs(each.p99),
        formatMs(all.p50),
        formatMs(all.p99),
      ]),
    ],
  };
}

function liveTable({ first, idle, spread, untouched }: RealtimeResult): Table {
  const latency = ({ p50, p99 }: Latency): string => `${formatMs(p50)} / ${formatMs(p99)} ms`;
  return {
    title: "Live queries",
    align: ["left", "right"],
    rows: [
      ["", "measured"],
      ["subscribe to first result, p50 / p99", latency(first.connected)],
      ["… with the connection", latency(first.fromNothing)],
      ["memory of the process tree before", megabytes(idle.bytesBefore)],
      [`… with ${formatCount(idle.sockets)} idle sockets`, megabytes(idle.bytes)],
      [
        `${formatCount(spread.clients)} clients with ${spread.queriesPerClient} queries each, ${spread.commitsPerSecond} commits/s: processors`,
        spread.processors === null ? "" : spread.processors.toFixed(2),
      ],
      ["… a client is shown its change, p50 / p99", latency(spread.shown)],
      ...untouched.map(({ subscriptions, commit }) => [
        `commit beside ${formatCount(subscriptions)} subscriptions that it does not touch, p50 / p99`,
        latency(commit),
      ]),
    ],
  };
}

function flowTable({ upload, streams }: Pick<PartResults, "upload" | "streams">): Table | null {
  const rows = [
    ...(upload === null
      ? []
      : [
          [
            `${formatMegabytes(upload.bytes)} MB through an upload URL: MB/s`,
            formatCount(upload.bytes / upload.seconds / 1_000_000),
          ],
          ["… memory of the process tree before", megabytes(upload.memoryBefore)],
          ["… at most, meanwhile", megabytes(upload.largestMemory)],
        ]),
    ...(streams === null
      ? []
      : [
          [
            `memory of the process tree before ${formatCount(streams.streams)} streams`,
            megabytes(streams.memoryBefore),
          ],
          ["… at most, with all of them open and an event a second each", megabytes(streams.memory)],
          ["… processors", streams.processors === null ? "" : streams.processors.toFixed(2)],
        ]),
  ];
  if (rows.length === 0) return null;
  return { title: "Files and streams", align: ["left", "right"], rows: [["", "measured"], ...rows] };
}

function megabytes(bytes: number | null): string {
  return bytes === null ? "" : `${formatMegabytes(bytes)} MB`;
}

import type { WorkloadName } from "../load/workloads.ts";
import type { ServerName } from "../servers/server-names.ts";
import { type Measurement, requestsPerSecond } from "./result.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** All rounds of one server at one workload and number of connections. */
export interface SummaryRow {
  readonly workload: WorkloadName;
  readonly connections: number;
  readonly server: ServerName;
  readonly requestsPerSecond: Spread;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  /** Requests per second of Epigraph divided by those of this server in the same round; null for Epigraph. */
  readonly ratio: Spread | null;
}

/** Joins the rounds; rows come in the order in which their first round was measured. */
export function summarize(measurements: readonly Measurement[]): readonly SummaryRow[] {
  const groups = Map.groupBy(measurements, keyOf);
  return [...groups.values()].map((rounds) => {
    const { workload, connections, server } = rounds[0]!;
    return {
      workload,
      connections,
      server,
      requestsPerSecond: spreadOf(rounds.map(requestsPerSecond)),
      p50Ms: spreadOf(rounds.map(({ p50Ms }) => p50Ms)),
      p99Ms: spreadOf(rounds.map(({ p99Ms }) => p99Ms)),
      ratio: server === "epigraph" ? null : spreadOf(rounds.map((peer) => ratioTo(peer, groups))),
    };
  });
}

function ratioTo(peer: Measurement, groups: ReadonlyMap<string, readonly Measurement[]>): number {
  const ours = groups.get(keyOf({ ...peer, server: "epigraph" }))?.find(({ round }) => round === peer.round);
  if (ours === undefined)
    throw new Error(`Round ${peer.round} of ${keyOf(peer)} has no measurement of Epigraph.`);
  return requestsPerSecond(ours) / requestsPerSecond(peer);
}

function keyOf({ workload, connections, server }: Measurement): string {
  return `${workload} ${connections} ${server}`;
}

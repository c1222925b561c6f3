import { readFileSync } from "node:fs";
import { Counter, Gauge, type Registry } from "prom-client";
import type { QueryUse } from "../../functions/queries/query-counts.ts";
import type { FunctionsState } from "../../functions/runner-functions.ts";
import type { LiveState } from "../../sync/live-state.ts";

/* What is so at the moment of reading. */

/** What is asked when somebody reads the metrics. */
export interface MetricsSources {
  readonly state: () => FunctionsState;
  /** What results of queries that are kept were good for. */
  readonly queryUse: () => readonly QueryUse[];
}

/** Of the places for functions, and the processes that run them. */
export function addStateMetrics(registers: Registry[], state: () => FunctionsState): void {
  const { gauge, counter } = makers(registers);
  const kinds = ["query", "mutation", "action"] as const;
  gauge("epigraph_functions_running", "Functions that have a place.", ["kind"], (metric) => {
    for (const kind of kinds) metric.set({ kind }, state()[kind].running);
  });
  gauge("epigraph_functions_waiting", "Functions that wait for a place.", ["kind"], (metric) => {
    for (const kind of kinds) metric.set({ kind }, state()[kind].waiting);
  });
  gauge("epigraph_jobs_waiting", "Calls that no runner has.", [], (metric) =>
    metric.set(state().pool.waitingJobs),
  );
  gauge("epigraph_runner_jobs", "Calls that a runner has.", ["runner"], (metric) => {
    for (const { name, jobs } of state().pool.runners) metric.set({ runner: name }, jobs);
  });
  gauge("epigraph_runner_resident_memory_bytes", "Memory of a runner (Linux only).", ["runner"], (metric) => {
    for (const { name, pid } of state().pool.runners) {
      const bytes = pid === undefined ? null : residentBytes(pid);
      if (bytes !== null) metric.set({ runner: name }, bytes);
    }
  });
  counter(
    "epigraph_runner_deaths_total",
    "Runners that ended unexpectedly and were replaced.",
    [],
    (metric) => metric.inc(state().pool.deaths),
  );
}

/** Of results of queries that are kept, by function. */
export function addQueryMetrics(registers: Registry[], queryUse: () => readonly QueryUse[]): void {
  const { counter } = makers(registers);
  const labelsOf = ({ path }: QueryUse): { readonly path: string } => ({ path: path.replace(/\.js:/, ":") });
  counter(
    "epigraph_query_cache_hits_total",
    "Results of queries that were given without a run.",
    ["path"],
    (metric) => {
      for (const use of queryUse()) metric.inc(labelsOf(use), use.hits);
    },
  );
  counter(
    "epigraph_query_cache_misses_total",
    "Runs of queries whose result is kept.",
    ["path"],
    (metric) => {
      for (const use of queryUse()) metric.inc(labelsOf(use), use.misses);
    },
  );
  counter(
    "epigraph_query_invalidations_total",
    "Results that a commit ended while somebody showed them.",
    ["path"],
    (metric) => {
      for (const use of queryUse()) metric.inc(labelsOf(use), use.invalidations);
    },
  );
}

/** Of clients that keep queries live. */
export function addLiveMetrics(registers: Registry[], state: () => LiveState): void {
  const { gauge, counter } = makers(registers);
  gauge("epigraph_sync_sessions", "Sockets of the sync protocol.", [], (metric) =>
    metric.set(state().sessions),
  );
  gauge("epigraph_live_streams", "Readers of streams of events.", [], (metric) =>
    metric.set(state().streams),
  );
  gauge("epigraph_live_queries", "Queries that sockets and streams keep live.", [], (metric) =>
    metric.set(state().queries),
  );
  gauge("epigraph_live_unsent_bytes", "Bytes that wait for sockets and streams to take them.", [], (metric) =>
    metric.set(state().unsentBytes),
  );
  counter("epigraph_sync_transitions_total", "Transitions that were sent to sockets.", [], (metric) =>
    metric.inc(state().transitions),
  );
}

type Maker<Metric> = (
  name: string,
  help: string,
  labelNames: readonly string[],
  read: (metric: Metric) => void,
) => void;

/** Metrics that are made anew each time that they are read. */
function makers(registers: Registry[]): { readonly gauge: Maker<Gauge>; readonly counter: Maker<Counter> } {
  return {
    gauge: (name, help, labelNames, read) => {
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          read(this);
        },
      });
    },
    counter: (name, help, labelNames, read) => {
      new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          read(this);
        },
      });
    },
  };
}

/** Null where the system does not tell, or the process has just ended. */
function residentBytes(pid: number): number | null {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}

import { readFileSync } from "node:fs";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CommitterNotice } from "../../database/committer/committer-notice.ts";
import type { ExecutionEvent, ExecutionRecord } from "../../functions/execution-event.ts";
import type { FunctionsState } from "../../functions/runner-functions.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
const GROUP_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const BY_FUNCTION = ["kind", "path"] as const;

/** What a deployment does, counted for Prometheus. docs/LOGS.md describes each metric. */
export class Metrics {
  readonly registry: Registry = new Registry();
  readonly #executions: Counter;
  readonly #duration: Histogram;
  readonly #userTime: Counter;
  readonly #retries: Counter;
  readonly #documentsRead: Counter;
  readonly #documentsWritten: Counter;
  readonly #groups: Histogram;

  /** @param state is asked when somebody reads the metrics. */
  constructor(state: () => FunctionsState) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const counter = (name: string, help: string, labelNames: readonly string[] = BY_FUNCTION): Counter =>
      new Counter({ name, help, labelNames, registers });
    this.#executions = counter("epigraph_executions_total", "Executions that have ended.", [
      ...BY_FUNCTION,
      "outcome",
    ]);
    this.#duration = new Histogram({
      name: "epigraph_execution_duration_seconds",
      help: "Time from the arrival of a call at its runner to its end.",
      labelNames: BY_FUNCTION,
      buckets: SECONDS,
      registers,
    });
    this.#userTime = counter("epigraph_execution_user_seconds_total", "Time in JavaScript.");
    this.#retries = counter("epigraph_execution_retries_total", "Attempts after a write conflict.");
    this.#documentsRead = counter("epigraph_documents_read_total", "Documents that executions read.");
    this.#documentsWritten = counter("epigraph_documents_written_total", "Documents that executions wrote.");
    this.#groups = new Histogram({
      name: "epigraph_commit_group_size",
      help: "Called mutations that became durable together.",
      buckets: GROUP_SIZES,
      registers,
    });
    addStateMetrics(registers, state);
  }

  record(event: ExecutionEvent): void {
    if (event.type !== "end") return;
    const { kind, identifier, isKnown, usage } = event;
    // A name that a caller made up must not become a series that stays.
    const labels = { kind: kind ?? "unknown", path: isKnown ? identifier.replace(/\.js:/, ":") : "" };
    this.#executions.inc({ ...labels, outcome: outcomeOf(event) });
    this.#duration.observe(labels, event.durationMs / 1000);
    if (usage === null) return;
    this.#userTime.inc(labels, usage.userMs / 1000);
    this.#retries.inc(labels, usage.retries);
    this.#documentsRead.inc(labels, usage.documentsRead);
    this.#documentsWritten.inc(labels, usage.documentsWritten);
  }

  notice(notice: CommitterNotice): void {
    if (notice.type === "group" && notice.commits.length > 0) this.#groups.observe(notice.commits.length);
  }
}

function outcomeOf({ error, fault }: ExecutionRecord): string {
  if (fault !== null) return fault.code === "OptimisticConcurrencyControlFailure" ? "conflict" : "fault";
  return error === null ? "success" : "error";
}

/** What is so at the moment of reading. */
function addStateMetrics(registers: Registry[], state: () => FunctionsState): void {
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (gauge: Gauge) => void,
  ): void => {
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
  };
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
  new Counter({
    name: "epigraph_runner_deaths_total",
    help: "Runners that ended unexpectedly and were replaced.",
    registers,
    collect() {
      this.reset();
      this.inc(state().pool.deaths);
    },
  });
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

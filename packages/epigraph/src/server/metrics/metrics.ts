import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { CommitterNotice } from "../../database/committer/committer-notice.ts";
import type { ExecutionEvent, ExecutionRecord } from "../../functions/execution-event.ts";
import type { LiveState } from "../../sync/live-state.ts";
import { addLiveMetrics, addQueryMetrics, addStateMetrics, type MetricsSources } from "./state-metrics.ts";

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

  /** @param sources are asked when somebody reads the metrics. */
  constructor({ state, queryUse }: MetricsSources) {
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
    addQueryMetrics(registers, queryUse);
  }

  record(event: ExecutionEvent): void {
    // What did not run took no time; how often that was so is counted where it was decided.
    if (event.type !== "end" || event.isCached) return;
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

  /** To be called once: from then on it is told what is live. */
  watchLive(state: () => LiveState): void {
    addLiveMetrics([this.registry], state);
  }

  notice(notice: CommitterNotice): void {
    if (notice.type === "group" && notice.commits.length > 0) this.#groups.observe(notice.commits.length);
  }
}

function outcomeOf({ error, fault }: ExecutionRecord): string {
  if (fault !== null) return fault.code === "OptimisticConcurrencyControlFailure" ? "conflict" : "fault";
  return error === null ? "success" : "error";
}

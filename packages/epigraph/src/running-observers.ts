import type { DeploymentOptions } from "./deployment-options.ts";
import { EpigraphError } from "./errors/epigraph-error.ts";
import type { RunningParts } from "./running-parts.ts";
import type { RunningMetrics } from "./server/metrics/start-metrics.ts";
import type { RunningTracing } from "./server/tracing/start-tracing.ts";
import type { LiveState } from "./sync/live-state.ts";
import { readVersion } from "./version.ts";

/** What looks at executions besides the log, where it was asked for. */
export interface RunningObservers {
  /** Where Prometheus finds metrics; null where they are not served. */
  readonly metricsUrl: string | null;
  /** The door is open: tells what is live. */
  watchLive(state: () => LiveState): void;
  close(): Promise<void>;
}

/** Starts them; their libraries are loaded where they are needed. @throws EpigraphError; nothing is left open then. */
export async function openObservers(
  options: DeploymentOptions,
  parts: RunningParts,
  instanceName: string,
): Promise<RunningObservers> {
  const tracing = await openTracing(options, parts, instanceName);
  let metrics: RunningMetrics | null;
  try {
    metrics = await openMetrics(options, parts);
  } catch (error) {
    await tracing?.close();
    throw error;
  }
  return {
    metricsUrl: metrics?.url ?? null,
    watchLive: (state) => metrics?.watchLive(state),
    close: async () => {
      await Promise.all([metrics?.close(), tracing?.close()]);
    },
  };
}

async function openMetrics(
  { host, metricsPort = null }: DeploymentOptions,
  { functions, queries, listeners, noticeListeners }: RunningParts,
): Promise<RunningMetrics | null> {
  if (metricsPort === null) return null;
  const { startMetrics } = await import("./server/metrics/start-metrics.ts");
  const metrics = await startMetrics({
    host,
    port: metricsPort,
    state: () => functions.state,
    queryUse: () => queries.counts.all,
  });
  listeners.add(metrics.record);
  noticeListeners.add(metrics.notice);
  return metrics;
}

async function openTracing(
  { trace = false, log }: DeploymentOptions,
  { listeners }: RunningParts,
  instanceName: string,
): Promise<RunningTracing | null> {
  if (!trace) return null;
  const { startTracing } = await import("./server/tracing/start-tracing.ts").catch(explainMissing);
  const tracing = startTracing({ version: readVersion(), instanceName, nowMs: Date.now, report: log });
  listeners.add(tracing.record);
  return tracing;
}

/** The packages are as large as the rest of the server, so they come only with those who want them. */
function explainMissing(error: unknown): never {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes("@opentelemetry/")) throw error;
  throw new EpigraphError(
    "TracingNotInstalled",
    "The environment names a collector for traces (OTEL_EXPORTER_OTLP_ENDPOINT), but the packages that make them are not installed: npm install @opentelemetry/api @opentelemetry/sdk-trace @opentelemetry/resources @opentelemetry/exporter-trace-otlp-http",
    { cause: error },
  );
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { CommitterNotice } from "../../database/committer/committer-notice.ts";
import type { ExecutionEvent } from "../../functions/execution-event.ts";
import type { LiveState } from "../../sync/live-state.ts";
import { Listener } from "../listener.ts";
import { DEFAULT_SERVER_LIMITS } from "../server-parts.ts";
import { Metrics } from "./metrics.ts";
import type { MetricsSources } from "./state-metrics.ts";

export interface MetricsOptions extends MetricsSources {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface RunningMetrics {
  /** Where Prometheus finds them: `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  record(this: void, event: ExecutionEvent): void;
  notice(this: void, notice: CommitterNotice): void;
  /** The door is open: from now on this tells what is live. */
  watchLive(this: void, state: () => LiveState): void;
  close(): Promise<void>;
}

/**
 * Counts from now on, and serves the counts on a port of their own.
 * @throws EpigraphError `PortInUse`, `PortNotAllowed` or `AddressNotAvailable`; nothing is left open then.
 */
export async function startMetrics({ host, port, ...sources }: MetricsOptions): Promise<RunningMetrics> {
  const metrics = new Metrics(sources);
  const { requestHeadTimeoutMs, requestTimeoutMs } = DEFAULT_SERVER_LIMITS;
  const listener = await Listener.open((request, response) => void answer(metrics, request, response), {
    host,
    port,
    requestHeadTimeoutMs,
    requestTimeoutMs,
  });
  return {
    url: `${listener.url}/metrics`,
    record: (event) => metrics.record(event),
    notice: (notice) => metrics.notice(notice),
    watchLive: (state) => metrics.watchLive(state),
    close: () => listener.close(0),
  };
}

async function answer(
  { registry }: Metrics,
  { url, method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (url?.split("?")[0] !== "/metrics" || (method !== "GET" && method !== "HEAD")) {
    response.writeHead(404).end();
    return;
  }
  const text = await registry.metrics();
  response.writeHead(200, { "content-type": registry.contentType }).end(text);
}

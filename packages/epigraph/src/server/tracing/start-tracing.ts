import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import type { ExecutionEvent } from "../../functions/execution-event.ts";
import { Tracing } from "./tracing.ts";

export interface TracingOptions {
  /** The server's own. */
  readonly version: string;
  readonly instanceName: string;
  readonly nowMs: () => number;
  /** For the operator: that spans can't be delivered, once until they can again. */
  readonly report: (text: string) => void;
}

export interface RunningTracing {
  record(this: void, event: ExecutionEvent): void;
  /** Delivers what is left. */
  close(): Promise<void>;
}

/** A collector that does not answer must not keep the server from ending. */
const CLOSE_MS = 3_000;

/** Where spans go, how often and with which headers the exporter reads from the `OTEL_…` variables of the environment. */
export function startTracing({ version, instanceName, nowMs, report }: TracingOptions): RunningTracing {
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          "service.name": "epigraph",
          "service.version": version,
          "service.instance.id": instanceName,
        }),
      )
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter: reporting(new OTLPTraceExporter(), report) })],
  });
  const tracing = new Tracing(provider.getTracer("epigraph", version));
  return {
    record: (event) => tracing.record(event, nowMs()),
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([provider.shutdown(), late]);
      clearTimeout(timer);
    },
  };
}

function reporting(exporter: SpanExporter, report: (text: string) => void): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== 0;
        if (hasFailed && !isFailing) {
          report(
            `Traces can't be delivered, and what waits is dropped: ${result.error?.message ?? "no reason given"}`,
          );
        }
        isFailing = hasFailed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

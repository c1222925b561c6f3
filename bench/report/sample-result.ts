import { WORKLOADS } from "../load/workloads.ts";
import type { ServerName } from "../servers/server-names.ts";
import type { BenchResult, Measurement } from "./result.ts";

const SERVERS: readonly ServerName[] = ["epigraph", "hono", "fastify", "workerd"];

/** A complete result for tests, in which every server answers 100 requests a second and every bar on ratios fails. */
export function sampleResult(): BenchResult {
  return {
    date: "2031-05-06T07:08:09.000Z",
    machine: {
      cpu: "Test CPU",
      cores: 2,
      memoryBytes: 8_000_000_000,
      system: "linux x64, 6.1",
      loadBefore: 0.5,
      syncMs: 0.25,
      versions: { Epigraph: "1.2.3 (abcdef0)", "Node.js": "26.0.0" },
    },
    start: { firstMs: 2500, warmMs: [900, 1100, 1000] },
    memory: SERVERS.flatMap((server) =>
      [0, 50_000, 100_000].map((requests) => ({
        server,
        requests,
        failed: 0,
        bytes: 100_000_000 + requests * 1000,
      })),
    ),
    rates: {
      measurements: [1, 2, 3, 4, 5].flatMap((round) =>
        WORKLOADS.flatMap((workload) =>
          [1, 16, 64].flatMap((connections) =>
            SERVERS.map((server) => ({ ...sampleMeasurement(), round, workload, connections, server })),
          ),
        ),
      ),
      rows: SERVERS.map((server) => ({ server, acknowledged: 500, uncertain: 64, found: 510 })),
    },
    soak: {
      seconds: 30,
      writers: 64,
      readers: 16,
      writes: 60_000,
      reads: 90_000,
      failed: 0,
      largestWalBytes: 20_000_000,
    },
  };
}

export function sampleMeasurement(): Measurement {
  return {
    round: 1,
    workload: "read",
    connections: 64,
    server: "epigraph",
    answered: 200,
    failed: 0,
    seconds: 2,
    p50Ms: 1,
    p99Ms: 2,
  };
}

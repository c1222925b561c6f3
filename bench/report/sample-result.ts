import { WORKLOADS } from "../load/workloads.ts";
import type { ServerName } from "../servers/server-names.ts";
import { GROWTH_METRICS } from "./growth-result.ts";
import type { BenchResult, Measurement } from "./result.ts";
import type { Latency } from "./service-result.ts";

const SERVERS: readonly ServerName[] = ["epigraph", "hono", "fastify", "workerd"];

const LATENCY: Latency = { p50: 1, p99: 2, max: 3 };

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
    start: { firstMs: 2500, warmMs: [900, 1100, 1000], coldCallMs: [90, 80, 100] },
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
    growth: {
      sizes: [1000, 5_000_000].map((records) => ({
        records,
        bytes: records * 400,
        seconds: records / 50_000,
      })),
      starts: [1000, 5_000_000].map((records) => ({ records, readyMs: 900, bytes: 120_000_000 })),
      measurements: [1, 2, 3].flatMap((round) =>
        GROWTH_METRICS.flatMap((what) =>
          [1000, 5_000_000].map((records) => ({ round, records, what, microseconds: round * 10 })),
        ),
      ),
      pages: [
        { records: 1000, what: "point", pages: 6 },
        { records: 5_000_000, what: "point", pages: 10 },
      ],
    },
    writers: {
      records: 1_000_000,
      writers: 64,
      syncMs: 0.25,
      loneCommitMs: 0.5,
      commitsPerSecond: 10_000,
      commitsPerGroup: 30,
      syncs: { groups: 30, logSyncs: 31 },
      slowSyncMs: 5,
      slowCommitsPerGroup: 40,
    },
    counter: {
      clients: 64,
      rounds: [{ one: 1000, many: 800, manyP99Ms: 100 }],
      acknowledged: 3600,
      uncertain: 65,
      failed: 0,
      found: 3650,
    },
    commits: {
      records: 1_000_000,
      seconds: 30,
      perSecond: 4990,
      commitsPerGroup: 10,
      p50Ms: 2,
      p99Ms: 8,
      p999Ms: 20,
      checkpoints: 300,
      checkpointP99Ms: 6,
      largestWalBytes: 15_000_000,
    },
    large: {
      records: 1_000_000,
      documents: 1000,
      readMs: [7, 8, 20],
      insertMs: [60, 70, 130],
      aloneMs: [1, 2, 3],
      besideMs: [60, 80, 90],
      othersMs: [1, 30, 70],
      encounters: [
        { otherMs: 30, largeMs: 60 },
        { otherMs: 70, largeMs: 90 },
      ],
    },
    drain: {
      waiting: 100_000,
      jobs: 10_000,
      ran: 10_000,
      perSecond: 2000,
      furthestOutOfOrder: 7,
      aloneMs: [1, 2, 3],
      besideMs: [2, 3, 9],
    },
    import: {
      documents: 500_000,
      imported: 500_000,
      fileBytes: 150_000_000,
      seconds: 16,
      cpuSeconds: 22,
      peakBytes: 290_000_000,
      aloneMs: [1, 2, 3],
      besideMs: [2, 3, 9],
    },
    upload: { bytes: 5_000_000_000, seconds: 20, memoryBefore: 150_000_000, largestMemory: 200_000_000 },
    streams: { streams: 1000, memoryBefore: 150_000_000, memory: 290_000_000, processors: 0.2 },
    realtime: {
      fanOut: [
        { subscribers: 10, each: LATENCY, all: LATENCY },
        { subscribers: 1000, each: LATENCY, all: LATENCY },
      ],
      first: { connected: LATENCY, fromNothing: LATENCY },
      idle: { sockets: 10_000, bytesBefore: 150_000_000, bytes: 500_000_000 },
      spread: { clients: 1000, queriesPerClient: 10, commitsPerSecond: 50, processors: 0.5, shown: LATENCY },
      untouched: [
        { subscriptions: 0, commit: LATENCY },
        { subscriptions: 100_000, commit: { p50: 2, p99: 3, max: 4 } },
      ],
    },
    inspector: {
      connections: 16,
      rounds: WORKLOADS.map((workload) => ({
        round: 1,
        workload,
        off: { answered: 1000, failed: 0, seconds: 2, processorMs: 1000 },
        on: { answered: 1000, failed: 0, seconds: 2, processorMs: 1030 },
      })),
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

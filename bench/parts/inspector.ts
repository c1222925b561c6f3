import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadGenerator } from "../load/load-generator.ts";
import { OF_HTTP_ACTIONS, requestsOf, type WorkloadName } from "../load/workloads.ts";
import { measureTreeTime } from "../measure/process-time.ts";
import type { InspectorResult, InspectorRound, InspectorSample } from "../report/inspector-result.ts";
import { checkAnswers, seed } from "../servers/client.ts";
import { type RunningServer, type StartOptions, startServer } from "../servers/start-server.ts";

export interface InspectorOptions extends StartOptions {
  readonly workloads: readonly WorkloadName[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly load: LoadGenerator;
}

const CONNECTIONS = 16;
const WARM_UP_ROUNDS = 2;
/** What a server does after its last answer belongs to the measurement before. */
const PAUSE_MS = 500;

/** Gives the same work in turn to a server that records every request and to one that records none. */
export async function measureInspector(options: InspectorOptions): Promise<InspectorResult> {
  const { rounds } = options;
  // Nothing else is recorded.
  const workloads = options.workloads.filter((workload) => OF_HTTP_ACTIONS.includes(workload));
  const servers: RunningServer[] = [];
  try {
    for (const share of [0, 1]) {
      const folder = join(options.folder, String(share));
      servers.push(await startServer("epigraph", { ...options, folder, recordRequests: share }));
    }
    for (const server of servers) {
      await seed(server);
      await checkAnswers(server);
    }
    const measured: InspectorRound[] = [];
    for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
      for (const workload of workloads) {
        const samples = await measurePair(
          servers as [RunningServer, RunningServer],
          workload,
          round,
          options,
        );
        if (round > 0) measured.push({ round, workload, ...samples });
      }
    }
    return { connections: CONNECTIONS, rounds: measured };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** The one that comes first in a round comes second in the next: it may have the better moment. */
async function measurePair(
  [off, on]: readonly [RunningServer, RunningServer],
  workload: WorkloadName,
  round: number,
  options: InspectorOptions,
): Promise<Pick<InspectorRound, "off" | "on">> {
  if (round % 2 === 0) {
    const second = await measureOne(on, workload, options);
    return { off: await measureOne(off, workload, options), on: second };
  }
  const first = await measureOne(off, workload, options);
  return { off: first, on: await measureOne(on, workload, options) };
}

async function measureOne(
  { url, lost: signal, pid }: RunningServer,
  workload: WorkloadName,
  { load, seconds }: InspectorOptions,
): Promise<InspectorSample> {
  const beforeMs = measureTreeTime(pid);
  const outcome = await load.run({
    url,
    requests: requestsOf(workload),
    connections: CONNECTIONS,
    seconds,
    signal,
  });
  await sleep(PAUSE_MS);
  const afterMs = measureTreeTime(pid);
  const { answered, failed, seconds: took } = outcome;
  const processorMs = beforeMs === null || afterMs === null ? null : afterMs - beforeMs;
  return { answered, failed, seconds: took, processorMs };
}

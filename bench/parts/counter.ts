import type { LoadGenerator } from "../load/load-generator.ts";
import type { HttpRequest } from "../load/workloads.ts";
import type { CounterResult, CounterRound } from "../report/database-result.ts";
import { send } from "../servers/client.ts";
import { type RunningServer, type StartOptions, startDatabaseServer } from "../servers/start-server.ts";

export interface CounterOptions extends StartOptions {
  readonly load: LoadGenerator;
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
}

const CLIENTS = 64;
const INCREMENT: HttpRequest = { method: "POST", path: "/counter", body: null };

/** Increments one counter from one client and from many, and counts what is there in the end. */
export async function measureCounter(options: CounterOptions): Promise<CounterResult> {
  const server = await startDatabaseServer(options);
  try {
    const increment = (connections: number): ReturnType<LoadGenerator["run"]> =>
      options.load.run({
        url: server.url,
        requests: [INCREMENT],
        connections,
        seconds: options.seconds,
        signal: server.lost,
      });
    const rounds: CounterRound[] = [];
    let acknowledged = 0;
    let uncertain = 0;
    let failed = 0;
    // The first round warms up.
    for (let round = 0; round <= options.rounds; round++) {
      const one = await increment(1);
      const many = await increment(CLIENTS);
      for (const outcome of [one, many]) {
        acknowledged += outcome.answered;
        failed += outcome.failed;
      }
      uncertain += 1 + CLIENTS;
      const perSecond = { one: one.answered / one.seconds, many: many.answered / many.seconds };
      if (round > 0) rounds.push({ ...perSecond, manyP99Ms: many.p99Ms });
    }
    uncertain += failed;
    return { clients: CLIENTS, rounds, acknowledged, uncertain, failed, found: await readCounter(server) };
  } finally {
    await server.stop();
  }
}

async function readCounter(server: RunningServer): Promise<number> {
  const { value } = JSON.parse(await send(server, { method: "GET", path: "/counter", body: null })) as {
    readonly value: number;
  };
  return value;
}

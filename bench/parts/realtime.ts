import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  measureFanOut,
  measureFirstResult,
  measureIdle,
  measureSpread,
  measureUntouched,
} from "../realtime/measurements.ts";
import { RealtimeServer } from "../realtime/realtime-server.ts";
import type { RealtimeResult } from "../report/service-result.ts";
import type { StartOptions } from "../servers/start-server.ts";

const SUBSCRIBERS = [10, 100, 1000, 10_000];
const MUTATIONS = 30;
/** With so many subscribers that each mutation takes long. */
const FEW_MUTATIONS = 10;
const FIRST_RESULTS = 300;
const IDLE_SOCKETS = 10_000;
const SPREAD = { clients: 1000, queriesPerClient: 10, commitsPerSecond: 50, seconds: 10 };
const UNTOUCHED = [0, 1000, 10_000, 100_000];

/** Measures live queries, each kind on a fresh server. */
export async function measureRealtime(
  options: StartOptions & { readonly log: (line: string) => void },
): Promise<RealtimeResult> {
  const on = async <T>(name: string, measure: (server: RealtimeServer) => Promise<T>): Promise<T> => {
    options.log(`live queries: ${name}`);
    const folder = join(options.folder, name);
    mkdirSync(folder, { recursive: true });
    await using server = await RealtimeServer.start({ node: options.node, folder });
    return await measure(server);
  };
  return {
    fanOut: await on("fan-out", (server) =>
      inTurn(SUBSCRIBERS, async (subscribers) => {
        const mutations = subscribers > 1000 ? FEW_MUTATIONS : MUTATIONS;
        return { subscribers, ...(await measureFanOut(server, subscribers, mutations)) };
      }),
    ),
    first: await on("first", (server) => measureFirstResult(server, FIRST_RESULTS)),
    idle: await on("idle", async (server) => {
      const bytesBefore = server.memory();
      return { sockets: IDLE_SOCKETS, bytesBefore, bytes: await measureIdle(server, IDLE_SOCKETS) };
    }),
    spread: await on("spread", async (server) => {
      const { clients, queriesPerClient, commitsPerSecond } = SPREAD;
      return { clients, queriesPerClient, commitsPerSecond, ...(await measureSpread(server, SPREAD)) };
    }),
    untouched: await on("untouched", (server) =>
      inTurn(UNTOUCHED, async (subscriptions) => ({
        subscriptions,
        commit: await measureUntouched(server, subscriptions),
      })),
    ),
  };
}

async function inTurn<T, R>(items: readonly T[], measure: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await measure(item));
  return results;
}

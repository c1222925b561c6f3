import { setTimeout as sleep } from "node:timers/promises";
import { sendAmount } from "../load/autocannon.ts";
import { mixedRequests, SEEDED_MESSAGES } from "../load/workloads.ts";
import { measureTreeMemory } from "../measure/process-tree.ts";
import type { MemoryReading } from "../report/result.ts";
import { seed } from "../servers/client.ts";
import type { ServerName } from "../servers/server-names.ts";
import { type StartOptions, startServer } from "../servers/start-server.ts";

const CONNECTIONS = 64;
/** Readings are taken when so many requests have been answered. */
const CHECKPOINTS = [50_000, 100_000];
/** What a server does after an answer belongs to the burst before, not to the reading. */
const SETTLE_MS = 3000;

/** Reads the memory of a fresh server: idle, and after bursts of all workloads mixed. */
export async function measureMemory(
  name: ServerName,
  options: StartOptions,
): Promise<readonly MemoryReading[]> {
  const server = await startServer(name, options);
  try {
    const readings: MemoryReading[] = [];
    const read = async (requests: number, failed: number): Promise<void> => {
      await sleep(SETTLE_MS);
      const bytes = measureTreeMemory(server.pid);
      if (bytes !== null) readings.push({ server: name, requests, failed, bytes });
    };
    await read(0, 0);
    await seed(server);
    let sent = SEEDED_MESSAGES;
    for (const checkpoint of CHECKPOINTS) {
      const load = { url: server.url, requests: mixedRequests(), connections: CONNECTIONS };
      const { failed } = await sendAmount({ ...load, signal: server.lost }, checkpoint - sent);
      sent = checkpoint;
      await read(sent, failed);
    }
    return readings;
  } finally {
    await server.stop();
  }
}

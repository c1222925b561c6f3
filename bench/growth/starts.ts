import { setTimeout as sleep } from "node:timers/promises";
import { measureTreeMemory } from "../measure/process-tree.ts";
import type { GrownStore } from "../parts/growth.ts";
import type { GrowthStart } from "../report/growth-result.ts";
import { type StartOptions, startDatabaseServer } from "../servers/start-server.ts";

const STARTS = 3;
const SETTLE_MS = 2000;

/** Times the start of a server on each store, and reads its memory before anybody has asked it for something. */
export async function measureGrowthStarts(
  stores: readonly GrownStore[],
  { node }: Pick<StartOptions, "node">,
): Promise<readonly GrowthStart[]> {
  // The first start pushes the app.
  for (const { folder } of stores) await (await startDatabaseServer({ node, folder })).stop();
  const starts: GrowthStart[] = [];
  for (let count = 0; count < STARTS; count++) {
    for (const { records, folder } of stores) {
      const server = await startDatabaseServer({ node, folder });
      try {
        await sleep(SETTLE_MS);
        starts.push({ records, readyMs: server.readyMs, bytes: measureTreeMemory(server.pid) });
      } finally {
        await server.stop();
      }
    }
  }
  return starts;
}

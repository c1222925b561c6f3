import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import type { StartTimes } from "../report/result.ts";
import { EXAMPLE_APP, epigraphDev } from "../servers/epigraph.ts";
import { startServerProcess } from "../servers/server-process.ts";
import type { StartOptions } from "../servers/start-server.ts";

const WARM_STARTS = 5;
/** What a run of the app leaves in its folder. */
const TRACES = new Set([".env.local", ".epigraph", "_generated", "node_modules"]);

/** Times how long `epigraph dev` takes until it is ready, on a copy of the example. */
export async function measureStart({ node, folder }: StartOptions): Promise<StartTimes> {
  const app = join(folder, "example");
  cpSync(EXAMPLE_APP, app, { recursive: true, filter: (file) => !TRACES.has(basename(file)) });
  const start = async (): Promise<number> => {
    const server = await startServerProcess(
      epigraphDev({ node, app, dataFolder: join(folder, "example-data") }),
    );
    await server.stop();
    return server.readyMs;
  };
  const firstMs = await start();
  const warmMs: number[] = [];
  for (let count = 0; count < WARM_STARTS; count++) warmMs.push(await start());
  return { firstMs, warmMs };
}

import { join } from "node:path";
import { BENCH_APP, DATABASE_APP, epigraphDev } from "./epigraph.ts";
import { nodePeer, workerdPeer } from "./peers.ts";
import type { ServerName } from "./server-names.ts";
import { type ServerCommand, type ServerProcess, startServerProcess } from "./server-process.ts";

export interface StartOptions {
  /** The executable of Node.js that runs the servers. */
  readonly node: string;
  /** Data goes into a folder in it, named after the server. */
  readonly folder: string;
  /** The share of requests that Epigraph records; none unless told, as in production. */
  readonly recordRequests?: number;
}

/** A server of the benchmark, with the folder of its data. */
export interface RunningServer extends ServerProcess {
  readonly name: ServerName;
  readonly dataFolder: string;
}

/** Starts a server with the routes of the workloads. */
export async function startServer(
  name: ServerName,
  { node, folder, recordRequests = 0 }: StartOptions,
): Promise<RunningServer> {
  const dataFolder = join(folder, name);
  const server = await startServerProcess(commandOf(name, node, dataFolder, recordRequests));
  return { ...server, name, dataFolder };
}

/** Starts Epigraph with the app of `bench/database-app` on a data folder. */
export async function startDatabaseServer({ node, folder }: StartOptions): Promise<RunningServer> {
  const flags = ["--typecheck=off", "--record-requests=0"];
  const server = await startServerProcess(
    epigraphDev({ node, app: DATABASE_APP, dataFolder: folder, flags }),
  );
  return { ...server, name: "epigraph", dataFolder: folder };
}

function commandOf(
  name: ServerName,
  node: string,
  dataFolder: string,
  recordRequests: number,
): ServerCommand {
  switch (name) {
    case "epigraph":
      // A compiler that checks types in the background would take part of the first measurements.
      return epigraphDev({
        node,
        app: BENCH_APP,
        dataFolder,
        flags: ["--typecheck=off", `--record-requests=${recordRequests}`],
      });
    case "hono":
    case "fastify":
      return nodePeer(`${name}.ts`, node, dataFolder);
    case "workerd":
      return workerdPeer(dataFolder);
  }
}

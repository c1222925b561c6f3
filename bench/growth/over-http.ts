import { CatalogueCache } from "../../packages/epigraph/src/database/catalogue/catalogue-cache.ts";
import { SqliteStore } from "../../packages/epigraph/src/store/sqlite/sqlite-store.ts";
import { recordId, recordTable } from "../data/record-database.ts";
import { RANGE_ROWS } from "../data/record-session.ts";
import { createdMsAt } from "../data/records.ts";
import type { LoadGenerator } from "../load/load-generator.ts";
import type { HttpRequest } from "../load/workloads.ts";
import type { GrownStore } from "../parts/growth.ts";
import type { GrowthMeasurement } from "../report/growth-result.ts";
import { type RunningServer, startDatabaseServer } from "../servers/start-server.ts";

export interface OverHttpOptions {
  readonly node: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly load: LoadGenerator;
  readonly log: (line: string) => void;
}

/** Enough for the server to be busy all the time. */
const CONNECTIONS = 16;
/** Sent in turn: so many keys that few are in any cache, as when all of them are asked for alike. */
const KEYS = 5000;

interface GrownServer extends GrownStore {
  readonly server: RunningServer;
  readonly requests: Readonly<Record<"httpPoint" | "httpInOrder", readonly HttpRequest[]>>;
}

/** Reads from a server on each store, all of them in turn. */
export async function measureGrowthOverHttp(
  stores: readonly GrownStore[],
  { node, rounds, seconds, load, log }: OverHttpOptions,
): Promise<readonly GrowthMeasurement[]> {
  const grown: GrownServer[] = [];
  const measurements: GrowthMeasurement[] = [];
  try {
    for (const store of stores) {
      const requests = makeRequests(store);
      grown.push({ ...store, requests, server: await startDatabaseServer({ node, folder: store.folder }) });
    }
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      log(round === 0 ? "over HTTP: warming up" : `over HTTP: round ${round} of ${rounds}`);
      for (const what of ["httpPoint", "httpInOrder"] as const) {
        for (const { records, requests, server } of grown) {
          const { url, lost: signal } = server;
          const outcome = await load.run({
            url,
            requests: requests[what],
            connections: CONNECTIONS,
            seconds,
            signal,
          });
          if (outcome.failed > 0) throw new Error(`${outcome.failed} reads of ${records} records failed.`);
          const microseconds = (outcome.seconds * 1_000_000) / outcome.answered;
          if (round > 0) measurements.push({ round, records, what, microseconds });
        }
      }
    }
    return measurements;
  } finally {
    await Promise.all(grown.map(({ server }) => server.stop()));
  }
}

function makeRequests({ records, folder }: GrownStore): GrownServer["requests"] {
  const snapshots = new SqliteStore(folder).openSnapshots();
  const snapshot = snapshots.open();
  const table = recordTable(new CatalogueCache().get(snapshot));
  snapshot.close();
  snapshots.close();
  const paths = (make: () => string): readonly HttpRequest[] =>
    Array.from({ length: KEYS }, () => ({ method: "GET", path: make(), body: null }));
  const position = (count: number): number => Math.floor(Math.random() * count);
  return {
    httpPoint: paths(() => `/record?id=${recordId(table, position(records))}`),
    httpInOrder: paths(() => `/in-order?createdMs=${createdMsAt(position(records - RANGE_ROWS))}`),
  };
}

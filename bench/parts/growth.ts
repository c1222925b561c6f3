import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { SqliteStore } from "../../packages/epigraph/src/store/sqlite/sqlite-store.ts";
import { makeRecordStore } from "../data/record-database.ts";
import { measureGrowthInProcess } from "../growth/in-process.ts";
import { measureGrowthOverHttp } from "../growth/over-http.ts";
import { measureGrowthStarts } from "../growth/starts.ts";
import type { LoadGenerator } from "../load/load-generator.ts";
import type { GrowthResult, GrowthSize } from "../report/growth-result.ts";
import type { StartOptions } from "../servers/start-server.ts";

export interface GrowthOptions extends StartOptions {
  /** How many records, ascending. */
  readonly sizes: readonly number[];
  readonly rounds: number;
  /** Of each measurement over HTTP. */
  readonly seconds: number;
  readonly load: LoadGenerator;
  readonly log: (line: string) => void;
}

/** A data folder with so many records. */
export interface GrownStore {
  readonly records: number;
  readonly folder: string;
}

/** How reads, inserts and the start of a server change as a table grows. */
export async function measureGrowth(options: GrowthOptions): Promise<GrowthResult> {
  const { sizes, folder, log } = options;
  const stores: GrownStore[] = [];
  const made: GrowthSize[] = [];
  try {
    for (const records of sizes) {
      const store = { records, folder: join(folder, String(records)) };
      stores.push(store);
      const startMs = performance.now();
      await makeRecordStore(store.folder, records);
      const seconds = (performance.now() - startMs) / 1000;
      const bytes = statSync(new SqliteStore(store.folder).path).size;
      made.push({ records, bytes, seconds });
      log(`made ${records} records in ${seconds.toFixed(0)} s: ${(bytes / 1_000_000).toFixed(0)} MB`);
    }
    const starts = await measureGrowthStarts(stores, options);
    const overHttp = await measureGrowthOverHttp(stores, options);
    // The last, for it inserts.
    const { measurements, pages } = await measureGrowthInProcess(stores, options);
    return { sizes: made, starts, measurements: [...measurements, ...overHttp], pages };
  } finally {
    for (const store of stores) rmSync(store.folder, { recursive: true, force: true });
  }
}

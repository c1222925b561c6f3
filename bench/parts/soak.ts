import { statSync } from "node:fs";
import { join } from "node:path";
import type { LoadGenerator } from "../load/load-generator.ts";
import { requestsOf } from "../load/workloads.ts";
import type { SoakResult } from "../report/result.ts";
import { seed } from "../servers/client.ts";
import { type StartOptions, startServer } from "../servers/start-server.ts";

const SECONDS = 30;
const WRITERS = 64;
const READERS = 16;
const SAMPLE_MS = 50;

/** Writes and reads without a pause, and watches how large the write-ahead log gets. */
export async function measureSoak(
  options: StartOptions & { readonly load: LoadGenerator },
): Promise<SoakResult> {
  const server = await startServer("epigraph", options);
  const log = join(server.dataFolder, "data.db-wal");
  let largestWalBytes = 0;
  const sample = (): void => {
    largestWalBytes = Math.max(largestWalBytes, statSync(log, { throwIfNoEntry: false })?.size ?? 0);
  };
  try {
    await seed(server);
    const timer = setInterval(sample, SAMPLE_MS);
    const run = { url: server.url, seconds: SECONDS, signal: server.lost };
    const [written, read] = await Promise.all([
      options.load.run({ ...run, requests: requestsOf("insert"), connections: WRITERS }),
      options.load.run({ ...run, requests: requestsOf("read"), connections: READERS }),
    ]).finally(() => clearInterval(timer));
    sample();
    if (largestWalBytes === 0) throw new Error(`There was never anything in ${log}: is that still its name?`);
    return {
      seconds: SECONDS,
      writers: WRITERS,
      readers: READERS,
      writes: written.answered,
      reads: read.answered,
      failed: written.failed + read.failed,
      largestWalBytes,
    };
  } finally {
    await server.stop();
  }
}

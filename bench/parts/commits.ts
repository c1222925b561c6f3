import { statSync } from "node:fs";
import { SqliteStore } from "../../packages/epigraph/src/store/sqlite/sqlite-store.ts";
import { makeRecordStore } from "../data/record-database.ts";
import { RecordSession } from "../data/record-session.ts";
import { recordAt } from "../data/records.ts";
import { commitAtRate, type MakeRequest } from "../load/commit-load.ts";
import { MeasuredCommitter } from "../measure/measured-committer.ts";
import type { CommitsResult } from "../report/database-result.ts";
import { percentileOf } from "../report/spread.ts";

export interface CommitsOptions {
  readonly folder: string;
  /** In the table beforehand. */
  readonly records: number;
}

const PER_SECOND = 5000;
const WARM_UP_SECONDS = 3;
const SECONDS = 30;
const SAMPLE_MS = 20;

/** Inserts and changes of records at a steady rate: how long each takes, and what checkpoints do to them. */
export async function measureCommits({ folder, records }: CommitsOptions): Promise<CommitsResult> {
  await makeRecordStore(folder, records);
  const store = new SqliteStore(folder);
  const snapshots = store.openSnapshots();
  const session = new RecordSession(snapshots);
  let next = records;
  const make: MakeRequest = () => {
    const position = next++;
    return position % 2 === 0
      ? session.insert(recordAt(position))
      : session.patch(Math.floor(Math.random() * records), `Changed by ${position}`);
  };
  const committer = await MeasuredCommitter.start(store.path);
  let largestWalBytes = 0;
  const timer = setInterval(() => {
    largestWalBytes = Math.max(largestWalBytes, statSync(`${store.path}-wal`).size);
  }, SAMPLE_MS);
  try {
    const client = await committer.connect();
    await commitAtRate(client, make, { perSecond: PER_SECOND, seconds: WARM_UP_SECONDS });
    await committer.counts();
    const startMs = performance.now();
    const latencies = await commitAtRate(client, make, { perSecond: PER_SECOND, seconds: SECONDS });
    const tookSeconds = (performance.now() - startMs) / 1000;
    const { groups, checkpointMs } = await committer.counts();
    return {
      records,
      seconds: SECONDS,
      perSecond: latencies.length / tookSeconds,
      commitsPerGroup: latencies.length / groups.length,
      p50Ms: percentileOf(latencies, 50),
      p99Ms: percentileOf(latencies, 99),
      p999Ms: percentileOf(latencies, 99.9),
      checkpoints: checkpointMs.length,
      checkpointP99Ms: percentileOf(checkpointMs, 99),
      largestWalBytes,
    };
  } finally {
    clearInterval(timer);
    await committer.close();
    snapshots.close();
  }
}

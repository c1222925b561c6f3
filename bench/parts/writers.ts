import { realpathSync } from "node:fs";
import { join } from "node:path";
import { SqliteStore } from "../../packages/epigraph/src/store/sqlite/sqlite-store.ts";
import { makeRecordStore } from "../data/record-database.ts";
import { RecordSession } from "../data/record-session.ts";
import { recordAt } from "../data/records.ts";
import { commitInLoops, type MakeRequest } from "../load/commit-load.ts";
import { countSyncs } from "../measure/count-syncs.ts";
import { measureSync } from "../measure/machine.ts";
import { MeasuredCommitter } from "../measure/measured-committer.ts";
import type { WritersResult } from "../report/database-result.ts";
import { spreadOf } from "../report/spread.ts";

export interface WritersOptions {
  readonly folder: string;
  /** In the table beforehand. */
  readonly records: number;
  /** Of each measurement. */
  readonly seconds: number;
}

const WRITERS = 64;
const SLOW_SYNC_MS = 5;
/** Few enough for the log not to need a checkpoint, which syncs it too. */
const COUNTED_RECORDS = 1000;
const COUNTED_TIMES = 10;

/** Commits from one writer, from many, and from many on a slow disk: how well the committer groups them. */
export async function measureWriters({ folder, records, seconds }: WritersOptions): Promise<WritersResult> {
  const syncs = await countGroupSyncs(join(folder, "small"));
  await makeRecordStore(folder, records);
  const store = new SqliteStore(folder);
  const snapshots = store.openSnapshots();
  const session = new RecordSession(snapshots);
  let next = records;
  const make: MakeRequest = () => session.insert(recordAt(next++));
  const measure = async (
    writers: number,
    syncDelayMs: number,
  ): Promise<{ readonly latencies: readonly number[]; readonly groups: readonly number[] }> => {
    const committer = await MeasuredCommitter.start(store.path, syncDelayMs);
    try {
      const client = await committer.connect();
      const latencies = await commitInLoops(client, make, { writers, seconds });
      return { latencies, groups: (await committer.counts()).groups };
    } finally {
      await committer.close();
    }
  };
  try {
    const lone = await measure(1, 0);
    const syncMs = measureSync(folder);
    const many = await measure(WRITERS, 0);
    const slow = await measure(WRITERS, SLOW_SYNC_MS);
    return {
      records,
      writers: WRITERS,
      syncMs,
      loneCommitMs: spreadOf(lone.latencies).median,
      commitsPerSecond: many.latencies.length / seconds,
      commitsPerGroup: many.latencies.length / many.groups.length,
      syncs,
      slowSyncMs: SLOW_SYNC_MS,
      slowCommitsPerGroup: slow.latencies.length / slow.groups.length,
    };
  } finally {
    snapshots.close();
  }
}

/** Counts how often the log is synced for groups of all writers; null where that can't be seen. */
async function countGroupSyncs(folder: string): Promise<WritersResult["syncs"]> {
  await makeRecordStore(folder, COUNTED_RECORDS);
  const path = realpathSync(new SqliteStore(folder).path);
  const snapshots = new SqliteStore(folder).openSnapshots();
  const session = new RecordSession(snapshots);
  const committer = await MeasuredCommitter.start(path);
  try {
    const client = await committer.connect();
    const logSyncs = await countSyncs(`${path}-wal`, join(folder, "strace.txt"), async () => {
      for (let position = COUNTED_RECORDS, times = 0; times < COUNTED_TIMES; times++) {
        const requests = Array.from({ length: WRITERS }, () => session.insert(recordAt(position++)));
        await Promise.all(requests.map((request) => client.commit(request)));
      }
    });
    const { groups } = await committer.counts();
    return logSyncs === null ? null : { groups: groups.length, logSyncs };
  } finally {
    await committer.close();
    snapshots.close();
  }
}

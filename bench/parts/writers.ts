import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
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
const LONE_TIMES = 20;
const LONE_SECONDS = 0.1;

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
    syncDelayMs: number,
  ): Promise<{ readonly perSecond: number; readonly perGroup: number }> => {
    const committer = await MeasuredCommitter.start(store.path, syncDelayMs);
    try {
      const load = { writers: WRITERS, seconds };
      const { length } = await commitInLoops(await committer.connect(), make, load);
      const { groups } = await committer.counts();
      return { perSecond: length / seconds, perGroup: length / groups.length };
    } finally {
      await committer.close();
    }
  };
  try {
    const lone = await commitAlone(store.path, make);
    const many = await measure(0);
    const slow = await measure(SLOW_SYNC_MS);
    return {
      records,
      writers: WRITERS,
      ...lone,
      commitsPerSecond: many.perSecond,
      commitsPerGroup: many.perGroup,
      syncs,
      slowSyncMs: SLOW_SYNC_MS,
      slowCommitsPerGroup: slow.perGroup,
    };
  } finally {
    snapshots.close();
  }
}

/** Commits from one writer, and bare syncs in turn with them: a disk is not as fast at any time. */
async function commitAlone(
  path: string,
  make: MakeRequest,
): Promise<Pick<WritersResult, "syncMs" | "loneCommitMs">> {
  const committer = await MeasuredCommitter.start(path);
  const syncMs: number[] = [];
  const commitMs: number[] = [];
  try {
    const client = await committer.connect();
    for (let times = 0; times < LONE_TIMES; times++) {
      syncMs.push(measureSync(dirname(path)));
      commitMs.push(...(await commitInLoops(client, make, { writers: 1, seconds: LONE_SECONDS })));
    }
    return { syncMs: spreadOf(syncMs).median, loneCommitMs: spreadOf(commitMs).median };
  } finally {
    await committer.close();
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

import { readFileSync } from "node:fs";
import { Committer } from "../../packages/epigraph/src/database/committer/committer.ts";
import { PAGE_SIZE_BYTES } from "../../packages/epigraph/src/store/sqlite/open-database.ts";
import { SqliteStore } from "../../packages/epigraph/src/store/sqlite/sqlite-store.ts";
import type { SnapshotSource } from "../../packages/epigraph/src/store/store.ts";
import { type ReadKind, RecordSession } from "../data/record-session.ts";
import { recordAt } from "../data/records.ts";
import { UncachedSnapshots } from "../data/uncached-snapshots.ts";
import type { GrownStore } from "../parts/growth.ts";
import type { GrowthMeasurement, PagesTouched } from "../report/growth-result.ts";

export interface InProcessOptions {
  readonly rounds: number;
  readonly log: (line: string) => void;
}

interface GrownSession extends GrownStore {
  readonly snapshots: SnapshotSource;
  readonly session: RecordSession;
}

/** How many reads one query function makes, and how many functions are timed together. */
const READS: Readonly<Record<ReadKind, { readonly each: number; readonly functions: number }>> = {
  point: { each: 10, functions: 500 },
  inOrder: { each: 1, functions: 200 },
  scattered: { each: 1, functions: 200 },
};
const KINDS = Object.keys(READS) as readonly ReadKind[];
const GROUP = 64;
const GROUPS = 48;
const PAGE_SAMPLES = 500;

/** Measures all stores in turn, over and over, in this process: reads, the pages they touch, then inserts. */
export async function measureGrowthInProcess(
  stores: readonly GrownStore[],
  { rounds, log }: InProcessOptions,
): Promise<{ readonly measurements: readonly GrowthMeasurement[]; readonly pages: readonly PagesTouched[] }> {
  const pages = stores.flatMap(countPages);
  const measurements: GrowthMeasurement[] = [];
  const sessions: readonly GrownSession[] = stores.map((store) => {
    const snapshots = new SqliteStore(store.folder).openSnapshots();
    return { ...store, snapshots, session: new RecordSession(snapshots) };
  });
  try {
    // The first round of each warms up.
    for (let round = 0; round <= rounds; round++) {
      log(round === 0 ? "reads: warming up" : `reads: round ${round} of ${rounds}`);
      for (const what of KINDS) {
        for (const grown of sessions) {
          const microseconds = timeReads(grown, what);
          if (round > 0) measurements.push({ round, records: grown.records, what, microseconds });
        }
      }
    }
    for (let round = 0; round <= rounds; round++) {
      log(round === 0 ? "inserts: warming up" : `inserts: round ${round} of ${rounds}`);
      for (const grown of sessions) {
        const microseconds = await timeInserts(grown, round);
        if (round > 0) measurements.push({ round, records: grown.records, what: "insert", microseconds });
      }
    }
    return { measurements, pages };
  } finally {
    for (const { snapshots } of sessions) snapshots.close();
  }
}

/** Of one read, in microseconds of this thread: on warm data it waits for nothing, and whoever shares the machine does not count. */
function timeReads({ session, records }: GrownSession, kind: ReadKind): number {
  const { each, functions } = READS[kind];
  const places = Array.from({ length: functions }, () => Array.from({ length: each }, Math.random));
  const before = process.threadCpuUsage();
  for (const some of places) session.read(kind, some, records);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / (functions * each);
}

/** Of one insert through the committer, in microseconds, with the checkpoints that they need. */
async function timeInserts({ session, folder, records }: GrownSession, round: number): Promise<number> {
  const committer = new Committer(new SqliteStore(folder).openWriter(), { nowMs: Date.now });
  try {
    let position = records + round * GROUP * GROUPS;
    const startMs = performance.now();
    for (let count = 0; count < GROUPS; count++) {
      const requests = Array.from({ length: GROUP }, () => session.insert(recordAt(position++)));
      const outcomes = await Promise.all(requests.map((request) => committer.commit(request)));
      const failed = outcomes.find(({ type }) => type !== "committed");
      if (failed !== undefined) throw new Error(`An insert was not committed: ${JSON.stringify(failed)}`);
    }
    return ((performance.now() - startMs) * 1000) / (GROUP * GROUPS);
  } finally {
    committer.close();
  }
}

/** How many pages one read of each kind takes from the file when none is kept between two uses. */
function countPages({ records, folder }: GrownStore): readonly PagesTouched[] {
  if (process.platform !== "linux") return [];
  const snapshots = new UncachedSnapshots(new SqliteStore(folder).path);
  const session = new RecordSession(snapshots);
  try {
    return KINDS.map((what) => {
      const places = Array.from({ length: PAGE_SAMPLES }, Math.random);
      const readAll = (): number => {
        const before = bytesRead();
        for (const place of places) session.read(what, [place], records);
        return bytesRead() - before;
      };
      readAll();
      // What a function reads besides its documents, the head of the store above all, is part of it.
      return { records, what, pages: readAll() / PAGE_SIZE_BYTES / PAGE_SAMPLES };
    });
  } finally {
    snapshots.close();
  }
}

/** All that this process has read from files so far, whether the disk was needed or not. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Committer } from "../../src/database/committer/committer.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { withImage } from "./image.ts";
import { checkPairs, pairRequest } from "./pairs.ts";
import { FRAME_BYTES, WalLog } from "./wal-log.ts";

/** What a group had made of the files when its members were told that they are stored. */
interface Acknowledged {
  readonly ts: number;
  /** Which run of the log, and where its newest frame ended. */
  readonly run: string;
  readonly end: number;
  /** Number of keys that were acknowledged by then. */
  readonly keys: number;
}

/** The database file of one moment with the log of a later one, as a crash between the two may leave them. */
interface Moment {
  readonly first: Acknowledged;
  readonly data: Buffer;
  readonly log: Buffer;
  /** Groups from the first on, that one included. */
  readonly groups: readonly Acknowledged[];
}

export interface TornLogOptions {
  readonly groups: number;
  /** Where logs are torn: behind what was acknowledged, or in the last frame of that, which must show. */
  readonly where: "behind" | "inside";
  readonly random: () => number;
}

export interface TornLogResult {
  readonly groups: number;
  readonly runs: number;
  readonly cuts: number;
  readonly problems: readonly string[];
}

const MAX_GROUP = 16;
/** Of all groups, those after which the database file is copied. */
const SHARE_OF_MOMENTS = 0.1;
const MAX_GROUPS_BETWEEN = 12;
const CUTS_OF_A_MOMENT = 4;
const WAYS = ["cut", "zeros", "noise", "lost sectors"] as const;
const SECTOR_BYTES = 512;

/**
 * Commits groups with the real committer on the real store, then tears copies of the log at any byte behind what was
 * acknowledged. A log whose first damaged byte is behind the last frame of a group holds exactly the groups up to it.
 */
export function proveTornLog(options: TornLogOptions): TornLogResult {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-torn-"));
  try {
    const data = join(folder, "data");
    mkdirSync(data);
    const keys: string[] = [];
    const problems: string[] = [];
    const runs = new Set<string>();
    let cuts = 0;
    for (const moment of commitGroups(data, keys, options)) {
      runs.add(moment.first.run);
      for (let cut = 0; cut < CUTS_OF_A_MOMENT; cut++) {
        const way = WAYS[cuts++ % WAYS.length]!;
        const problem = tear(join(folder, "image"), moment, keys, way, options);
        problems.push(...problem.map((text) => `Group of ${moment.first.ts}, ${way}: ${text}`));
      }
    }
    return { groups: options.groups, runs: runs.size, cuts, problems };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function* commitGroups(
  folder: string,
  keys: string[],
  { groups, random }: TornLogOptions,
): Generator<Moment> {
  const store = new SqliteStore(folder);
  const writer = store.openWriter();
  const log = new WalLog(`${store.path}-wal`);
  let newest: Acknowledged | null = null;
  const committer = new Committer(writer, {
    nowMs: Date.now,
    onGroup: (ts) => {
      newest = { ts, ...log.look(), keys: keys.length };
    },
  });
  let opened: { readonly data: Buffer; readonly since: Acknowledged[]; readonly until: number } | null = null;
  try {
    for (let group = 0; group < groups; group++) {
      const size = 1 + Math.floor(random() * MAX_GROUP);
      for (let member = 0; member < size; member++) {
        const key = `${group}-${member}`;
        committer.submit(pairRequest(key), ({ type }) => {
          if (type !== "committed") throw new Error(`${key} was not committed`);
          keys.push(key);
        });
      }
      const before = newest as Acknowledged | null;
      committer.flush();
      const after = newest as unknown as Acknowledged;
      const isNewRun = before?.run !== after.run;
      if (isNewRun) opened = null;
      if (opened === null) {
        // The first group of a run stands in front of what is left of the one before.
        if (!isNewRun && random() >= SHARE_OF_MOMENTS) continue;
        const until = group + Math.floor(random() * MAX_GROUPS_BETWEEN);
        opened = { data: readFileSync(store.path), since: [after], until };
      } else opened.since.push(after);
      if (group < opened.until) continue;
      const { data, since } = opened;
      opened = null;
      yield { first: since[0]!, data, log: readFileSync(`${store.path}-wal`), groups: since };
    }
  } finally {
    log.close();
    committer.close();
  }
}

function tear(
  folder: string,
  { first, data, log, groups }: Moment,
  keys: readonly string[],
  way: (typeof WAYS)[number],
  { where, random }: TornLogOptions,
): readonly string[] {
  const [start, end] =
    where === "behind"
      ? [first.end, Math.min(log.length, groups.at(-1)!.end + SECTOR_BYTES)]
      : [first.end - FRAME_BYTES, first.end];
  const offset = start + Math.floor(random() * (end - start));
  const torn = damage(log, offset, way, random);
  const difference = firstDifference(log, torn);
  const expected = groups.findLast(({ end }) => end <= difference) ?? first;
  return withImage(folder, { data, log: torn }, (store) => {
    const inspection = store.inspect();
    try {
      const { ts } = inspection.snapshot;
      const acknowledged = new Set(keys.slice(0, expected.keys));
      const problems = [...checkPairs(inspection, acknowledged)];
      if (ts !== expected.ts) problems.push(`The newest commit is ${ts} instead of ${expected.ts}.`);
      return problems;
    } finally {
      inspection.close();
    }
  });
}

function damage(log: Buffer, offset: number, way: (typeof WAYS)[number], random: () => number): Buffer {
  if (way === "cut") return log.subarray(0, offset);
  const torn = Buffer.from(log);
  const noise = (from: number, to: number): void => {
    for (let i = from; i < to; i++) torn[i] = Math.floor(random() * 256);
  };
  if (way === "zeros") torn.fill(0, offset);
  else if (way === "noise") noise(offset, torn.length);
  else {
    for (let sector = offset; sector < torn.length; sector += SECTOR_BYTES) {
      if (random() < 0.5) noise(sector, Math.min(torn.length, sector + SECTOR_BYTES));
    }
  }
  return torn;
}

function firstDifference(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  for (let i = 0; i < length; i++) if (one[i] !== other[i]) return i;
  return length;
}

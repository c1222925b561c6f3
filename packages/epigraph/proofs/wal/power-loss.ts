import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { withImage } from "./image.ts";
import { checkPairs } from "./pairs.ts";
import { type Loss, SimulatedDisk } from "./simulated-disk.ts";
import { readTrace, runTraced } from "./trace.ts";

const COMMITTER = join(import.meta.dirname, "commit-many.ts");
const OFF = pathToFileURL(join(import.meta.dirname, "synchronous-off.ts")).href;
const LOSSES: readonly Loss[] = ["all", "the last", "some sectors"];

// https://sqlite.org/fileformat2.html#walformat
const FRAME_HEADER_BYTES = 24;
const FRAME_PAGES_OFFSET = 4;

export interface PowerLossOptions {
  /** Commits that are acknowledged before the run ends. */
  readonly commits: number;
  /** Moments at which the power is lost, about. */
  readonly losses: number;
  /** `OFF` takes away what all this is about. */
  readonly synchronous: "FULL" | "OFF";
  readonly random: () => number;
}

export interface PowerLossResult {
  readonly acknowledged: number;
  readonly losses: number;
  /** Syncs of the write-ahead log and of the database file. */
  readonly syncs: { readonly log: number; readonly database: number };
  /** Written to the log: groups of commits, and housekeeping that waits for no sync. */
  readonly transactions: number;
  /** How often the committer's thread sent answers; and how often while what it wrote to the log was not synced. */
  readonly answers: number;
  readonly earlyAnswers: number;
  /** How often the log was started anew: what was in it had been copied into the database file by then. */
  readonly logStarts: number;
  readonly problems: readonly string[];
}

/**
 * Lets the real committer commit under load, with every call of the system written down; then plays its calls on a disk
 * that loses power at random moments, and looks at what a start finds there.
 */
export async function provePowerLoss(options: PowerLossOptions): Promise<PowerLossResult> {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-power-"));
  try {
    const data = join(folder, "data");
    mkdirSync(data);
    const store = new SqliteStore(data);
    // Made before: that the first start is durable is not the question.
    store.openWriter().close();
    const initial = readFileSync(store.path);
    const trace = join(folder, "trace");
    await runTraced(trace, [COMMITTER, data, String(options.commits)], {
      TMPDIR: folder,
      ...(options.synchronous === "OFF" ? { NODE_OPTIONS: `--import=${OFF}` } : {}),
    });
    return await play(trace, store.path, initial, join(folder, "image"), options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function play(
  trace: string,
  path: string,
  initial: Buffer,
  imageFolder: string,
  { commits, losses, random }: PowerLossOptions,
): Promise<PowerLossResult> {
  const log = `${path}-wal`;
  const disk = new SimulatedDisk({ [path]: initial });
  const acknowledged = new Set<string>();
  const problems: string[] = [];
  const result = {
    losses: 0,
    syncs: { log: 0, database: 0 },
    transactions: 0,
    answers: 0,
    earlyAnswers: 0,
    logStarts: 0,
  };
  let committer: string | null = null;
  let isSynced = true;
  const lose = (): void => {
    const loss = LOSSES[result.losses++ % LOSSES.length]!;
    const image = { data: disk.afterLoss(path, loss, random), log: disk.afterLoss(log, loss, random) };
    for (const problem of withImage(imageFolder, image, (store) => checkStore(store, acknowledged))) {
      problems.push(`${acknowledged.size} acknowledged, ${loss} lost of what was not synced: ${problem}`);
    }
  };
  // Half of the losses follow an acknowledgement, when it is most tempting not to have kept it.
  const share = losses / 2 / commits;
  const shareOfWrites = share / 4;
  for await (const event of readTrace(trace)) {
    disk.take(event);
    switch (event.type) {
      case "printed":
        for (const key of event.text.split("\n")) if (key !== "") acknowledged.add(key);
        if (random() < share) lose();
        break;
      case "write":
        if (event.file === log) {
          committer = event.thread;
          isSynced = false;
          if (event.offset === 0) result.logStarts++;
          else if (endsTransaction(event.bytes)) result.transactions++;
        }
        if ((event.file === log || event.file === path) && random() < shareOfWrites) lose();
        break;
      case "synced":
        if (event.file === log) {
          result.syncs.log++;
          if (event.thread === committer) isSynced = true;
        } else if (event.file === path) result.syncs.database++;
        break;
      case "sent":
        if (event.thread !== committer) break;
        result.answers++;
        if (!isSynced) result.earlyAnswers++;
    }
  }
  return { ...result, acknowledged: acknowledged.size, problems };
}

function checkStore(store: SqliteStore, acknowledged: ReadonlySet<string>): readonly string[] {
  const inspection = store.inspect();
  try {
    return checkPairs(inspection, acknowledged);
  } finally {
    inspection.close();
  }
}

/** The header of a frame that ends a transaction tells how many pages the database has then. */
function endsTransaction(bytes: Buffer): boolean {
  return bytes.length === FRAME_HEADER_BYTES && bytes.readUInt32BE(FRAME_PAGES_OFFSET) > 0;
}

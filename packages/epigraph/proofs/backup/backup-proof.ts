import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommitterThread } from "../../src/database/committer/committer-thread.ts";
import { Database } from "../../src/database/database.ts";
import { insertDocument } from "../../src/database/documents/write-document.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { StoreBackup } from "../../src/store/store.ts";
import { verifyDataFolder } from "../../src/verify-data.ts";

export interface BackupProofOptions {
  /** Megabytes that are there before anybody measures. */
  readonly megabytes: number;
  /** How long commits are measured without a backup. */
  readonly ms: number;
}

export interface BackupProofResult {
  readonly backup: StoreBackup;
  readonly backupMs: number;
  /** Durations of commits in milliseconds, as writers saw them. */
  readonly without: readonly number[];
  readonly during: readonly number[];
  readonly problems: readonly string[];
}

const WRITERS = 64;
const TEXT = "x".repeat(1000);
/** Documents of one commit while the store is filled. */
const FILL = 500;

/** Makes a backup while 64 writers commit, and compares it with the store that went on. */
export async function proveBackup({ megabytes, ms }: BackupProofOptions): Promise<BackupProofResult> {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-backup-"));
  const data = join(folder, "data");
  const copy = join(folder, "copy");
  for (const path of [data, copy]) mkdirSync(path);
  try {
    const measured = await measure(data, new SqliteStore(copy).path, { megabytes, ms });
    const problems = await compare(data, copy, measured.backup);
    return { ...measured, problems };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(
  folder: string,
  path: string,
  { megabytes, ms }: BackupProofOptions,
): Promise<Omit<BackupProofResult, "problems">> {
  const thread = await CommitterThread.start({
    dataFolder: folder,
    onNotice: () => {},
    onStopped: (error) => {
      throw error;
    },
  });
  const client = await thread.connect("main");
  const snapshots = new SqliteStore(folder).openSnapshots();
  const database = new Database({
    snapshots,
    committer: client,
    nowMs: Date.now,
    random: randomBytes,
    sleep: (delayMs) => sleep(delayMs),
  });
  const insert = (count: number, writer: number): Promise<void> =>
    database.write("proof", (transaction) => {
      for (let i = 0; i < count; i++) insertDocument(transaction, "", "notes", { writer, text: TEXT });
    });
  try {
    for (let written = 0; written < megabytes * 1000; written += FILL) await insert(FILL, -1);
    let durations: number[] = [];
    let isOver = false;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      while (!isOver) {
        const startMs = performance.now();
        // Two at once: a copy must have both.
        await insert(2, writer);
        durations.push(performance.now() - startMs);
      }
    });
    await sleep(ms);
    const without = durations;
    durations = [];
    const startMs = performance.now();
    const backup = await thread.backUp(path);
    const backupMs = performance.now() - startMs;
    const during = durations;
    isOver = true;
    await Promise.all(writers);
    return { backup, backupMs, without, during };
  } finally {
    snapshots.close();
    await client.close();
    await thread.close();
  }
}

/** The copy must be sound, and hold what the store had at its timestamp: nothing was updated or deleted since. */
async function compare(folder: string, copy: string, { ts }: StoreBackup): Promise<readonly string[]> {
  const problems: string[] = [];
  if (readdirSync(copy).join() !== "data.db") problems.push(`Beside the copy there is ${readdirSync(copy)}.`);
  const options = { kept: 10, onProgress: () => {}, signal: new AbortController().signal };
  const found = await verifyDataFolder(copy, options);
  problems.push(...(found?.problems.first ?? ["The copy is empty."]));
  const original = new SqliteStore(folder).inspect();
  const copied = new SqliteStore(copy).inspect();
  try {
    if (copied.snapshot.ts !== ts) problems.push(`The copy is of ${copied.snapshot.ts} instead of ${ts}.`);
    const rest = copied.documents()[Symbol.iterator]();
    for (const document of original.documents()) {
      if (document.ts > ts) continue;
      const other = rest.next();
      if (other.done !== true && other.value.row === document.row && other.value.json === document.json)
        continue;
      problems.push(`The copy lacks document row ${document.row} of ${document.ts}.`);
      break;
    }
    if (rest.next().done !== true) problems.push(`The copy has more than what there was at ${ts}.`);
  } finally {
    original.close();
    copied.close();
  }
  // And can be gone on with.
  new SqliteStore(copy).openWriter().close();
  return problems;
}

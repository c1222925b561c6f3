import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Verification } from "./database/verify/verification.ts";
import { type VerifyOptions, verifyDatabase } from "./database/verify/verify-database.ts";
import { type BackupManifest, DATABASE } from "./services/backup/manifest.ts";
import { readBackup } from "./services/backup/read-backup.ts";
import { acquireDataFolder } from "./store/sqlite/data-folder.ts";
import { raiseClock, readClock } from "./store/sqlite/raise-clock.ts";
import { SqliteStore } from "./store/sqlite/sqlite-store.ts";
import { ticksFromMilliseconds } from "./store/ticks.ts";

export interface RestoreOptions extends VerifyOptions {
  /** Whether data that is there may be put aside. */
  readonly isReplacing: boolean;
  readonly nowMs: number;
}

export type RestoreOutcome =
  | { readonly type: "restored"; readonly manifest: BackupManifest; readonly aside: string | null }
  /** There is data, and it was not to be replaced. */
  | { readonly type: "occupied" }
  /** What the backup holds is not well; nothing was changed. */
  | { readonly type: "broken"; readonly verification: Verification };

/** What belongs to the process that has the folder, not to the data. */
const OWN = new Set(["lock.db", "lock.db-journal", "owner.json"]);

/**
 * Puts a backup into a data folder on which no deployment runs. Everything is read, compared with its sums and checked
 * before anything that is there is touched; what was there is moved aside, not deleted.
 * @throws BackupError, or StoreError `StoreLocked`
 */
export async function restoreDataFolder(
  backup: string,
  dataFolder: string,
  options: RestoreOptions,
): Promise<RestoreOutcome> {
  const folder = acquireDataFolder(dataFolder);
  const draft = join(dataFolder, "restoring");
  try {
    const there = readdirSync(dataFolder).filter(
      (name) => !OWN.has(name) && name !== "restoring" && !name.startsWith("replaced-"),
    );
    if (there.length > 0 && !options.isReplacing) return { type: "occupied" };
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    const manifest = await readBackup(backup, draft, (name) => options.onProgress(name, null));
    const verification = await verify(draft, options);
    if (verification.problems.count > 0) return { type: "broken", verification };
    const before = readClock(join(dataFolder, DATABASE));
    raiseClock(join(draft, DATABASE), Math.max(before, ticksFromMilliseconds(options.nowMs)));
    const aside = there.length === 0 ? null : join(dataFolder, `replaced-${options.nowMs}`);
    if (aside !== null) {
      mkdirSync(aside, { mode: 0o700 });
      for (const name of there) renameSync(join(dataFolder, name), join(aside, name));
    }
    // The database last: a deployment finds all that it names.
    const parts = readdirSync(draft).sort((a, b) => Number(a === DATABASE) - Number(b === DATABASE));
    for (const name of parts) renameSync(join(draft, name), join(dataFolder, name));
    return { type: "restored", manifest, aside };
  } finally {
    rmSync(draft, { recursive: true, force: true });
    folder.release();
  }
}

async function verify(folder: string, options: VerifyOptions): Promise<Verification> {
  const inspection = new SqliteStore(folder).inspect();
  try {
    return await verifyDatabase(inspection, options);
  } finally {
    inspection.close();
  }
}

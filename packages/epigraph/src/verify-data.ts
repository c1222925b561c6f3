import { existsSync } from "node:fs";
import type { Verification } from "./database/verify/verification.ts";
import { type VerifyOptions, verifyDatabase } from "./database/verify/verify-database.ts";
import { acquireDataFolder } from "./store/sqlite/data-folder.ts";
import { SqliteStore } from "./store/sqlite/sqlite-store.ts";

/**
 * Checks all that a data folder holds, while no deployment runs on it. Changes nothing that is stored.
 * @returns null when there is nothing in the folder.
 * @throws StoreError `StoreLocked`, `StoreCorrupt`, `StoreUnreadable` or `StoreVersion`.
 */
export async function verifyDataFolder(path: string, options: VerifyOptions): Promise<Verification | null> {
  const store = new SqliteStore(path);
  if (!existsSync(store.path) && !existsSync(`${store.path}-wal`)) return null;
  const folder = acquireDataFolder(path);
  try {
    const inspection = store.inspect();
    try {
      return await verifyDatabase(inspection, options);
    } finally {
      inspection.close();
    }
  } finally {
    folder.release();
  }
}

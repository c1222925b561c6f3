import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../store.ts";
import { SQLITE_BUSY, sqliteErrorCode } from "./sqlite-error.ts";

/** The folder that holds everything of one deployment, taken by this process. */
export interface DataFolder {
  readonly path: string;
  /** Says where the owner listens, for the message that a second process gets. */
  announce(url: string): void;
  release(): void;
}

/** Locks that are held: one that nobody refers to would be closed, and so given up, by the garbage collector. */
const held = new Set<DatabaseSync>();

/**
 * Takes a data folder for this process, making it when it is absent. The lock is an exclusive SQLite transaction on a
 * file of its own: the system frees it when the process ends, however it ends.
 * @throws StoreError `StoreLocked`, naming the owner.
 */
export function acquireDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const ownerFile = join(path, "owner.json");
  const lock = new DatabaseSync(join(path, "lock.db"), { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    if (sqliteErrorCode(cause) !== SQLITE_BUSY) throw cause;
    throw new StoreError(
      "StoreLocked",
      `The data folder ${path} is in use by ${describeOwner(ownerFile)}. Stop that process first, or choose another folder.`,
      { cause },
    );
  }
  held.add(lock);
  const announce = (url: string | null): void => {
    writeFileSync(ownerFile, JSON.stringify({ pid: process.pid, url }), { mode: 0o600 });
  };
  announce(null);
  return {
    path,
    announce,
    release() {
      rmSync(ownerFile, { force: true });
      held.delete(lock);
      lock.close();
    },
  };
}

function describeOwner(file: string): string {
  try {
    const { pid, url } = JSON.parse(readFileSync(file, "utf8")) as { pid: number; url: string | null };
    return url === null ? `process ${pid}` : `process ${pid} (${url})`;
  } catch {
    // Just taken, and not yet signed.
    return "another process";
  }
}

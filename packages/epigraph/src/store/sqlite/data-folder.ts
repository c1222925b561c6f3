import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../store.ts";

export interface DataFolder {
  readonly path: string;
  /** Says where the owner listens, for the message that a second process gets. */
  announce(url: string): void;
  release(): void;
}

/**
 * Takes a data folder for this process. The lock is an exclusive SQLite transaction: the system frees it when the
 * process ends, however it ends.
 * @throws StoreError `StoreLocked` naming the owner.
 */
export function acquireDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(path, "lock.db"), { timeout: 0 });
  const ownerFile = join(path, "owner.json");
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    throw new StoreError(
      "StoreLocked",
      `The data folder ${path} is in use by ${describeOwner(ownerFile)}. Stop that process first, or choose another folder with --data.`,
      { cause },
    );
  }
  const write = (url: string | null): void =>
    writeFileSync(ownerFile, JSON.stringify({ pid: process.pid, url }), { mode: 0o600 });
  write(null);
  return {
    path,
    announce: write,
    release() {
      lock.exec("ROLLBACK");
      lock.close();
    },
  };
}

function describeOwner(file: string): string {
  try {
    const { pid, url } = JSON.parse(readFileSync(file, "utf8")) as { pid: number; url: string | null };
    return url === null ? `process ${pid}` : `process ${pid} (${url})`;
  } catch {
    return "another process";
  }
}

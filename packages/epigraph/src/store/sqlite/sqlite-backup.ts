import { rmSync } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { type StoreBackup, StoreError } from "../store.ts";
import type { Ticks } from "../ticks.ts";

/** 1 MiB: what a commit waits for at most while it is copied. */
const STEP_PAGES = 256;
/**
 * After so many pages (16 MiB) the copy is synced on the side: the sync that SQLite itself does at the end, while it lets
 * nobody write, then finds little to do.
 */
const SYNC_EVERY_PAGES = 4096;
/** For another thread to begin a step before the next group of commits does. Longer after each step that came too late. */
const MIN_WAIT_MS = 0.2;
const MAX_WAIT_MS = 8;

/**
 * Copies a database through the connection that writes it, so that what is written meanwhile goes into the copy as well
 * and nothing ever begins anew. SQLite's steps run in another thread, hold the connection while they do, and find it
 * busy while a transaction is open: without the short waits here a step would hardly ever come between two commits.
 */
export async function backUpDatabase(
  database: DatabaseSync,
  path: string,
  signal: AbortSignal,
): Promise<StoreBackup> {
  const partial = `${path}.partial`;
  let file: FileHandle | null = null;
  try {
    rmSync(partial, { force: true });
    file = await open(partial, "wx", 0o600);
    await copy(database, partial, file, signal);
    const ts = readTs(partial);
    await file.sync();
    const { size: bytes } = await file.stat();
    await rename(partial, path);
    await syncFolder(dirname(path));
    return { ts, bytes };
  } catch (cause) {
    // SQLite's own journal of the copy too.
    for (const name of [partial, `${partial}-journal`]) rmSync(name, { force: true });
    const why = signal.aborted ? "the deployment stopped meanwhile" : (cause as Error).message;
    throw new StoreError(
      "BackupFailed",
      `The backup to ${path} was not written: ${why}. The deployment itself is well; nothing is left of the copy. Check that the disk has room for it, and try again.`,
      { cause },
    );
  } finally {
    await file?.close();
  }
}

async function copy(
  database: DatabaseSync,
  partial: string,
  file: FileHandle,
  signal: AbortSignal,
): Promise<void> {
  let copied = 0;
  let synced = 0;
  let isSyncing = false;
  let waitMs = MIN_WAIT_MS;
  const progress = ({ totalPages, remainingPages }: BackupProgress): void => {
    signal.throwIfAborted();
    const now = totalPages - remainingPages;
    waitMs = now > copied ? MIN_WAIT_MS : Math.min(waitMs * 2, MAX_WAIT_MS);
    copied = now;
    if (!isSyncing && copied - synced >= SYNC_EVERY_PAGES) {
      isSyncing = true;
      synced = copied;
      // A failure comes again when the copy is complete.
      const done = (): void => {
        isSyncing = false;
      };
      file.datasync().then(done, done);
    }
    // The next step is handed over when this has returned.
    queueMicrotask(() => pause(waitMs));
  };
  for (;;) {
    const copying = backup(database, partial, { rate: STEP_PAGES, progress });
    pause(waitMs);
    try {
      await copying;
      return;
    } catch (error) {
      // A first step that finds a transaction open is told as a failure; later ones are done again.
      if (copied > 0 || !isBusy(error)) throw error;
      waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
      signal.throwIfAborted();
    }
  }
}

interface BackupProgress {
  readonly totalPages: number;
  readonly remainingPages: number;
}

/** SQLite's own message for an error that it did not note with the copy. */
function isBusy(error: unknown): boolean {
  const { code, errcode } = error as { readonly code?: string; readonly errcode?: number };
  return code === "ERR_SQLITE_ERROR" && errcode === 0;
}

const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function pause(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}

/** Reads from a file that nobody else has, without the files that SQLite would put beside it. */
function readTs(path: string): Ticks {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    return (database.prepare("SELECT last_ts FROM head").get() as { last_ts: Ticks }).last_ts;
  } finally {
    database.close();
  }
}

/** Makes a new name in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  // Windows has no such thing.
  if (process.platform === "win32") return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../store.ts";
import { APPLICATION_ID, CREATE_SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import {
  isCorruption,
  SQLITE_CANNOT_OPEN,
  SQLITE_IO_ERROR,
  SQLITE_PERMISSION,
  SQLITE_READ_ONLY,
  sqliteErrorCode,
} from "./sqlite-error.ts";

export const PAGE_SIZE_BYTES = 4096;
/** Small, because every runner has connections of its own and the kernel caches the file anyway. */
const CACHE_KIB = 8 * 1024;
/** Only opening, recovery and checkpoints ever hold a lock that others wait for, and they are short. */
export const BUSY_TIMEOUT_MS = 5_000;

const UNREADABLE: ReadonlySet<number | null> = new Set([
  SQLITE_CANNOT_OPEN,
  SQLITE_IO_ERROR,
  SQLITE_PERMISSION,
  SQLITE_READ_ONLY,
]);

/**
 * Opens the file for the one writer, making it when it is absent.
 * @throws StoreError `StoreCorrupt`, `StoreUnreadable`, `StoreVersion`: the file is left exactly as it was found.
 */
export function openForWriting(path: string): DatabaseSync {
  const fresh = !hasContent(path);
  if (fresh) checkNothingIsLost(path);
  else checkIdentity(path);
  return guarded(
    path,
    () => new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS }),
    (database) => {
      if (fresh) {
        // These take effect only before the first page is written.
        database.exec(
          `PRAGMA page_size = ${PAGE_SIZE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${APPLICATION_ID};`,
        );
      }
      // Acknowledged means durable: FULL syncs the log at every commit. Checkpoints are run by hand, between commits.
      database.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${CACHE_KIB};`,
      );
      // Also when a crash came between making the file and filling it.
      if (userVersion(database) === 0) {
        database.exec(`BEGIN IMMEDIATE; ${CREATE_SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
      }
    },
  );
}

/**
 * Opens a file for checking it, once it is known to be ours.
 * @throws StoreError `StoreCorrupt`, `StoreUnreadable`, `StoreVersion`.
 */
export function openForInspection(path: string): DatabaseSync {
  if (!hasContent(path)) checkNothingIsLost(path);
  if (checkIdentity(path) === 0) {
    throw new StoreError(
      "StoreVersion",
      `${path} has no tables yet, for the start that made it was interrupted. Nothing is lost: the next start goes on there.`,
    );
  }
  return openForReading(path);
}

/**
 * Opens one read-only connection to a file that a writer has opened before.
 * @throws StoreError `StoreCorrupt`, `StoreUnreadable`.
 */
export function openForReading(path: string): DatabaseSync {
  return guarded(
    path,
    () => new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS }),
    (database) => {
      database.exec(`PRAGMA cache_size = -${CACHE_KIB};`);
    },
  );
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** The first page is on disk before there is a log; SQLite would throw away a log that it finds beside no database. */
function checkNothingIsLost(path: string): void {
  if (!hasContent(`${path}-wal`)) return;
  throw new StoreError(
    "StoreCorrupt",
    `${path} is missing or empty, and its write-ahead log ${path}-wal is not: the two belong together. Nothing was changed: put the file that belongs to the log back, or move the log away and restore a backup.`,
  );
}

/**
 * Reads through a connection that can't write: even closing a writable one may change a foreign file.
 * @returns the version of the format.
 */
function checkIdentity(path: string): number {
  let version = 0;
  const database = guarded(
    path,
    () => new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS }),
    (opened) => {
      const { application_id: application } = opened.prepare("PRAGMA application_id").get() as {
        application_id: number;
      };
      if (application !== APPLICATION_ID) {
        throw new StoreError(
          "StoreVersion",
          `${path} is a SQLite file of another program (application id ${application}). Choose another data folder, or move the file away.`,
        );
      }
      version = userVersion(opened);
      if (version > SCHEMA_VERSION) {
        throw new StoreError(
          "StoreVersion",
          `${path} was written by a newer Epigraph (format ${version}, this version knows formats up to ${SCHEMA_VERSION}). Update Epigraph, or choose another data folder.`,
        );
      }
    },
  );
  database.close();
  return version;
}

function userVersion(database: DatabaseSync): number {
  return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

/** Opens and prepares a connection; closes it when that fails. */
function guarded(
  path: string,
  open: () => DatabaseSync,
  prepare: (database: DatabaseSync) => void,
): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = open();
    prepare(database);
    return database;
  } catch (cause) {
    database?.close();
    if (UNREADABLE.has(sqliteErrorCode(cause))) {
      throw new StoreError(
        "StoreUnreadable",
        `${path} can't be opened (${(cause as Error).message}). Check the disk, and the owner and the permissions of the data folder and of what is in it, or choose another one.`,
        { cause },
      );
    }
    if (!isCorruption(cause)) throw cause;
    throw new StoreError(
      "StoreCorrupt",
      `${path} is damaged or not a SQLite file (${(cause as Error).message}). Nothing was changed: copy the data folder away, then restore a backup into it.`,
      { cause },
    );
  }
}

import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../store.ts";
import { APPLICATION_ID, CREATE_SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { SQLITE_CORRUPT, SQLITE_NOT_A_DATABASE, sqliteErrorCode } from "./sqlite-error.ts";

export const PAGE_SIZE_BYTES = 4096;
/** Small, because every runner has connections of its own and the kernel caches the file anyway. */
const CACHE_KIB = 8 * 1024;
/** Only opening, recovery and checkpoints ever hold a lock that others wait for, and they are short. */
export const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the file for the one writer, making it when it is absent.
 * @throws StoreError `StoreCorrupt`, `StoreVersion`: the file is left exactly as it was found.
 */
export function openForWriting(path: string): DatabaseSync {
  const fresh = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
  if (!fresh) checkIdentity(path);
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
 * Opens one read-only connection to a file that a writer has opened before.
 * @throws StoreError `StoreCorrupt`.
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

/** Reads through a connection that can't write: even closing a writable one may change a foreign file. */
function checkIdentity(path: string): void {
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
      const version = userVersion(opened);
      if (version > SCHEMA_VERSION) {
        throw new StoreError(
          "StoreVersion",
          `${path} was written by a newer Epigraph (format ${version}, this version knows formats up to ${SCHEMA_VERSION}). Update Epigraph, or choose another data folder.`,
        );
      }
    },
  );
  database.close();
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
    const code = sqliteErrorCode(cause);
    if (code !== SQLITE_CORRUPT && code !== SQLITE_NOT_A_DATABASE) throw cause;
    throw new StoreError(
      "StoreCorrupt",
      `${path} is damaged or not a SQLite file (${(cause as Error).message}). Nothing was changed: copy the data folder away, then restore a backup into it.`,
      { cause },
    );
  }
}

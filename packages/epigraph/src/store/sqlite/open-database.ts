import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../store.ts";
import { APPLICATION_ID, CREATE_SCHEMA, SCHEMA_VERSION } from "./schema.ts";

const PAGE_SIZE_BYTES = 4096;
/** Pages a connection keeps, in KiB: small, because every runner has its own and the kernel caches the file anyway. */
const CACHE_KIB = 8 * 1024;

/**
 * Opens the file for writing, making it when it is absent.
 * @throws StoreError `StoreCorrupt`, `StoreVersion`: the file is left exactly as it was found.
 */
export function openForWriting(path: string): DatabaseSync {
  const fresh = !existsSync(path);
  return guarded(path, () => {
    const database = new DatabaseSync(path, { timeout: 5000 });
    if (fresh) {
      // These three take effect only before the first page is written.
      database.exec(
        `PRAGMA page_size = ${PAGE_SIZE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${APPLICATION_ID};`,
      );
    } else {
      checkIdentity(database, path);
    }
    // Acknowledged means durable: FULL syncs the log at every commit. Checkpoints are run by hand, off the commit path.
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${CACHE_KIB}; PRAGMA foreign_keys = OFF;`,
    );
    if (userVersion(database) === 0) {
      database.exec(`BEGIN IMMEDIATE; ${CREATE_SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
    }
    return database;
  });
}

/** Opens one read-only connection. */
export function openForReading(path: string): DatabaseSync {
  return guarded(path, () => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA query_only = ON;`);
    return database;
  });
}

function userVersion(database: DatabaseSync): number {
  return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

function checkIdentity(database: DatabaseSync, path: string): void {
  const { application_id: application } = database.prepare("PRAGMA application_id").get() as {
    application_id: number;
  };
  const version = userVersion(database);
  if (application !== APPLICATION_ID) {
    throw new StoreError(
      "StoreVersion",
      `${path} is a SQLite file of another program (application id ${application}). Choose another data folder with --data, or move the file away.`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      "StoreVersion",
      `${path} was written by a newer Epigraph (format ${version}, this version reads up to ${SCHEMA_VERSION}). Update Epigraph, or choose another data folder with --data.`,
    );
  }
}

function guarded<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    const code = (cause as { errcode?: number }).errcode ?? 0;
    if ((code & 255) === 11 || (code & 255) === 26) {
      throw new StoreError(
        "StoreCorrupt",
        `${path} is damaged or not a SQLite file (${(cause as Error).message}). Nothing was changed: copy the data folder away, then restore a backup into it.`,
        { cause },
      );
    }
    throw cause;
  }
}

import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Ticks } from "../ticks.ts";

/** The newest timestamp that a data file has given out; 0 where there is no file. */
export function readClock(path: string): Ticks {
  if (!existsSync(path)) return 0;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return (database.prepare("SELECT last_ts FROM head").get() as { last_ts: Ticks }).last_ts;
  } finally {
    database.close();
  }
}

/**
 * Makes all further timestamps of a data file greater than `above`, as they must be after an older copy took the place
 * of a newer file: clients know timestamps that were given out in between. Nobody else has the file open.
 */
export function raiseClock(path: string, above: Ticks): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA synchronous = FULL");
    database.prepare("UPDATE head SET last_ts = MAX(last_ts, ?)").run(above);
  } finally {
    // The last connection takes the write-ahead log into the file.
    database.close();
  }
}

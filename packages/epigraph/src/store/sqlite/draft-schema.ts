/** Marks complete drafts, in `user_version`: what ended before has none. */
export const DRAFT_VERSION = 1;

/**
 * A draft is a SQLite file that is written once and read once, so it needs neither journal nor syncs.
 * - `documents`: in their order, each with the key of every index in columns `key0`, `key1`, …; once it is complete,
 *   each of these has an index.
 * - `pieces`: the last row of each piece of `documents` that is loaded in one go.
 * - `indexes`: what the columns of keys are for, and the length of the longest key in each.
 */
export function createDraftSchema(indexes: number): string {
  const columns = Array.from({ length: indexes }, (_, position) => `${keyColumn(position)} BLOB NOT NULL, `);
  return `
    CREATE TABLE target (table_id INTEGER NOT NULL) STRICT;
    CREATE TABLE indexes (position INTEGER PRIMARY KEY, index_id INTEGER NOT NULL, longest INTEGER NOT NULL) STRICT;
    CREATE TABLE pieces (last_row INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE documents (
      row INTEGER PRIMARY KEY, ${columns.join("")}size INTEGER NOT NULL, json TEXT NOT NULL
    ) STRICT;`;
}

export function keyColumn(position: number): string {
  return `key${position}`;
}

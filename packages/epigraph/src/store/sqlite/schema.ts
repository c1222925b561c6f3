/** Marks our files for `file(1)` and for ourselves: "Epig". */
export const APPLICATION_ID = 0x45706967;
/** Format of the file, kept in `user_version`. */
export const SCHEMA_VERSION = 1;

/**
 * Latest rows plus a short history. Inserts touch no history; what a commit supersedes moves there in the same storage
 * transaction.
 * - `documents`: the newest version of each document, in the order of inserts; an update keeps its row.
 * - `index_rows`: the newest entry of each key; `ts` is the commit since which the key leads to the row.
 * - `document_history`, `index_history`: valid for `from_ts <= S < to_ts`. Documents are appended (`to_ts` ascends with
 *   the rowid, so pruning takes them from the front without an index of its own); index entries keep key order.
 * - `head`: one row, read first in every snapshot.
 */
export const CREATE_SCHEMA = `
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  last_ts INTEGER NOT NULL, catalogue_ts INTEGER NOT NULL, history_from INTEGER NOT NULL, next_row INTEGER NOT NULL
) STRICT;
INSERT INTO head VALUES (1, 0, 0, 0, 1);
CREATE TABLE documents (
  row INTEGER PRIMARY KEY,
  table_id INTEGER NOT NULL, ts INTEGER NOT NULL, size INTEGER NOT NULL, json TEXT NOT NULL
) STRICT;
CREATE TABLE index_rows (
  index_id INTEGER NOT NULL, key BLOB NOT NULL, row INTEGER NOT NULL, ts INTEGER NOT NULL,
  PRIMARY KEY (index_id, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE document_history (
  row INTEGER NOT NULL, from_ts INTEGER NOT NULL, to_ts INTEGER NOT NULL,
  table_id INTEGER NOT NULL, size INTEGER NOT NULL, json TEXT NOT NULL
) STRICT;
CREATE INDEX document_history_row ON document_history (row, to_ts);
CREATE TABLE index_history (
  index_id INTEGER NOT NULL, key BLOB NOT NULL, to_ts INTEGER NOT NULL, from_ts INTEGER NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY (index_id, key, to_ts)
) STRICT, WITHOUT ROWID;
CREATE INDEX index_history_to ON index_history (to_ts);
`;

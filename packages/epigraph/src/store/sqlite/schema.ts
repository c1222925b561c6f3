/** Marks our files for `file(1)` and for ourselves: "Epig". */
export const APPLICATION_ID = 0x45706967;
export const SCHEMA_VERSION = 1;

/**
 * Latest-only tables plus history.
 * - `documents`: the newest version of each document, in commit order of its insert; an update keeps its row.
 * - `index_rows`: the newest entry of each index key; `ts` is the commit since which this key leads to this row.
 * - `document_history`, `index_history`: what a commit superseded, valid for `from_ts <= S < to_ts`. Only inserts pay
 *   nothing here; pruned once older than the history window.
 * - `head`: one row, read first in every snapshot.
 */
export const CREATE_SCHEMA = `
CREATE TABLE documents (row INTEGER PRIMARY KEY AUTOINCREMENT, table_id INTEGER NOT NULL, ts INTEGER NOT NULL, size INTEGER NOT NULL, json TEXT NOT NULL) STRICT;
CREATE TABLE index_rows (index_id INTEGER NOT NULL, key BLOB NOT NULL, row INTEGER NOT NULL, ts INTEGER NOT NULL, PRIMARY KEY (index_id, key)) STRICT, WITHOUT ROWID;
CREATE TABLE document_history (row INTEGER NOT NULL, from_ts INTEGER NOT NULL, to_ts INTEGER NOT NULL, table_id INTEGER NOT NULL, size INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (row, from_ts)) STRICT, WITHOUT ROWID;
CREATE TABLE index_history (index_id INTEGER NOT NULL, key BLOB NOT NULL, from_ts INTEGER NOT NULL, to_ts INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (index_id, key, from_ts)) STRICT, WITHOUT ROWID;
CREATE INDEX document_history_to ON document_history (to_ts);
CREATE INDEX index_history_to ON index_history (to_ts);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), last_ts INTEGER NOT NULL, catalogue_ts INTEGER NOT NULL, history_from INTEGER NOT NULL) STRICT;
INSERT INTO head VALUES (1, 0, 0, 0);
`;

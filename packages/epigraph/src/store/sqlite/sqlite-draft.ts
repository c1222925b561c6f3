import { closeSync, openSync, rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type Draft, type DraftTarget, type IndexId, StoreError } from "../store.ts";
import { createDraftSchema, DRAFT_VERSION, keyColumn } from "./draft-schema.ts";
import { PAGE_SIZE_BYTES } from "./open-database.ts";
import { SQLITE_CONSTRAINT, SQLITE_FULL, sqliteErrorCode } from "./sqlite-error.ts";

/** Also what entries are sorted in before they go through files, in the system's folder for such. */
const CACHE_KIB = 16 * 1024;
/** About what the writer stores in a millisecond. */
const PIECE_DOCUMENTS = 256;
const PIECE_LENGTH = 256 * 1024;

/** A draft in a SQLite file of its own. Nobody else may open it before it is closed. */
export class SqliteDraft implements Draft {
  readonly #database: DatabaseSync;
  readonly #indexes: readonly IndexId[];
  readonly #insert: StatementSync;
  readonly #endPiece: StatementSync;
  readonly #longest: number[];
  readonly #values: SQLInputValue[];
  #rows = 0;
  #pieceFrom = 0;
  #pieceLength = 0;

  constructor(path: string, { tableId, indexes }: DraftTarget) {
    rmSync(path, { force: true });
    closeSync(openSync(path, "wx", 0o600));
    this.#indexes = indexes;
    this.#longest = indexes.map(() => 0);
    this.#values = new Array(indexes.length + 3);
    const places = this.#values.fill("?").join();
    this.#database = new DatabaseSync(path);
    // Whatever ends the work on it ends the draft: there is nothing to be rolled back or recovered.
    this.#database.exec(
      `PRAGMA page_size = ${PAGE_SIZE_BYTES}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
       PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE; PRAGMA cache_size = -${CACHE_KIB};
       BEGIN; ${createDraftSchema(indexes.length)}`,
    );
    this.#database.prepare("INSERT INTO target VALUES (?)").run(tableId);
    this.#insert = this.#database.prepare(`INSERT INTO documents VALUES (${places})`);
    this.#endPiece = this.#database.prepare("INSERT INTO pieces VALUES (?)");
  }

  add(json: string, size: number, keys: readonly Uint8Array[]): void {
    const values = this.#values;
    let last = 0;
    let length = json.length;
    values[last++] = ++this.#rows;
    for (let position = 0; position < this.#longest.length; position++) {
      const key = keys[position]!;
      if (key.length > this.#longest[position]!) this.#longest[position] = key.length;
      length += key.length;
      values[last++] = key;
    }
    values[last++] = size;
    values[last] = json;
    guard(() => this.#insert.run(...values));
    this.#pieceLength += length;
    const isFull = this.#rows - this.#pieceFrom >= PIECE_DOCUMENTS || this.#pieceLength >= PIECE_LENGTH;
    if (isFull) this.#startPiece();
  }

  complete(): IndexId | null {
    if (this.#rows > this.#pieceFrom) this.#startPiece();
    return guard(() => {
      const insert = this.#database.prepare("INSERT INTO indexes VALUES (?, ?, ?)");
      for (const [position, index] of this.#indexes.entries()) {
        insert.run(position, index, this.#longest[position]!);
        if (!this.#order(keyColumn(position))) return index;
      }
      this.#database.exec(`PRAGMA user_version = ${DRAFT_VERSION}; COMMIT;`);
      return null;
    });
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #startPiece(): void {
    guard(() => this.#endPiece.run(this.#rows));
    this.#pieceFrom = this.#rows;
    this.#pieceLength = 0;
  }

  /** SQLite sorts all keys at once, which takes a fraction of what entering them one by one would. */
  #order(column: string): boolean {
    try {
      this.#database.exec(`CREATE UNIQUE INDEX by_${column} ON documents (${column})`);
      return true;
    } catch (error) {
      if (sqliteErrorCode(error) !== SQLITE_CONSTRAINT) throw error;
      return false;
    }
  }
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (sqliteErrorCode(cause) !== SQLITE_FULL) throw cause;
    throw new StoreError(
      "StoreFull",
      "The disk is full: there is no room to get the documents ready. Nothing of them was stored. Free some space and try again.",
      { cause },
    );
  }
}

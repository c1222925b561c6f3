import type { DatabaseSync, StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import {
  type DocumentRow,
  type IndexId,
  type LoadStep,
  StoreError,
  type StoreLoad,
  type TableId,
} from "../store.ts";
import type { Ticks } from "../ticks.ts";
import { DRAFT_VERSION, keyColumn } from "./draft-schema.ts";

/** What a load needs of the writer whose connection it uses. */
export interface LoadWriter {
  readonly lastTs: Ticks;
  /**
   * Whether the log is being copied. What a load adds meanwhile the writer would have to copy itself, while commits wait.
   */
  isBehind(): boolean;
  /** Runs in one storage transaction that waits for no sync. */
  transaction<T>(work: () => T): T;
  /** Gives rows that nobody has, one behind the other. To be called within `transaction`. */
  takeRows(count: number): DocumentRow;
}

interface DraftIndex {
  readonly index: IndexId;
  /** The first key of the next piece, given that of a piece. */
  readonly nextKey: StatementSync;
  readonly copyPiece: StatementSync;
  readonly copyRest: StatementSync;
}

/** About what is stored in a millisecond. */
const PIECE_ENTRIES = 1024;
const PIECE_BYTES = 256 * 1024;
const FIRST_KEY: Uint8Array = new Uint8Array(0);

/**
 * Copies a draft from SQLite file to SQLite file, which costs a sixth of storing each document by statements of its own.
 *
 *     entries of the first index -> ... -> entries of the last one -> documents
 */
export class SqliteLoad implements StoreLoad {
  readonly #database: DatabaseSync;
  readonly #writer: LoadWriter;
  readonly #tableId: TableId;
  readonly #rows: number;
  readonly #indexes: readonly DraftIndex[];
  readonly #endOfPiece: StatementSync;
  readonly #copyDocuments: StatementSync;
  /** What is added to rows of the draft; null before the first piece. */
  #base: DocumentRow | null = null;
  #position = 0;
  /** Entries of this index in front of it are there. */
  #key = FIRST_KEY;
  /** Documents up to this row of the draft are there. */
  #row: DocumentRow = 0;
  #isOpen = true;

  /** @throws StoreError `StoreUnreadable` */
  constructor(database: DatabaseSync, path: string, writer: LoadWriter) {
    this.#database = database;
    this.#writer = writer;
    attach(database, path);
    const one = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0]);
    this.#tableId = one("SELECT table_id FROM draft.target");
    this.#rows = one("SELECT coalesce(max(last_row), 0) FROM draft.pieces");
    this.#indexes = prepareIndexes(database);
    this.#endOfPiece = database.prepare("SELECT min(last_row) AS row FROM draft.pieces WHERE last_row > ?");
    this.#copyDocuments = database.prepare(
      `INSERT INTO main.documents (row, table_id, ts, size, json)
       SELECT row + ?, ?, ?, size, json FROM draft.documents WHERE row > ? AND row <= ? ORDER BY row`,
    );
  }

  step(): LoadStep {
    if (this.#writer.isBehind()) return "wait";
    const index = this.#indexes[this.#position];
    if (index === undefined) return this.#copyDocumentPiece();
    const { key: next } = (index.nextKey.get(this.#key) ?? { key: null }) as { key: Uint8Array | null };
    const base = this.#base ?? this.#writer.transaction(() => this.#writer.takeRows(this.#rows) - 1);
    this.#base = base;
    const { lastTs } = this.#writer;
    this.#writer.transaction(() => {
      if (next === null) index.copyRest.run(index.index, base, lastTs, this.#key);
      else index.copyPiece.run(index.index, base, lastTs, this.#key, next);
    });
    this.#key = next ?? FIRST_KEY;
    if (next === null) this.#position++;
    return "more";
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#database.exec("DETACH draft");
    } catch {
      // Within a transaction that could not even be rolled back: the writer is broken, and lets go when it closes.
    }
  }

  #copyDocumentPiece(): LoadStep {
    const { row: last } = this.#endOfPiece.get(this.#row) as { row: DocumentRow | null };
    if (last === null) return "done";
    const { lastTs } = this.#writer;
    this.#writer.transaction(() => {
      this.#copyDocuments.run(this.#base, this.#tableId, lastTs, this.#row, last);
    });
    this.#row = last;
    return last === this.#rows ? "done" : "more";
  }
}

function attach(database: DatabaseSync, path: string): void {
  const url = pathToFileURL(path);
  url.searchParams.set("mode", "ro");
  // Nobody writes to it any more, so it needs no locks.
  url.searchParams.set("immutable", "1");
  let version = 0;
  try {
    database.prepare("ATTACH ? AS draft").run(url.href);
    ({ user_version: version } = database.prepare("PRAGMA draft.user_version").get() as {
      user_version: number;
    });
  } catch (cause) {
    throw unreadable(path, (cause as Error).message, cause);
  }
  if (version === DRAFT_VERSION) return;
  database.exec("DETACH draft");
  throw unreadable(path, "it is not complete");
}

function prepareIndexes(database: DatabaseSync): readonly DraftIndex[] {
  const indexes = database
    .prepare('SELECT index_id AS "index", longest FROM draft.indexes ORDER BY position')
    .all() as unknown as readonly { readonly index: IndexId; readonly longest: number }[];
  return indexes.map(({ index, longest }, position) => {
    const key = keyColumn(position);
    const entries = Math.max(1, Math.min(PIECE_ENTRIES, Math.floor(PIECE_BYTES / Math.max(1, longest))));
    const from = `FROM draft.documents INDEXED BY by_${key} WHERE ${key} >= ?`;
    const copy = `INSERT INTO main.index_rows (index_id, key, row, ts) SELECT ?, ${key}, row + ?, ? ${from}`;
    return {
      index,
      nextKey: database.prepare(`SELECT ${key} AS key ${from} ORDER BY ${key} LIMIT 1 OFFSET ${entries}`),
      copyPiece: database.prepare(`${copy} AND ${key} < ? ORDER BY ${key}`),
      copyRest: database.prepare(`${copy} ORDER BY ${key}`),
    };
  });
}

function unreadable(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError("StoreUnreadable", `The draft ${path} can't be loaded (${why}). Make it anew.`, {
    cause,
  });
}

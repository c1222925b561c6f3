import type { DatabaseSync } from "node:sqlite";
import type {
  DocumentRow,
  IndexId,
  Snapshot,
  StoreCheck,
  StoredDocument,
  StoreInspection,
} from "../store.ts";
import { checksOf, integrityOf } from "./inspection-checks.ts";
import { LiveSnapshot, LiveStatements } from "./live-snapshot.ts";
import { openForInspection } from "./open-database.ts";
import { SnapshotConnection } from "./snapshot-connection.ts";

const DOCUMENT = 'SELECT row, table_id AS "tableId", ts, size, json FROM documents';

interface EntryColumns {
  readonly key: Uint8Array;
  readonly row: DocumentRow;
}

/** All of a SQLite file, read through one connection that can't write. */
export class SqliteInspection implements StoreInspection {
  readonly integrity: StoreCheck;
  readonly checks: readonly StoreCheck[];
  readonly #database: DatabaseSync;
  readonly #connection: SnapshotConnection;
  /** Not before it is known that the file can be read. */
  #snapshot: LiveSnapshot | null = null;

  constructor(path: string) {
    this.#database = openForInspection(path);
    this.#connection = new SnapshotConnection(this.#database);
    this.integrity = integrityOf(this.#database);
    this.checks = checksOf(this.#database);
  }

  get snapshot(): Snapshot {
    if (this.#snapshot === null) {
      const [lastTs, catalogueTs] = this.#connection.begin();
      const live = new LiveStatements(this.#connection);
      this.#snapshot = new LiveSnapshot(lastTs, catalogueTs, live, () => this.#connection.end());
    }
    return this.#snapshot;
  }

  documentCount(): number {
    return (this.#database.prepare("SELECT count(*) AS n FROM documents").get() as { n: number }).n;
  }

  documents(): Iterable<StoredDocument> {
    const statement = this.#database.prepare(`${DOCUMENT} ORDER BY row`);
    return statement.iterate() as Iterable<unknown> as Iterable<StoredDocument>;
  }

  document(row: DocumentRow): StoredDocument | null {
    const found = this.#database.prepare(`${DOCUMENT} WHERE row = ?`).get(row);
    return (found as unknown as StoredDocument | undefined) ?? null;
  }

  entryCounts(): ReadonlyMap<IndexId, number> {
    const statement = this.#database.prepare("SELECT index_id, count(*) FROM index_rows GROUP BY index_id");
    statement.setReturnArrays(true);
    return new Map(statement.all() as unknown as [IndexId, number][]);
  }

  entries(index: IndexId): Iterable<EntryColumns> {
    const statement = this.#database.prepare(
      "SELECT key, row FROM index_rows WHERE index_id = ? ORDER BY key",
    );
    return statement.iterate(index) as Iterable<unknown> as Iterable<EntryColumns>;
  }

  rowAt(index: IndexId, key: Uint8Array): DocumentRow | null {
    const statement = this.#connection.statement(
      "SELECT row FROM index_rows WHERE index_id = +? AND key = +?",
    );
    const found = statement.get(index, key) as unknown as [DocumentRow] | undefined;
    return found?.[0] ?? null;
  }

  close(): void {
    this.#snapshot?.close();
    this.#database.close();
  }
}

import type { Table } from "../../database/catalogue/table.ts";
import type { Database } from "../../database/database.ts";
import { enforceSchema } from "../../database/documents/enforce-schema.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { DocumentVersion } from "../../database/transaction/write-set.ts";
import type { ImportedRow } from "./import-source.ts";
import { duplicateId, rowDocument } from "./row-document.ts";

export interface TableWriterOptions {
  readonly database: Database;
  readonly target: Table;
  /** Hears how many rows are durable. */
  readonly onRows: (rows: number) => void;
}

const SOURCE = "import";
/** The others' commits wait for one such transaction at most, a few milliseconds. */
const BATCH_ROWS = 200;
/** While one is being stored the next is made. */
const MAX_UNDER_WAY = 2;

/** Stores rows in a table that everybody sees, in transactions of a few hundred, some of them at once. */
export class TableWriter {
  readonly #options: TableWriterOptions;
  #batch: ImportedRow[] = [];
  readonly #underWay = new Set<Promise<void>>();
  /** Ids of rows that a snapshot may not have yet. */
  readonly #freshIds = new Set<string>();
  #failure: unknown = null;
  #stored = 0;

  constructor(options: TableWriterOptions) {
    this.#options = options;
  }

  /** Takes rows; waits while enough is under way. @throws ImportError for a row that can't be stored. */
  async add(rows: readonly ImportedRow[]): Promise<void> {
    for (const row of rows) {
      this.#batch.push(row);
      if (this.#batch.length >= BATCH_ROWS) await this.#flush();
    }
  }

  /** Waits for the last ones. @returns how many rows there were. */
  async end(): Promise<number> {
    if (this.#batch.length > 0) await this.#flush();
    await Promise.all(this.#underWay);
    if (this.#failure !== null) throw this.#failure;
    return this.#stored;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    while (this.#underWay.size >= MAX_UNDER_WAY) await Promise.race(this.#underWay);
    if (this.#failure !== null) throw this.#failure;
    const write = this.#write(batch).catch((error: unknown) => {
      this.#failure ??= error;
    });
    this.#underWay.add(write);
    void write.then(() => this.#underWay.delete(write));
  }

  async #write(batch: readonly ImportedRow[]): Promise<void> {
    const { database, target } = this.#options;
    const ids = batch.flatMap(({ value }) => (typeof value["_id"] === "string" ? [value["_id"]] : []));
    for (const id of ids) {
      if (this.#freshIds.has(id)) throw duplicateId(target.name);
      this.#freshIds.add(id);
    }
    await database.write(SOURCE, (transaction) => {
      const table = transaction.catalogue.namespace(target.component).table(target.name) ?? target;
      for (const row of batch) insert(transaction, table, row);
    });
    for (const id of ids) this.#freshIds.delete(id);
    this.#stored += batch.length;
    this.#options.onRows(this.#stored);
  }
}

function insert(transaction: Transaction, table: Table, row: ImportedRow): void {
  const { id, internalId, value, json, size } = rowDocument(row, {
    table,
    newInternalId: () => transaction.newId(table).internalId,
    newCreationTimeMs: () => transaction.newCreationTimeMs(table),
    checkSchema: (_, fields) => enforceSchema(transaction, table, fields),
  });
  if (row.value["_id"] !== undefined && transaction.load(table, id, internalId) !== null) {
    throw duplicateId(table.name);
  }
  transaction.write({ table, id, internalId, base: null, version: new DocumentVersion(json, size, value) });
}

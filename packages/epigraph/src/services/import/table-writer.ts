import type { Table } from "../../database/catalogue/table.ts";
import type { Database } from "../../database/database.ts";
import { DatabaseError } from "../../database/database-error.ts";
import { enforceSchema } from "../../database/documents/enforce-schema.ts";
import { enforcedValidator } from "../../database/schema/schema.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { DocumentVersion } from "../../database/transaction/write-set.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { tryDecodeId } from "../../values/id.ts";
import { checkDocument } from "../../values/limits.ts";
import { showValue } from "../../values/show.ts";
import type { ValidationContext } from "../../values/validate.ts";
import type { ObjectValue, Value } from "../../values/value.ts";
import { ValueError } from "../../values/value-error.ts";
import { ImportError } from "./import-error.ts";
import type { ImportedRow } from "./import-source.ts";

export interface TableWriterOptions {
  readonly database: Database;
  readonly target: Table;
  /** Whether nobody else sees the table: then nobody else writes to it. */
  readonly isHidden: boolean;
  /** What ids of a table number name once the import is done. @param before the same as it is now. */
  readonly tableName: (number: number, before: (number: number) => string | null) => string | null;
  /** Hears how many rows are durable. */
  readonly onRows: (rows: number) => void;
}

const SOURCE = "import";
/** The others' commits wait for one such transaction at most, a few milliseconds. */
const BATCH_ROWS = 200;
/** While one is being stored the next is made. */
const MAX_UNDER_WAY = 2;

/** Stores rows in one table, in transactions of a few hundred, some of them at once. */
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
    const { database, target, isHidden } = this.#options;
    const ids = batch.flatMap(({ value }) => (typeof value["_id"] === "string" ? [value["_id"]] : []));
    for (const id of ids) {
      if (this.#freshIds.has(id)) throw duplicate(target.name);
      this.#freshIds.add(id);
    }
    await database.write(SOURCE, (transaction) => {
      const table = isHidden
        ? target
        : (transaction.catalogue.namespace(target.component).table(target.name) ?? target);
      const context: ValidationContext = {
        tableName: (number) =>
          this.#options.tableName(number, (other) =>
            transaction.catalogue.namespace(target.component).tableName(other),
          ),
      };
      for (const { row, value } of batch) this.#insert(transaction, table, context, row, value);
    });
    for (const id of ids) this.#freshIds.delete(id);
    this.#stored += batch.length;
    this.#options.onRows(this.#stored);
  }

  #insert(
    transaction: Transaction,
    table: Table,
    context: ValidationContext,
    row: number,
    { _id: givenId, _creationTime: givenTime, ...fields }: ObjectValue,
  ): void {
    const { id, internalId } =
      givenId === undefined ? transaction.newId(table) : this.#place(transaction, table, givenId);
    const creationTime = givenTime ?? transaction.newCreationTimeMs(table);
    if (typeof creationTime !== "number") {
      throw new ImportError(
        "InvalidImport",
        `Row ${row} wasn't a valid Convex value: _creationTime must be a Float64, not ${showValue(creationTime)}`,
      );
    }
    try {
      const document: ObjectValue = { ...fields, _id: id, _creationTime: creationTime };
      const { size } = checkDocument(document);
      this.#checkSchema(transaction, table, context, id, fields);
      const version = new DocumentVersion(encodeValueToString(document), size, document);
      transaction.write({ table, id, internalId, base: null, version });
    } catch (error) {
      if (error instanceof ValueError) {
        throw new ImportError("InvalidImport", `Row ${row} wasn't a valid Convex value: ${error.message}`);
      }
      if (error instanceof DatabaseError) throw new ImportError("InvalidImport", error.message);
      throw error;
    }
  }

  #place(
    transaction: Transaction,
    table: Table,
    givenId: Value,
  ): { readonly id: string; readonly internalId: Uint8Array } {
    const decoded = typeof givenId === "string" ? tryDecodeId(givenId) : null;
    if (decoded === null) throw new ImportError("InvalidId", `invalid _id '${String(givenId)}'`);
    const id = givenId as string;
    if (decoded.tableNumber !== table.number) {
      throw new ImportError(
        "ImportConflict",
        `_id ${id} cannot be imported into '${table.name}' because it came from a different deployment. Remove the ids, or import all tables at once.`,
      );
    }
    const { internalId } = decoded;
    const isTaken = this.#options.isHidden
      ? transaction.snapshot.get(table.byId.id, internalId) !== null
      : transaction.load(table, id, internalId) !== null;
    if (isTaken) throw duplicate(table.name);
    return { id, internalId };
  }

  /** A hidden table is not one of the schema's yet, and its ids mean what they will mean. */
  #checkSchema(
    transaction: Transaction,
    table: Table,
    context: ValidationContext,
    id: string,
    fields: ObjectValue,
  ): void {
    if (!this.#options.isHidden) {
      enforceSchema(transaction, table, fields);
      return;
    }
    const { activeSchema, pendingSchema } = transaction.catalogue.namespace(table.component);
    for (const stored of [activeSchema, pendingSchema]) {
      const failure = enforcedValidator(stored?.schema ?? null, table.name)?.check(fields, context) ?? null;
      if (failure === null) continue;
      throw new ImportError(
        "InvalidImport",
        `Document with ID "${id}" in table "${table.name}" does not match the schema: ${failure.text}`,
      );
    }
  }
}

function duplicate(table: string): ImportError {
  return new ImportError("DuplicateId", `Objects in table "${table}" have duplicate _id fields`);
}

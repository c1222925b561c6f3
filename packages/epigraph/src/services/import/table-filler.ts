import type { Namespace } from "../../database/catalogue/namespace.ts";
import type { Table } from "../../database/catalogue/table.ts";
import type { Database } from "../../database/database.ts";
import { enforcedValidator } from "../../database/schema/schema.ts";
import { CreationTimes } from "../../database/transaction/creation-times.ts";
import type { Draft } from "../../store/store.ts";
import { makeInternalId } from "../../values/id.ts";
import type { ValidationContext } from "../../values/validate.ts";
import type { ObjectValue } from "../../values/value.ts";
import { ImportError } from "./import-error.ts";
import type { ImportedRow } from "./import-source.ts";
import { duplicateId, rowDocument, rowKeys } from "./row-document.ts";

export interface TableFillerOptions {
  readonly database: Database;
  /** Hidden: nobody else sees it, nor writes to it. */
  readonly target: Table;
  /** Of the target; closed by whoever made it. */
  readonly draft: Draft;
  /** What ids of a table number name once the import is done. @param before the same as it is now. */
  readonly tableName: (number: number, before: (number: number) => string | null) => string | null;
  /** Gives as many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
}

/** Gets rows ready for a hidden table, in a draft. */
export class TableFiller {
  readonly #options: TableFillerOptions;
  readonly #creationTimes: CreationTimes;
  readonly #newInternalId: () => Uint8Array;
  #rows = 0;

  constructor(options: TableFillerOptions) {
    const { database, random } = options;
    this.#options = options;
    const { snapshotTs, nowMs } = database.read(({ snapshotTs: ts, nowMs: now }) => ({
      snapshotTs: ts,
      nowMs: now,
    }));
    this.#creationTimes = new CreationTimes(snapshotTs, nowMs);
    this.#newInternalId = () => makeInternalId(random, nowMs);
  }

  /** So far. */
  get rows(): number {
    return this.#rows;
  }

  /** @throws ImportError for a row that can't be stored; nothing can become of the draft then. */
  add(rows: readonly ImportedRow[]): void {
    const { database, target, draft } = this.#options;
    // Anew for each batch: what has been pushed meanwhile is found early, though it counts at the end.
    database.read(({ catalogue }) => {
      const place = {
        table: target,
        newInternalId: this.#newInternalId,
        newCreationTimeMs: () => this.#creationTimes.next(),
        checkSchema: this.#schemaCheck(catalogue.namespace(target.component)),
      };
      for (const row of rows) {
        const document = rowDocument(row, place);
        draft.add(document.json, document.size, rowKeys(target, document));
      }
    });
    this.#rows += rows.length;
  }

  /** @throws ImportError `DuplicateId` */
  complete(): void {
    const { draft, target } = this.#options;
    // Every key ends with the id.
    if (draft.complete() !== null) throw duplicateId(target.name);
  }

  /** A hidden table is not one of the schema's yet, and ids mean what they will mean. */
  #schemaCheck(namespace: Namespace): (id: string, fields: ObjectValue) => void {
    const { target, tableName } = this.#options;
    const { activeSchema, pendingSchema } = namespace;
    const before = (number: number): string | null => namespace.tableName(number);
    const context: ValidationContext = { tableName: (number) => tableName(number, before) };
    const validators = [activeSchema, pendingSchema].flatMap(
      (stored) => enforcedValidator(stored?.schema ?? null, target.name) ?? [],
    );
    return (id, fields) => {
      for (const validator of validators) {
        const failure = validator.check(fields, context);
        if (failure === null) continue;
        throw new ImportError(
          "InvalidImport",
          `Document with ID "${id}" in table "${target.name}" does not match the schema: ${failure.text}`,
        );
      }
    };
  }
}

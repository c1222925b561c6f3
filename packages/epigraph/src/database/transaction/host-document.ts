import { encodeValueToString } from "../../values/encoded-json.ts";
import { decodeId } from "../../values/id.ts";
import { valueSize } from "../../values/size.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { Table } from "../catalogue/table.ts";
import type { LoadedDocument, Transaction } from "./transaction.ts";
import { DocumentVersion } from "./write-set.ts";

/**
 * A document that the host keeps in the transaction of a function, beside what the function does: neither reading nor
 * writing it counts against the function's limits. `T` has the fields, `_id` and `_creationTime` excepted.
 */
export class HostDocument<T extends object> {
  readonly id: string;
  readonly #transaction: Transaction;
  readonly #table: Table;
  readonly #internalId: Uint8Array;
  #loaded: LoadedDocument;

  private constructor(transaction: Transaction, table: Table, id: string, loaded: LoadedDocument) {
    this.#transaction = transaction;
    this.#table = table;
    this.id = id;
    this.#internalId = decodeId(id).internalId;
    this.#loaded = loaded;
  }

  /** Null when there is none; the transaction depends on that. @param id valid, of the table. */
  static load<T extends object>(transaction: Transaction, table: Table, id: string): HostDocument<T> | null {
    const loaded = transaction.loadForHost(table, id, decodeId(id).internalId);
    return loaded === null ? null : new HostDocument(transaction, table, id, loaded);
  }

  get fields(): T {
    return this.#loaded.version.value as unknown as T;
  }

  get bytes(): number {
    return this.#loaded.version.size;
  }

  change(fields: Partial<T>): void {
    const version = hostVersion({ ...this.#loaded.version.value, ...(fields as ObjectValue) });
    this.#write(version);
    this.#loaded = { base: this.#loaded.base, version };
  }

  remove(): void {
    this.#write(null);
  }

  #write(version: DocumentVersion | null): void {
    const { base } = this.#loaded;
    this.#transaction.write({ table: this.#table, id: this.id, internalId: this.#internalId, base, version });
  }
}

/** Adds a document at a place that the caller has chosen. */
export function insertHostDocument<T extends object>(
  transaction: Transaction,
  table: Table,
  { id, internalId }: { readonly id: string; readonly internalId: Uint8Array },
  fields: T,
): void {
  const _creationTime = transaction.newCreationTimeMs(table);
  const version = hostVersion({ ...(fields as ObjectValue), _id: id, _creationTime });
  transaction.write({ table, id, internalId, base: null, version });
}

/** No limit of its own: what functions put into it has theirs. */
function hostVersion(value: ObjectValue): DocumentVersion {
  return new DocumentVersion(encodeValueToString(value), valueSize(value), value);
}

import type { StoredDocument } from "../../store/store.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { TableInfo } from "../catalogue/catalogue.ts";

/** What a transaction wants one document to become. */
export interface PendingWrite {
  readonly table: TableInfo;
  readonly id: string;
  /** The version in the snapshot; null when the document is new. */
  readonly previous: StoredDocument | null;
  /** Keys of the previous version in each index of the table; empty for a new document. */
  readonly previousKeys: readonly Uint8Array[];
  /** Null: deleted. */
  readonly document: {
    readonly value: ObjectValue;
    readonly json: string;
    readonly size: number;
    readonly keys: readonly Uint8Array[];
  } | null;
}

/** Writes not yet committed, one for each document, with an undo log for nested scopes. */
export class WriteBuffer {
  readonly #writes = new Map<string, PendingWrite>();
  readonly #byRow = new Map<number, PendingWrite>();
  readonly #undo: { id: string; before: PendingWrite | undefined }[] = [];
  #version = 0;

  /** Changes with every write, so that open cursors know when to look again. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#writes.size;
  }

  get(id: string): PendingWrite | undefined {
    return this.#writes.get(id);
  }

  /** The pending write that replaces or deletes this stored row. */
  ofRow(row: number): PendingWrite | undefined {
    return this.#byRow.get(row);
  }

  all(): IterableIterator<PendingWrite> {
    return this.#writes.values();
  }

  put(write: PendingWrite): void {
    this.#undo.push({ id: write.id, before: this.#writes.get(write.id) });
    this.#set(write.id, write);
  }

  /** Where the undo log stands: a mark for `rollback`. */
  mark(): number {
    return this.#undo.length;
  }

  rollback(mark: number): void {
    while (this.#undo.length > mark) {
      const { id, before } = this.#undo.pop() as { id: string; before: PendingWrite | undefined };
      const written = this.#writes.get(id);
      if (before === undefined && written?.previous) this.#byRow.delete(written.previous.row);
      this.#set(id, before);
    }
  }

  #set(id: string, write: PendingWrite | undefined): void {
    this.#version++;
    if (write === undefined) this.#writes.delete(id);
    else {
      this.#writes.set(id, write);
      if (write.previous !== null) this.#byRow.set(write.previous.row, write);
    }
  }
}

import type { DocumentRow, TableId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { ObjectValue } from "../../values/value.ts";
import { documentKeys } from "../catalogue/index-keys.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import { IndexOverlay } from "./index-overlay.ts";

/** One version of a document, with its index keys once somebody has needed them. */
export class DocumentVersion {
  readonly json: string;
  readonly size: number;
  readonly value: ObjectValue;
  #keys: readonly Uint8Array[] | null = null;

  constructor(json: string, size: number, value: ObjectValue) {
    this.json = json;
    this.size = size;
    this.value = value;
  }

  /** Keys in the order of the table's indexes. */
  keys(table: Table, internalId: Uint8Array): readonly Uint8Array[] {
    this.#keys ??= documentKeys(table, this.value, internalId);
    return this.#keys;
  }
}

/** The version of a document that the snapshot has. */
export interface BaseVersion {
  readonly row: DocumentRow;
  readonly ts: Ticks;
  readonly version: DocumentVersion;
}

/** What a transaction wants one document to become. Never changed: another write makes another. */
export interface PendingDocument {
  readonly table: Table;
  readonly id: string;
  readonly internalId: Uint8Array;
  /** Null when the transaction made the document. */
  readonly base: BaseVersion | null;
  /** Null when the transaction deletes it. */
  readonly version: DocumentVersion | null;
}

interface UndoEntry {
  readonly tableId: TableId;
  readonly id: string;
  readonly before: PendingDocument | undefined;
}

/** The documents that a transaction wants to change: at most one entry each, taken back scope by scope. */
export class WriteSet {
  readonly #byTable = new Map<TableId, Map<string, PendingDocument>>();
  readonly #overlays = new Map<TableIndex, IndexOverlay>();
  /** One entry for each write inside a scope. */
  readonly #undo: UndoEntry[] = [];
  #scopes = 0;

  get isEmpty(): boolean {
    return this.#byTable.size === 0;
  }

  get(table: Table, id: string): PendingDocument | undefined {
    return this.#byTable.get(table.id)?.get(id);
  }

  put(document: PendingDocument): void {
    const { table, id } = document;
    let documents = this.#byTable.get(table.id);
    if (documents === undefined) {
      documents = new Map();
      this.#byTable.set(table.id, documents);
    }
    const before = documents.get(id);
    documents.set(id, document);
    if (this.#scopes > 0) this.#undo.push({ tableId: table.id, id, before });
    if (this.#overlays.size === 0) return;
    table.indexes.forEach((index, position) => {
      this.#overlays.get(index)?.replace(position, before, document);
    });
  }

  /** Remembers the state; every `beginScope` is ended by one `endScope`, inner ones first. */
  beginScope(): number {
    this.#scopes++;
    return this.#undo.length;
  }

  /** @param mark what `beginScope` returned. */
  endScope(mark: number, keep: boolean): void {
    this.#scopes--;
    if (!keep) this.#rollBack(mark);
    if (this.#scopes === 0) this.#undo.length = 0;
  }

  #rollBack(mark: number): void {
    if (this.#undo.length === mark) return;
    // They are made anew from what remains when somebody scans again.
    this.#overlays.clear();
    while (this.#undo.length > mark) {
      const { tableId, id, before } = this.#undo.pop() as UndoEntry;
      const documents = this.#byTable.get(tableId) as Map<string, PendingDocument>;
      if (before !== undefined) documents.set(id, before);
      else documents.delete(id);
      if (documents.size === 0) this.#byTable.delete(tableId);
    }
  }

  /** How an index differs from the snapshot, null when it does not. It stays current until a scope is rolled back. */
  overlay(table: Table, index: TableIndex): IndexOverlay | null {
    const documents = this.#byTable.get(table.id);
    if (documents === undefined) return null;
    let overlay = this.#overlays.get(index);
    if (overlay === undefined) {
      overlay = new IndexOverlay(table.indexes.indexOf(index), documents.values());
      this.#overlays.set(index, overlay);
    }
    return overlay;
  }

  documents(table: Table): Iterable<PendingDocument> {
    return this.#byTable.get(table.id)?.values() ?? [];
  }

  *all(): Generator<PendingDocument> {
    for (const documents of this.#byTable.values()) yield* documents.values();
  }
}

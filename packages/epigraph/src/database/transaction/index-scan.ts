import type { IndexEntry, Order } from "../../store/store.ts";
import { compareBytes, keySuccessor } from "../../values/index-key.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import type { KeyRange } from "../commit-request.ts";
import type { IndexOverlay, OverlayEntry } from "./index-overlay.ts";
import type { OpenRead } from "./read-set.ts";
import type { Transaction } from "./transaction.ts";

/** What a scan yields: enough for a reader who only passes the document on, without parsing it. */
export interface ScannedDocument {
  readonly key: Uint8Array;
  readonly json: string;
  readonly size: number;
}

export interface ScanBounds extends KeyRange {
  readonly order: Order;
}

/** Rows fetched at first when nothing is known about how many will be wanted; measured: a row costs a tenth of a call. */
const FIRST_PAGE_ROWS = 16;
const PAGE_GROWTH = 4;
const MAX_PAGE_ROWS = 256;
/** Pages of large documents stay short: what is fetched and not wanted is memory. */
const PAGE_BYTES = 1024 * 1024;

/**
 * One pass over a range of an index, own writes merged in key order, also those made while it goes on. Only what was
 * yielded (and, at the end, the whole range) counts as read, whatever was fetched ahead.
 */
export class IndexScan implements OpenRead {
  readonly index: number;
  readonly #transaction: Transaction;
  readonly #table: Table;
  readonly #tableIndex: TableIndex;
  readonly #bounds: ScanBounds;
  readonly #ascending: boolean;
  #page: readonly IndexEntry[] = [];
  #pageAt = 0;
  #pageRows: number;
  #storeExhausted = false;
  #overlay: IndexOverlay | null = null;
  #overlayChanges = 0;
  #overlayAt = 0;
  #lastKey: Uint8Array | null = null;
  #exhausted = false;
  #isOpen = true;

  /** @param expectedRows how many rows will be wanted at most, when known. */
  constructor(
    transaction: Transaction,
    table: Table,
    index: TableIndex,
    bounds: ScanBounds,
    expectedRows?: number,
  ) {
    this.index = index.id;
    this.#transaction = transaction;
    this.#table = table;
    this.#tableIndex = index;
    this.#bounds = bounds;
    this.#ascending = bounds.order === "asc";
    this.#pageRows = Math.max(1, Math.min(expectedRows ?? FIRST_PAGE_ROWS, MAX_PAGE_ROWS));
    transaction.openRead(this);
  }

  /**
   * The next document, null at the end of the range.
   * @throws DatabaseError when a limit on reads is passed.
   */
  next(): ScannedDocument | null {
    if (!this.#isOpen) return null;
    const found = this.#advance();
    if (found === null) {
      this.#exhausted = true;
      this.close();
      this.#transaction.checkReads();
      return null;
    }
    const isFirst = this.#lastKey === null;
    this.#lastKey = found.key;
    this.#transaction.countRead(this.#table, found.size);
    // Only now there is a range that counts; it grows from here on.
    if (isFirst) this.#transaction.checkReads();
    return found;
  }

  /**
   * Texts of the documents that come next, as far as they have been fetched, and null behind them where the range ends.
   * None counts as read.
   */
  peek(maxRows: number, maxCharacters: number): readonly (string | null)[] {
    const texts: (string | null)[] = [];
    if (!this.#isOpen || this.#transaction.overlay(this.#table, this.#tableIndex) !== null) return texts;
    let characters = 0;
    for (let at = this.#pageAt; at < this.#page.length && texts.length < maxRows; at++) {
      const { json } = this.#page[at]!.document;
      characters += json.length;
      if (characters > maxCharacters) return texts;
      texts.push(json);
    }
    if (texts.length < maxRows && this.#storeExhausted) texts.push(null);
    return texts;
  }

  /** Ends the pass; what was read so far stays read. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#page = [];
    this.#transaction.closeRead(this);
  }

  readRange(): KeyRange | null {
    const { start, end } = this.#bounds;
    if (this.#exhausted) return { start, end };
    if (this.#lastKey === null) return null;
    return this.#ascending ? { start, end: keySuccessor(this.#lastKey) } : { start: this.#lastKey, end };
  }

  #advance(): ScannedDocument | null {
    this.#followOverlay();
    for (;;) {
      const stored = this.#storedEntry();
      const own = this.#overlay === null ? undefined : this.#ownEntry();
      if (own === undefined) {
        if (stored === undefined) return null;
        this.#pageAt++;
        return { key: stored.key, json: stored.document.json, size: stored.document.size };
      }
      const order = stored === undefined ? -1 : this.#compare(own.key, stored.key);
      if (order > 0) {
        this.#pageAt++;
        const { key, document } = stored as IndexEntry;
        return { key, json: document.json, size: document.size };
      }
      if (order === 0) this.#pageAt++;
      this.#overlayAt += this.#ascending ? 1 : -1;
      if (own.version !== null) return { key: own.key, json: own.version.json, size: own.version.size };
    }
  }

  #storedEntry(): IndexEntry | undefined {
    if (this.#pageAt < this.#page.length) return this.#page[this.#pageAt];
    if (this.#storeExhausted) return undefined;
    const last = this.#page.at(-1)?.key;
    let { start, end } = this.#bounds;
    if (last !== undefined) {
      this.#growPage();
      if (this.#ascending) start = keySuccessor(last);
      else end = last;
    }
    this.#page = this.#transaction.snapshot.scan(this.index, start, end, this.#bounds.order, this.#pageRows);
    this.#pageAt = 0;
    this.#storeExhausted = this.#page.length < this.#pageRows;
    return this.#page[0];
  }

  #growPage(): void {
    const bytes = this.#page.reduce((sum, { document }) => sum + document.size, 0);
    const fitting = Math.floor((PAGE_BYTES * this.#page.length) / Math.max(bytes, 1));
    this.#pageRows = Math.max(1, Math.min(this.#pageRows * PAGE_GROWTH, MAX_PAGE_ROWS, fitting));
  }

  #ownEntry(): OverlayEntry | undefined {
    const own = this.#overlay?.at(this.#overlayAt);
    if (own === undefined) return undefined;
    const { start, end } = this.#bounds;
    const isInside = this.#ascending
      ? end === null || compareBytes(own.key, end) < 0
      : compareBytes(own.key, start) >= 0;
    return isInside ? own : undefined;
  }

  /** Finds the place in the overlay again when there were writes, or a roll-back, since the last row. */
  #followOverlay(): void {
    const overlay = this.#transaction.overlay(this.#table, this.#tableIndex);
    if (overlay === this.#overlay && (overlay === null || overlay.changes === this.#overlayChanges)) return;
    this.#overlay = overlay;
    if (overlay === null) return;
    this.#overlayChanges = overlay.changes;
    const { start, end } = this.#bounds;
    if (this.#ascending) {
      this.#overlayAt = overlay.placeOf(this.#lastKey === null ? start : keySuccessor(this.#lastKey));
    } else {
      const above = this.#lastKey ?? end;
      this.#overlayAt = (above === null ? overlay.length : overlay.placeOf(above)) - 1;
    }
  }

  #compare(a: Uint8Array, b: Uint8Array): number {
    return this.#ascending ? compareBytes(a, b) : compareBytes(b, a);
  }
}

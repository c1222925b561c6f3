import type { IndexEntry, Order, Snapshot } from "../../store/store.ts";
import { compareBytes } from "../../values/compare.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { IndexInfo, TableInfo } from "../catalogue/catalogue.ts";
import type { Usage } from "../transaction/limits.ts";
import type { OpenRange, ReadSet } from "../transaction/read-set.ts";
import type { WriteBuffer } from "../transaction/write-buffer.ts";

/** One row of a scan: its key and the document's JSON text, as it stands for this transaction. */
export interface ScannedRow {
  readonly key: Uint8Array;
  readonly json: string;
  readonly size: number;
}

export interface ScanSpace {
  readonly snapshot: Snapshot;
  readonly writes: WriteBuffer;
  /** Null: reads leave no trace (stale reads, host's own). */
  readonly reads: ReadSet | null;
  readonly usage: Usage | null;
}

const FIRST_PAGE = 16;
const MAX_PAGE = 256;

/**
 * Rows of one index range in order: stored rows merged with the transaction's own writes. Documents pass through as
 * text. The read set grows with what is consumed, not with what was fetched ahead.
 */
export class RangeScan {
  readonly #space: ScanSpace;
  readonly #table: TableInfo;
  readonly #index: IndexInfo;
  readonly #indexPlace: number;
  readonly #order: Order;
  /** The whole range; the next two fields are what the store still has to give of it. */
  readonly #bounds: { readonly start: Uint8Array; readonly end: Uint8Array | null };
  #start: Uint8Array;
  #end: Uint8Array | null;
  #page: readonly IndexEntry[] = [];
  #pageAt = 0;
  #pageSize: number;
  #storeDone = false;
  #own: ScannedRow[] = [];
  #ownAt = 0;
  #ownVersion = -1;
  #lastKey: Uint8Array | null = null;
  readonly #range: OpenRange;

  constructor(
    space: ScanSpace,
    table: TableInfo,
    index: IndexInfo,
    start: Uint8Array,
    end: Uint8Array | null,
    order: Order,
    expected: number | null,
  ) {
    this.#space = space;
    this.#table = table;
    this.#index = index;
    this.#indexPlace = table.indexes.indexOf(index);
    this.#order = order;
    this.#bounds = { start, end };
    this.#start = start;
    this.#end = end;
    this.#pageSize = Math.min(expected ?? FIRST_PAGE, MAX_PAGE);
    this.#range =
      order === "asc" ? { start, end: start, empty: true } : { start: end ?? start, end, empty: true };
    space.reads?.addRange(index.indexId, this.#range);
  }

  /** Next row, or null at the end of the range. */
  next(): ScannedRow | null {
    if (this.#space.writes.size > 0 && this.#ownVersion !== this.#space.writes.version) this.#gatherOwn();
    const stored = this.#peekStored();
    const own = this.#own[this.#ownAt];
    let row: ScannedRow;
    if (own !== undefined && (stored === null || this.#before(own.key, stored.key))) {
      row = own;
      this.#ownAt++;
    } else if (stored !== null) {
      row = { key: stored.key, json: stored.document.json, size: stored.document.size };
      this.#pageAt++;
    } else {
      this.#consumed(null);
      return null;
    }
    this.#consumed(row.key);
    this.#space.usage?.read(row.size);
    return row;
  }

  #before(a: Uint8Array, b: Uint8Array): boolean {
    const order = compareBytes(a, b);
    return this.#order === "asc" ? order < 0 : order > 0;
  }

  /** Widens the recorded range up to and including `key`; null: the whole range was read. */
  #consumed(key: Uint8Array | null): void {
    this.#range.empty = false;
    if (this.#order === "asc") this.#range.end = key === null ? this.#bounds.end : keySuccessor(key);
    else this.#range.start = key === null ? this.#bounds.start : key;
    if (key !== null) this.#lastKey = key;
  }

  #peekStored(): IndexEntry | null {
    for (;;) {
      const entry = this.#page[this.#pageAt];
      if (entry === undefined) {
        if (this.#storeDone) return null;
        this.#fetch();
        continue;
      }
      // A document with a pending write shows up through that write alone, wherever its new key is.
      if (this.#space.writes.size > 0 && this.#space.writes.ofRow(entry.document.row) !== undefined) {
        this.#pageAt++;
        continue;
      }
      return entry;
    }
  }

  #fetch(): void {
    const last = this.#page[this.#page.length - 1];
    if (last !== undefined) {
      if (this.#order === "asc") this.#start = keySuccessor(last.key);
      else this.#end = last.key;
    }
    this.#page = this.#space.snapshot.scan(
      this.#index.indexId,
      this.#start,
      this.#end,
      this.#order,
      this.#pageSize,
    );
    this.#pageAt = 0;
    if (this.#page.length < this.#pageSize) this.#storeDone = true;
    this.#pageSize = Math.min(this.#pageSize * 4, MAX_PAGE);
  }

  /** Own writes in the rest of the range, in order. */
  #gatherOwn(): void {
    this.#ownVersion = this.#space.writes.version;
    this.#ownAt = 0;
    this.#own = [];
    for (const write of this.#space.writes.all()) {
      if (write.document === null || write.table.tableId !== this.#table.tableId) continue;
      const key = write.document.keys[this.#indexPlace] as Uint8Array;
      if (!this.#inRest(key)) continue;
      this.#own.push({ key, json: write.document.json, size: write.document.size });
    }
    this.#own.sort((a, b) =>
      this.#order === "asc" ? compareBytes(a.key, b.key) : compareBytes(b.key, a.key),
    );
  }

  #inRest(key: Uint8Array): boolean {
    const { start, end } = this.#bounds;
    if (compareBytes(key, start) < 0 || (end !== null && compareBytes(key, end) >= 0)) return false;
    return this.#lastKey === null || this.#before(this.#lastKey, key);
  }
}

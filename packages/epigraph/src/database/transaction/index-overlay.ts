import { compareBytes } from "../../values/index-key.ts";
import type { DocumentVersion, PendingDocument } from "./write-set.ts";

export interface OverlayEntry {
  readonly key: Uint8Array;
  /** Null hides the key that the snapshot has. */
  readonly version: DocumentVersion | null;
}

/** What a transaction's writes change in one index, in key order. */
export class IndexOverlay {
  readonly #entries: OverlayEntry[];
  #changes = 0;

  /** @param position of the index among its table's indexes. */
  constructor(position: number, documents: Iterable<PendingDocument>) {
    const entries: OverlayEntry[] = [];
    for (const { table, internalId, base, version } of documents) {
      const oldKey = base?.version.keys(table, internalId)[position];
      const newKey = version?.keys(table, internalId)[position];
      if (newKey !== undefined && version !== null) entries.push({ key: newKey, version });
      if (oldKey === undefined) continue;
      if (newKey === undefined || compareBytes(oldKey, newKey) !== 0)
        entries.push({ key: oldKey, version: null });
    }
    this.#entries = entries.sort((a, b) => compareBytes(a.key, b.key));
  }

  /** Grows with every change, so that readers know when their places are no longer right. */
  get changes(): number {
    return this.#changes;
  }

  at(place: number): OverlayEntry | undefined {
    return this.#entries[place];
  }

  /** Place of the first entry with a key not less than `key`. */
  placeOf(key: Uint8Array): number {
    const entries = this.#entries;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareBytes(entries[middle]!.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Follows a write: the entries of `before` go, those of `after` come. */
  replace(position: number, before: PendingDocument | undefined, after: PendingDocument): void {
    const { table, internalId, base, version } = after;
    this.#changes++;
    const beforeKey = before?.version?.keys(table, internalId)[position];
    if (beforeKey !== undefined) this.#remove(beforeKey);
    const oldKey = base?.version.keys(table, internalId)[position];
    if (oldKey !== undefined) this.#set({ key: oldKey, version: null });
    const newKey = version?.keys(table, internalId)[position];
    if (newKey !== undefined && version !== null) this.#set({ key: newKey, version });
  }

  #set(entry: OverlayEntry): void {
    const place = this.placeOf(entry.key);
    const there = this.#entries[place];
    const isThere = there !== undefined && compareBytes(there.key, entry.key) === 0;
    this.#entries.splice(place, isThere ? 1 : 0, entry);
  }

  #remove(key: Uint8Array): void {
    const place = this.placeOf(key);
    const there = this.#entries[place];
    if (there !== undefined && compareBytes(there.key, key) === 0) this.#entries.splice(place, 1);
  }
}

import type { IndexId } from "../../store/store.ts";
import { compareBytes, keySuccessor } from "../../values/index-key.ts";
import { isSystemIndex } from "../catalogue/system-tables.ts";
import type { IndexReads, KeyRange } from "../commit-request.ts";

/** A range that is being read: what has been read of it grows until the reader is done. */
export interface OpenRead {
  readonly index: IndexId;
  /** What has been read so far, null as long as nothing has. */
  readRange(): KeyRange | null;
}

/** What a transaction has read, per index as disjoint ascending ranges; ranges that touch are merged at once. */
export class ReadSet {
  readonly #byIndex = new Map<IndexId, KeyRange[]>();
  readonly #open = new Set<OpenRead>();
  #count = 0;

  /**
   * Disjoint ranges of user tables, open reads counted one each: an upper bound that `settle` makes exact. Those of
   * system tables are dependencies like all others, but an app is not charged for them.
   */
  get size(): number {
    return this.#count + this.#open.size;
  }

  addPoint(index: IndexId, key: Uint8Array): void {
    this.#add(index, key, null, true);
  }

  addRange(index: IndexId, range: KeyRange): void {
    this.#add(index, range.start, range.end, false);
  }

  /** A point needs an end only where it is not covered yet, so the end is made here. */
  #add(index: IndexId, start: Uint8Array, end: Uint8Array | null, isPoint: boolean): void {
    let ranges = this.#byIndex.get(index);
    if (ranges === undefined) {
      ranges = [];
      this.#byIndex.set(index, ranges);
    }
    // The first range that does not end before `start`: the only one that can cover or touch it from below.
    const first = firstEndingAtOrAfter(ranges, start);
    const candidate = ranges[first];
    if (isPoint) {
      if (candidate !== undefined && contains(candidate, start)) return;
      end = keySuccessor(start);
    }
    let mergedStart = start;
    let mergedEnd = end;
    let last = first;
    while (last < ranges.length) {
      const range = ranges[last]!;
      if (end !== null && compareBytes(range.start, end) > 0) break;
      if (compareBytes(range.start, mergedStart) < 0) mergedStart = range.start;
      mergedEnd = maxEnd(mergedEnd, range.end);
      last++;
    }
    const merged: KeyRange = { start: mergedStart, end: mergedEnd };
    if (last === first && first === ranges.length) ranges.push(merged);
    else if (last === first + 1) ranges[first] = merged;
    else ranges.splice(first, last - first, merged);
    if (!isSystemIndex(index)) this.#count += 1 - (last - first);
  }

  open(read: OpenRead): void {
    this.#open.add(read);
  }

  close(read: OpenRead): void {
    if (!this.#open.delete(read)) return;
    this.#take(read);
  }

  /** Takes in what open reads have read so far, so that `size` counts each range once. Reading may go on afterwards. */
  settle(): number {
    for (const read of this.#open) this.#take(read);
    return this.#count;
  }

  toIndexReads(): readonly IndexReads[] {
    this.settle();
    return Array.from(this.#byIndex, ([index, ranges]) => ({ index, ranges: ranges.slice() }));
  }

  #take(read: OpenRead): void {
    const range = read.readRange();
    if (range !== null) this.addRange(read.index, range);
  }
}

function firstEndingAtOrAfter(ranges: readonly KeyRange[], key: Uint8Array): number {
  let low = 0;
  let high = ranges.length;
  // Reads mostly ascend: look at the end first.
  const last = ranges[high - 1];
  if (last === undefined || (last.end !== null && compareBytes(last.end, key) < 0)) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { end } = ranges[middle]!;
    if (end !== null && compareBytes(end, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function contains({ start, end }: KeyRange, key: Uint8Array): boolean {
  return compareBytes(start, key) <= 0 && (end === null || compareBytes(key, end) < 0);
}

function maxEnd(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return null;
  return compareBytes(a, b) < 0 ? b : a;
}

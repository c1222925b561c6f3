import type { IndexId } from "../../store/store.ts";
import { compareBytes } from "../../values/compare.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { IndexReads, KeyRange } from "../commit-request.ts";

/** A range that a cursor is still reading: it covers what was consumed so far. */
export interface OpenRange {
  start: Uint8Array;
  end: Uint8Array | null;
  /** Nothing was consumed yet: the range does not count. */
  empty: boolean;
}

/** What a transaction read: keys and ranges of index keys, empty ones too. */
export class ReadSet {
  readonly #points = new Map<IndexId, Map<string, Uint8Array>>();
  readonly #ranges = new Map<IndexId, OpenRange[]>();
  #count = 0;

  /** Records, not merged: never less than the number of disjoint intervals. */
  get recorded(): number {
    return this.#count;
  }

  addPoint(index: IndexId, key: Uint8Array): void {
    let points = this.#points.get(index);
    if (points === undefined) {
      points = new Map();
      this.#points.set(index, points);
    }
    const name = String.fromCharCode.apply(null, key as unknown as number[]);
    if (points.has(name)) return;
    points.set(name, key);
    this.#count++;
  }

  /** Registers a range that its cursor goes on widening. */
  addRange(index: IndexId, range: OpenRange): void {
    const ranges = this.#ranges.get(index);
    if (ranges === undefined) this.#ranges.set(index, [range]);
    else ranges.push(range);
    this.#count++;
  }

  /** Disjoint ascending ranges by index. */
  merged(): IndexReads[] {
    const indexes = new Set([...this.#points.keys(), ...this.#ranges.keys()]);
    return [...indexes].map((index) => {
      const ranges: KeyRange[] = (this.#ranges.get(index) ?? []).filter((range) => !range.empty);
      for (const key of this.#points.get(index)?.values() ?? [])
        ranges.push({ start: key, end: keySuccessor(key) });
      return { index, ranges: mergeRanges(ranges) };
    });
  }
}

function mergeRanges(ranges: KeyRange[]): KeyRange[] {
  if (ranges.length < 2) return ranges;
  ranges.sort((a, b) => compareBytes(a.start, b.start));
  const merged: { start: Uint8Array; end: Uint8Array | null }[] = [];
  for (const range of ranges) {
    const last = merged[merged.length - 1];
    if (last !== undefined && (last.end === null || compareBytes(range.start, last.end) <= 0)) {
      if (last.end !== null && (range.end === null || compareBytes(range.end, last.end) > 0))
        last.end = range.end;
    } else merged.push({ start: range.start, end: range.end });
  }
  return merged;
}

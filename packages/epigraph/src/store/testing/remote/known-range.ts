import { compareBytes } from "../../../values/compare.ts";
import type { IndexEntry, Order, StoredDocument } from "../../store.ts";

/** A place between keys; null is above them all. */
type Bound = Uint8Array | null;

/** What is to be fetched next, and in which order. */
export interface Gap {
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
}

/**
 * What one snapshot is known to hold in a range of one index: every entry from `start` up to, not including, `end`. It
 * grows at the end to which it is read, and lets go of what was passed. True as long as the snapshot is open, for that
 * never changes.
 */
export class KnownRange {
  #start: Bound;
  #end: Bound;
  #entries: IndexEntry[] = [];

  /** Knows nothing yet, at the place where a scan begins. */
  constructor(from: Bound) {
    this.#start = from;
    this.#end = from;
  }

  /** The document at a key, null when there is none, undefined when that is not known. */
  find(key: Uint8Array): StoredDocument | null | undefined {
    if (compareBounds(key, this.#start) < 0 || compareBounds(key, this.#end) >= 0) return undefined;
    const entry = this.#entries[this.#placeOf(key)];
    return entry !== undefined && compareBytes(entry.key, key) === 0 ? entry.document : null;
  }

  /** Whether a scan begins inside, or where this ends: then it can be answered, or this can grow for it. */
  isBeginOf(from: Bound): boolean {
    return compareBounds(from, this.#start) >= 0 && compareBounds(from, this.#end) <= 0;
  }

  /** The first known entries of a scan that begins inside. */
  read(start: Uint8Array, end: Bound, order: Order, limit: number): IndexEntry[] {
    const first = this.#placeOf(start);
    const behind = this.#placeOf(end);
    if (order === "asc") return this.#entries.slice(first, Math.min(behind, first + limit));
    return this.#entries.slice(Math.max(first, behind - limit), Math.max(first, behind)).reverse();
  }

  /** The part of a scan that begins inside and is not known yet, null when all is. */
  gap(start: Uint8Array, end: Bound, order: Order): Gap | null {
    if (order === "asc") {
      return compareBounds(this.#end, end) >= 0 ? null : { start: this.#end as Uint8Array, end };
    }
    return compareBounds(this.#start, start) <= 0 ? null : { start, end: this.#start };
  }

  /**
   * Takes in what was fetched for a gap.
   * @param upTo where it ends: the bound of the gap, or the last entry.
   */
  growUp(from: Uint8Array, entries: readonly IndexEntry[], upTo: Bound): void {
    this.#entries = [...this.#entries.slice(this.#placeOf(from)), ...entries];
    this.#start = from;
    this.#end = upTo;
  }

  /** As `growUp`, towards lower keys; `entries` descend. */
  growDown(from: Bound, entries: readonly IndexEntry[], downTo: Uint8Array): void {
    this.#entries = [...entries.toReversed(), ...this.#entries.slice(0, this.#placeOf(from))];
    this.#end = from;
    this.#start = downTo;
  }

  /** Place of the first entry that is not below. */
  #placeOf(bound: Bound): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareBounds((this.#entries[middle] as IndexEntry).key, bound) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compareBounds(a: Bound, b: Bound): number {
  if (a === null) return b === null ? 0 : 1;
  return b === null ? -1 : compareBytes(a, b);
}

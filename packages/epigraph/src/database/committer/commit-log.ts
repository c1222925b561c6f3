import type { IndexId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { CommitRequest, IndexReads, KeyRange } from "../commit-request.ts";
import { compareKeyText, isPoint, keyText } from "./key-text.ts";

/** Who wrote a document, for the message of the one that lost. */
interface DocumentWriter {
  readonly table: string;
  readonly documentId: string;
  readonly source: string;
}

interface LoggedWrite {
  readonly ts: Ticks;
  readonly key: string;
  readonly by: DocumentWriter;
}

/** What recent commits wrote into one index. */
interface IndexTail {
  /** In commit order. */
  writes: LoggedWrite[];
  /** The newest of them by key. */
  readonly newest: Map<string, LoggedWrite>;
}

export interface Conflict extends DocumentWriter {
  readonly ts: Ticks;
  readonly index: IndexId;
  readonly key: string;
}

/** About 40 MB. Older transactions than this reaches back for are asked to run again. */
const MAX_WRITES = 250_000;

/**
 * What recent commits wrote, by index, in memory. A check costs a lookup for each point read, and for ranges what was
 * written to the index since the snapshot times the logarithm of the ranges: nothing grows with the database, nor with
 * what was written elsewhere.
 */
export class CommitLog {
  readonly #tails = new Map<IndexId, IndexTail>();
  readonly #maxWrites: number;
  #size = 0;
  #from: Ticks;

  constructor(from: Ticks, options: { readonly maxWrites?: number } = {}) {
    this.#from = from;
    this.#maxWrites = options.maxWrites ?? MAX_WRITES;
  }

  /** All commits after this are here: reads at an older snapshot can't be checked. */
  get from(): Ticks {
    return this.#from;
  }

  /** Keys that are held. */
  get size(): number {
    return this.#size;
  }

  /** @param ts greater than all before. */
  add(ts: Ticks, request: CommitRequest): void {
    for (const { tableName: table, documentId, touched } of request.writes) {
      const by: DocumentWriter = { table, documentId, source: request.source };
      for (const { index, key } of touched) {
        const write: LoggedWrite = { ts, key: keyText(key), by };
        const tail = this.#tail(index);
        tail.writes.push(write);
        tail.newest.set(write.key, write);
        this.#size++;
      }
    }
  }

  /** Takes back everything at or after `ts`: a group that was accepted but could not be stored. */
  rewind(ts: Ticks): void {
    for (const tail of this.#tails.values()) {
      const keep = firstAfter(tail.writes, ts - 1);
      if (keep < tail.writes.length) this.#replace(tail, tail.writes.slice(0, keep));
    }
  }

  /** A write after `snapshotTs` to something that was read, null when there is none. */
  findConflict(snapshotTs: Ticks, reads: readonly IndexReads[]): Conflict | null {
    for (const { index, ranges } of reads) {
      const tail = this.#tails.get(index);
      const last = tail?.writes.at(-1);
      if (tail === undefined || last === undefined || last.ts <= snapshotTs) continue;
      const found = findInTail(tail, snapshotTs, ranges);
      if (found !== null) return { ts: found.ts, index, key: found.key, ...found.by };
    }
    return null;
  }

  /**
   * Lets go of commits up to `ts`, and when there are too many, of more of those up to `newest`. Reads of the newest
   * state can always be checked, however old it is.
   */
  forget(ts: Ticks, newest: Ticks): void {
    const bound = Math.min(ts, newest);
    if (bound > this.#from) this.#forgetUpTo(bound);
    while (this.#size > this.#maxWrites && this.#from < newest) {
      this.#forgetUpTo(this.#from + Math.ceil((newest - this.#from) / 2));
    }
  }

  #forgetUpTo(ts: Ticks): void {
    this.#from = ts;
    for (const [index, tail] of this.#tails) {
      const keep = firstAfter(tail.writes, ts);
      if (keep === 0) continue;
      for (let i = 0; i < keep; i++) {
        const write = tail.writes[i]!;
        if (tail.newest.get(write.key) === write) tail.newest.delete(write.key);
      }
      this.#size -= keep;
      tail.writes = tail.writes.slice(keep);
      if (tail.writes.length === 0) this.#tails.delete(index);
    }
  }

  #tail(index: IndexId): IndexTail {
    let tail = this.#tails.get(index);
    if (tail === undefined) {
      tail = { writes: [], newest: new Map() };
      this.#tails.set(index, tail);
    }
    return tail;
  }

  #replace(tail: IndexTail, writes: LoggedWrite[]): void {
    this.#size -= tail.writes.length - writes.length;
    tail.writes = writes;
    tail.newest.clear();
    for (const write of writes) tail.newest.set(write.key, write);
  }
}

function findInTail(
  { writes, newest }: IndexTail,
  snapshotTs: Ticks,
  ranges: readonly KeyRange[],
): LoggedWrite | null {
  const first = firstAfter(writes, snapshotTs);
  let ranged = ranges;
  // Few reads against many writes: points are looked up, and only ranges are held against each write.
  if (writes.length - first > ranges.length) {
    const intervals: KeyRange[] = [];
    for (const range of ranges) {
      if (!isPoint(range)) {
        intervals.push(range);
        continue;
      }
      const write = newest.get(keyText(range.start));
      if (write !== undefined && write.ts > snapshotTs) return write;
    }
    if (intervals.length === 0) return null;
    ranged = intervals;
  }
  for (let i = writes.length - 1; i >= first; i--) {
    const write = writes[i]!;
    if (covers(ranged, write.key)) return write;
  }
  return null;
}

/** Position of the first write after `ts`. */
function firstAfter(writes: readonly LoggedWrite[], ts: Ticks): number {
  let low = 0;
  let high = writes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (writes[middle]!.ts <= ts) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether one of the ascending, disjoint ranges holds the key. */
function covers(ranges: readonly KeyRange[], key: string): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { start, end } = ranges[middle]!;
    if (compareKeyText(key, start) < 0) high = middle;
    else if (end !== null && compareKeyText(key, end) >= 0) low = middle + 1;
    else return true;
  }
  return false;
}

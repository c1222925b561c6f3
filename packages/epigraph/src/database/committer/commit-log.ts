import type { IndexId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import { compareBytes } from "../../values/compare.ts";
import type { CommitRequest, IndexReads, KeyRange } from "../commit-request.ts";

/** One written document as later readers are checked against it. */
interface LoggedWrite {
  readonly ts: Ticks;
  readonly key: Uint8Array;
  readonly table: string;
  readonly documentId: string;
  readonly source: string;
}

export interface Conflict {
  readonly ts: Ticks;
  readonly index: IndexId;
  readonly key: Uint8Array;
  readonly table: string;
  readonly documentId: string;
  readonly source: string;
}

/**
 * What recent commits wrote, by index and in commit order. A check costs what was written since the reader's snapshot
 * in the indexes it read, times the logarithm of its ranges: nothing grows with the database.
 */
export class CommitLog {
  readonly #byIndex = new Map<IndexId, LoggedWrite[]>();
  #from: Ticks;

  constructor(from: Ticks) {
    this.#from = from;
  }

  /** Reads at snapshots before this can't be checked any more. */
  get from(): Ticks {
    return this.#from;
  }

  add(ts: Ticks, request: CommitRequest): void {
    for (const write of request.writes) {
      for (const { index, key } of write.touched) {
        let tail = this.#byIndex.get(index);
        if (tail === undefined) {
          tail = [];
          this.#byIndex.set(index, tail);
        }
        tail.push({ ts, key, table: write.tableName, documentId: write.documentId, source: request.source });
      }
    }
  }

  /** Takes back everything at or after `ts`: a group that was accepted but could not be stored. */
  rewind(ts: Ticks): void {
    for (const tail of this.#byIndex.values()) {
      while (tail.length > 0 && (tail[tail.length - 1] as LoggedWrite).ts >= ts) tail.pop();
    }
  }

  /** The newest write after `snapshotTs` that `reads` saw the place of; null when there is none. */
  findConflict(snapshotTs: Ticks, reads: readonly IndexReads[]): Conflict | null {
    for (const { index, ranges } of reads) {
      const tail = this.#byIndex.get(index);
      if (tail === undefined) continue;
      for (let i = tail.length - 1; i >= 0; i--) {
        const write = tail[i] as LoggedWrite;
        if (write.ts <= snapshotTs) break;
        if (covers(ranges, write.key)) return { ...write, index };
      }
    }
    return null;
  }

  forgetBefore(ts: Ticks): void {
    if (ts <= this.#from) return;
    this.#from = ts;
    for (const [index, tail] of this.#byIndex) {
      let keep = 0;
      while (keep < tail.length && (tail[keep] as LoggedWrite).ts <= ts) keep++;
      if (keep === tail.length) this.#byIndex.delete(index);
      else if (keep > 0) tail.splice(0, keep);
    }
  }
}

/** Whether one of the ascending, disjoint ranges holds the key. */
function covers(ranges: readonly KeyRange[], key: Uint8Array): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle] as KeyRange;
    if (compareBytes(key, range.start) < 0) high = middle;
    else if (range.end !== null && compareBytes(key, range.end) >= 0) low = middle + 1;
    else return true;
  }
  return false;
}

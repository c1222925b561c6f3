import type { IndexId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { CommitRequest, IndexReads } from "../commit-request.ts";
import { type DocumentWriter, IndexTail } from "./index-tail.ts";
import { keyText } from "./key-text.ts";

export interface Conflict extends DocumentWriter {
  readonly index: IndexId;
  readonly key: string;
}

/** About 25 MB. Older transactions than this reaches back for are asked to run again. */
const MAX_WRITES = 250_000;

/**
 * What recent commits wrote, by index, in memory. A check costs what was written since the snapshot to the indexes that
 * were read, and little of that for point reads: nothing grows with the database, nor with what was written elsewhere.
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
  add(ts: Ticks, { writes, source }: CommitRequest): void {
    for (const { tableName: table, documentId, touched } of writes) {
      const by: DocumentWriter = { ts, table, documentId, source };
      for (const { index, key } of touched) this.#tail(index).add(keyText(key), by);
      this.#size += touched.length;
    }
  }

  /** Takes back everything at or after `ts`: a group that was accepted but could not be stored. */
  rewind(ts: Ticks): void {
    this.#shorten((tail) => tail.rewind(ts));
  }

  /** A write after `snapshotTs` to something that was read, null when there is none. */
  findConflict(snapshotTs: Ticks, reads: readonly IndexReads[]): Conflict | null {
    for (const { index, ranges } of reads) {
      const found = this.#tails.get(index)?.find(snapshotTs, ranges) ?? null;
      if (found !== null) return { index, key: found.key, ...found.by };
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
    this.#shorten((tail) => tail.forget(ts));
  }

  #shorten(shorten: (tail: IndexTail) => number): void {
    for (const [index, tail] of this.#tails) {
      this.#size -= shorten(tail);
      if (tail.isEmpty) this.#tails.delete(index);
    }
  }

  #tail(index: IndexId): IndexTail {
    let tail = this.#tails.get(index);
    if (tail === undefined) {
      tail = new IndexTail();
      this.#tails.set(index, tail);
    }
    return tail;
  }
}

import type { IndexReads } from "../../database/commit-request.ts";
import type { FeedCommit } from "../../database/committer/committer-notice.ts";
import { type DocumentWriter, IndexTail } from "../../database/committer/index-tail.ts";
import type { IndexId } from "../../store/store.ts";
import { type Ticks, ticksFromMilliseconds } from "../../store/ticks.ts";

/** A query runs for seconds at most; what is older can't be told and counts as touched. */
const KEPT: Ticks = ticksFromMilliseconds(10_000);
/** About 10 MB. */
const MAX_KEYS = 100_000;

interface Waiting {
  readonly ts: Ticks;
  readonly resolve: () => void;
}

/** What recent commits touched, as far as this process has heard of them, and up to where that is. */
export class RecentCommits {
  readonly #tails = new Map<IndexId, IndexTail>();
  #waiting: Waiting[] = [];
  #from: Ticks = 0;
  #newest: Ticks = 0;
  #size = 0;

  /** Every commit up to here has been taken in: no other will come. */
  get newest(): Ticks {
    return this.#newest;
  }

  /** Begins anew behind a commit: all later ones are going to be told. */
  begin(ts: Ticks): void {
    this.#tails.clear();
    this.#size = 0;
    this.#from = ts;
    this.#advance(ts);
  }

  /** @param commit newer than all before. */
  add({ ts, touched }: FeedCommit): void {
    const by: DocumentWriter = { ts, table: "", documentId: "", source: "" };
    for (let i = 0; i < touched.length; i += 2) {
      this.#tail(touched[i] as IndexId).add(touched[i + 1] as string, by);
    }
    this.#size += touched.length / 2;
    this.#advance(ts);
    if (this.#size > MAX_KEYS) this.#forget(this.#from + Math.ceil((ts - this.#from) / 2));
    else if (ts - this.#from > 2 * KEPT) this.#forget(ts - KEPT);
  }

  /** Resolves once `newest` is at or behind `ts`. */
  async reached(ts: Ticks): Promise<void> {
    if (ts > this.#newest) await new Promise<void>((resolve) => this.#waiting.push({ ts, resolve }));
  }

  /** Whether a commit after `ts` touched one of the ranges, or may have. */
  touchedSince(ts: Ticks, reads: readonly IndexReads[]): boolean {
    if (ts === this.#newest) return false;
    if (ts < this.#from) return true;
    return reads.some(({ index, ranges }) => (this.#tails.get(index)?.find(ts, ranges) ?? null) !== null);
  }

  #advance(ts: Ticks): void {
    this.#newest = Math.max(ts, this.#newest);
    if (this.#waiting.length === 0) return;
    const due = this.#waiting.filter((waiting) => waiting.ts <= this.#newest);
    this.#waiting = this.#waiting.filter((waiting) => waiting.ts > this.#newest);
    for (const { resolve } of due) resolve();
  }

  #forget(ts: Ticks): void {
    this.#from = ts;
    for (const [index, tail] of this.#tails) {
      this.#size -= tail.forget(ts);
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

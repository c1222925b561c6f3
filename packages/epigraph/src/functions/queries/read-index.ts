import type { IndexReads, KeyRange } from "../../database/commit-request.ts";
import { isPoint, keyText } from "../../database/committer/key-text.ts";
import type { IndexId } from "../../store/store.ts";
import { IntervalTree } from "./interval-tree.ts";

/** What is read of one index, by whoever read it. */
class IndexReaders<Owner> {
  readonly #points = new Map<string, Set<Owner>>();
  readonly #intervals: IntervalTree<Owner>;

  constructor(random: () => number) {
    this.#intervals = new IntervalTree(random);
  }

  get isEmpty(): boolean {
    return this.#points.size === 0 && this.#intervals.isEmpty;
  }

  add(range: KeyRange, owner: Owner): void {
    const start = keyText(range.start);
    if (!isPoint(range)) {
      this.#intervals.add({ start, end: range.end === null ? null : keyText(range.end) }, owner);
      return;
    }
    const owners = this.#points.get(start);
    if (owners === undefined) this.#points.set(start, new Set([owner]));
    else owners.add(owner);
  }

  remove(range: KeyRange, owner: Owner): void {
    const start = keyText(range.start);
    if (!isPoint(range)) {
      this.#intervals.remove({ start, end: range.end === null ? null : keyText(range.end) }, owner);
      return;
    }
    const owners = this.#points.get(start);
    owners?.delete(owner);
    if (owners?.size === 0) this.#points.delete(start);
  }

  find(key: string, visit: (owners: ReadonlySet<Owner>) => void): void {
    const owners = this.#points.get(key);
    if (owners !== undefined) visit(owners);
    this.#intervals.find(key, visit);
  }
}

/**
 * Who has read what: finds the owners of all read sets that hold a key. A key that nobody has read costs a look-up, and
 * the logarithm of what others have read of its index.
 */
export class ReadIndex<Owner> {
  readonly #byIndex = new Map<IndexId, IndexReaders<Owner>>();
  readonly #random: () => number;

  /** @param random from 0 to 1; nobody outside may foresee it. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** @param reads may overlap. */
  add(owner: Owner, reads: readonly IndexReads[]): void {
    for (const { index, ranges } of reads) {
      let readers = this.#byIndex.get(index);
      if (readers === undefined) {
        readers = new IndexReaders(this.#random);
        this.#byIndex.set(index, readers);
      }
      for (const range of ranges) readers.add(range, owner);
    }
  }

  /** @param reads those that it was added with. */
  remove(owner: Owner, reads: readonly IndexReads[]): void {
    for (const { index, ranges } of reads) {
      const readers = this.#byIndex.get(index);
      if (readers === undefined) continue;
      for (const range of ranges) readers.remove(range, owner);
      if (readers.isEmpty) this.#byIndex.delete(index);
    }
  }

  /** @param key as `keyText` has it. @param visit gets the owners; some perhaps more than once. */
  find(index: IndexId, key: string, visit: (owners: ReadonlySet<Owner>) => void): void {
    this.#byIndex.get(index)?.find(key, visit);
  }
}

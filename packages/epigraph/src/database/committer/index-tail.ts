import type { Ticks } from "../../store/ticks.ts";
import type { KeyRange } from "../commit-request.ts";
import { compareKeyText, isPoint, keyText } from "./key-text.ts";

/** Who wrote a document and when, for the message of the one that lost. */
export interface DocumentWriter {
  readonly ts: Ticks;
  readonly table: string;
  readonly documentId: string;
  readonly source: string;
}

export interface LoggedWrite {
  readonly key: string;
  readonly by: DocumentWriter;
}

/** Writes that stand one behind the other, in commit order: place `i` of both lists is one write. */
interface Block {
  readonly keys: string[];
  readonly writers: DocumentWriter[];
  /** Place of the newest write of each key, made when a full block is first asked for points. */
  places: Map<string, number> | null;
}

interface SplitRanges {
  readonly all: readonly KeyRange[];
  readonly points: readonly string[];
  readonly intervals: readonly KeyRange[];
}

/** Whole blocks are let go of, which is a step, not a walk over what they hold. */
const BLOCK_WRITES = 512;
/** More points are found faster by halving the list of them. */
const FEW_POINTS = 4;

/**
 * What recent commits wrote into one index. Adding costs next to nothing, for most transactions are checked against
 * the last hundred writes only; lookup tables are made for those that come from further back.
 */
export class IndexTail {
  #blocks: Block[] = [];

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** @param by not older than all before. */
  add(key: string, by: DocumentWriter): void {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.keys.length === BLOCK_WRITES) {
      block = { keys: [], writers: [], places: null };
      this.#blocks.push(block);
    }
    block.keys.push(key);
    block.writers.push(by);
  }

  /** Takes back everything at or after `ts`; tells how much that was. */
  rewind(ts: Ticks): number {
    let removed = 0;
    for (let block = this.#blocks.at(-1); block !== undefined; block = this.#blocks.at(-1)) {
      const kept = firstAfter(block.writers, ts - 1);
      if (kept === block.writers.length) break;
      removed += block.writers.length - kept;
      block.keys.length = kept;
      block.writers.length = kept;
      block.places = null;
      if (kept > 0) break;
      this.#blocks.pop();
    }
    return removed;
  }

  /** Lets go of blocks that hold nothing after `ts`; tells how much that was. */
  forget(ts: Ticks): number {
    const kept = this.#blocks.findIndex(({ writers }) => writers.at(-1)!.ts > ts);
    const gone = this.#blocks.splice(0, kept === -1 ? this.#blocks.length : kept);
    return gone.reduce((sum, { keys }) => sum + keys.length, 0);
  }

  /** A write after `snapshotTs` to a key in one of the ascending, disjoint ranges. */
  find(snapshotTs: Ticks, ranges: readonly KeyRange[]): LoggedWrite | null {
    let split: SplitRanges | null = null;
    for (let i = this.#blocks.length - 1; i >= 0; i--) {
      const block = this.#blocks[i]!;
      if (block.writers.at(-1)!.ts <= snapshotTs) return null;
      split ??= splitRanges(ranges);
      const place = findInBlock(block, firstAfter(block.writers, snapshotTs), split);
      if (place !== -1) return { key: block.keys[place]!, by: block.writers[place]! };
    }
    return null;
  }
}

function splitRanges(all: readonly KeyRange[]): SplitRanges {
  const points: string[] = [];
  const intervals: KeyRange[] = [];
  for (const range of all) {
    if (isPoint(range)) points.push(keyText(range.start));
    else intervals.push(range);
  }
  return { all, points, intervals };
}

/** Place of a write from `first` on, -1 when there is none. */
function findInBlock(block: Block, first: number, { all, points, intervals }: SplitRanges): number {
  const { keys } = block;
  if (first === 0 && keys.length === BLOCK_WRITES) {
    block.places ??= new Map(keys.map((key, place) => [key, place]));
    for (const point of points) {
      const place = block.places.get(point);
      if (place !== undefined) return place;
    }
    return findCovered(keys, first, intervals);
  }
  if (points.length > FEW_POINTS) return findCovered(keys, first, all);
  for (const point of points) {
    const place = keys.indexOf(point, first);
    if (place !== -1) return place;
  }
  return findCovered(keys, first, intervals);
}

function findCovered(keys: readonly string[], first: number, ranges: readonly KeyRange[]): number {
  if (ranges.length === 0) return -1;
  for (let place = keys.length - 1; place >= first; place--) {
    if (covers(ranges, keys[place]!)) return place;
  }
  return -1;
}

/** Position of the first write after `ts`. */
function firstAfter(writers: readonly DocumentWriter[], ts: Ticks): number {
  let low = 0;
  let high = writers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (writers[middle]!.ts <= ts) low = middle + 1;
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

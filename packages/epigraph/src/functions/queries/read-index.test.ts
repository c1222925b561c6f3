import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { IndexReads, KeyRange } from "../../database/commit-request.ts";
import { keyText } from "../../database/committer/key-text.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import { ReadIndex } from "./read-index.ts";

const SEED = Number(process.env["SEED"] ?? 7);
const INDEXES = 3;

/** Looks at everything: what the index must agree with. */
class NaiveReadIndex {
  readonly #owners = new Map<number, readonly IndexReads[]>();

  add(owner: number, reads: readonly IndexReads[]): void {
    this.#owners.set(owner, reads);
  }

  remove(owner: number): void {
    this.#owners.delete(owner);
  }

  find(index: number, key: Uint8Array): Set<number> {
    const found = new Set<number>();
    for (const [owner, reads] of this.#owners) {
      const isRead = reads.some(
        (read) => read.index === index && read.ranges.some((range) => holds(range, key)),
      );
      if (isRead) found.add(owner);
    }
    return found;
  }

  reads(owner: number): readonly IndexReads[] {
    return this.#owners.get(owner) ?? [];
  }
}

function holds({ start, end }: KeyRange, key: Uint8Array): boolean {
  return Buffer.compare(start, key) <= 0 && (end === null || Buffer.compare(key, end) < 0);
}

describe("the index of what was read", () => {
  it(`finds the same owners as looking at all of them (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const index = new ReadIndex<number>(random);
    const naive = new NaiveReadIndex();
    const alive: number[] = [];
    const randomKey = (): Uint8Array =>
      // Few different ones, so that intervals meet, hold each other and are equal; bytes above 127 among them.
      Uint8Array.from(
        { length: Math.floor(random() * 3) },
        () => [0, 1, 127, 128, 255][Math.floor(random() * 5)]!,
      );
    const randomRange = (): KeyRange => {
      const start = randomKey();
      const choice = random();
      if (choice < 0.3) return { start, end: keySuccessor(start) };
      if (choice < 0.4) return { start, end: null };
      const end = randomKey();
      return Buffer.compare(start, end) < 0 ? { start, end } : { start: end, end: keySuccessor(start) };
    };
    const randomReads = (): IndexReads[] =>
      Array.from({ length: 1 + Math.floor(random() * INDEXES) }, (_, i) => ({
        index: i,
        ranges: Array.from({ length: Math.floor(random() * 4) }, randomRange),
      }));
    for (let owner = 0; owner < 3000; owner++) {
      const reads = randomReads();
      index.add(owner, reads);
      naive.add(owner, reads);
      alive.push(owner);
      while (alive.length > 60 || random() < 0.3) {
        const [gone] = alive.splice(Math.floor(random() * alive.length), 1);
        if (gone === undefined) break;
        index.remove(gone, naive.reads(gone));
        naive.remove(gone);
      }
      const key = randomKey();
      for (let id = 0; id < INDEXES; id++) {
        const found = new Set<number>();
        index.find(id, keyText(key), (owners) => {
          for (const each of owners) found.add(each);
        });
        assert.deepEqual([...found].sort(), [...naive.find(id, key)].sort());
      }
    }
  });

  it("looks at few of many intervals that don't hold a key", () => {
    const index = new ReadIndex<number>(seededRandom(SEED));
    const key = (n: number): Uint8Array => Uint8Array.from([n >> 16, (n >> 8) & 255, n & 255]);
    for (let n = 0; n < 50_000; n++) {
      index.add(n, [{ index: 1, ranges: [{ start: key(2 * n), end: key(2 * n + 1) }] }]);
    }
    let visits = 0;
    const found: number[] = [];
    index.find(1, keyText(key(2 * 31_000)), (owners) => {
      visits++;
      found.push(...owners);
    });
    assert.deepEqual([visits, found], [1, [31_000]]);
  });
});

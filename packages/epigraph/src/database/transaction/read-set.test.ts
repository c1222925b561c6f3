import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { ReadSet } from "./read-set.ts";

const SEED = Number(process.env["SEED"] ?? 4);
/** Indexes of user tables. */
const INDEX = 1001;
const OTHER_INDEX = 1002;
const key = (n: number): Uint8Array => Uint8Array.of(n);

describe("read set", () => {
  it("merges what overlaps or touches, and counts the rest", () => {
    const reads = new ReadSet();
    reads.addRange(INDEX, { start: key(10), end: key(20) });
    reads.addRange(INDEX, { start: key(30), end: key(40) });
    reads.addRange(OTHER_INDEX, { start: key(0), end: null });
    assert.equal(reads.size, 3);
    reads.addRange(INDEX, { start: key(20), end: key(30) });
    assert.deepEqual(reads.toIndexReads()[0], { index: INDEX, ranges: [{ start: key(10), end: key(40) }] });
    reads.addPoint(INDEX, key(15));
    reads.addPoint(OTHER_INDEX, key(200));
    assert.equal(reads.size, 2);
    reads.addPoint(INDEX, key(50));
    assert.deepEqual(reads.toIndexReads()[0]?.ranges[1], { start: key(50), end: Uint8Array.of(50, 0) });
  });

  it("holds ranges of system tables, and does not count them", () => {
    const reads = new ReadSet();
    const systemIndex = systemTable("_storage").byId.id;
    reads.addPoint(systemIndex, key(1));
    reads.addPoint(INDEX, key(1));
    reads.addRange(systemIndex, { start: key(5), end: null });
    assert.deepEqual([reads.size, reads.settle()], [1, 1]);
    assert.equal(reads.toIndexReads()[0]?.ranges.length, 2);
  });

  it("takes in open reads as far as they have come", () => {
    const reads = new ReadSet();
    let end: Uint8Array | null = null;
    const open = { index: INDEX, readRange: () => (end === null ? null : { start: key(0), end }) };
    reads.open(open);
    assert.deepEqual(reads.toIndexReads(), []);
    end = key(5);
    assert.deepEqual(reads.toIndexReads()[0]?.ranges, [{ start: key(0), end: key(5) }]);
    end = key(9);
    reads.close(open);
    assert.deepEqual(reads.toIndexReads()[0]?.ranges, [{ start: key(0), end: key(9) }]);
    assert.equal(reads.size, 1);
  });

  it(`covers exactly what was added, in disjoint ascending ranges (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const below = (n: number): number => Math.floor(random() * n);
    for (let round = 0; round < 300; round++) {
      const reads = new ReadSet();
      const covered = new Set<number>();
      for (let i = below(30); i >= 0; i--) {
        const start = below(100);
        const end = start + 1 + below(8);
        reads.addRange(INDEX, { start: key(start), end: key(end) });
        for (let n = start; n < end; n++) covered.add(n);
      }
      const { ranges } = reads.toIndexReads()[0]!;
      const found = ranges.flatMap(({ start, end }) =>
        Array.from({ length: end![0]! - start[0]! }, (_, i) => start[0]! + i),
      );
      assert.deepEqual(
        found,
        [...covered].sort((a, b) => a - b),
      );
      assert.ok(ranges.every((range, i) => i === 0 || ranges[i - 1]!.end![0]! < range.start[0]!));
      assert.equal(reads.size, ranges.length);
    }
  });
});

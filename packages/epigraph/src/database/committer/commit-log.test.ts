import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareBytes } from "../../values/compare.ts";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import type { IndexReads, KeyRange } from "../commit-request.ts";
import { commitRequest } from "../testing/commit-requests.ts";
import { CommitLog } from "./commit-log.ts";

const SEED = Number(process.env["SEED"] ?? 20261126);
const INDEXES = [1000, 1001];
const KEY_BYTES = 2;
const ALPHABET = 64;

interface Written {
  readonly ts: number;
  readonly index: number;
  readonly key: Uint8Array;
}

const isIn = (key: Uint8Array, { start, end }: KeyRange): boolean =>
  compareBytes(key, start) >= 0 && (end === null || compareBytes(key, end) < 0);

/** One commit that touches these keys. */
const touching = (writes: readonly Written[]) =>
  commitRequest(
    0,
    [],
    [
      {
        tableId: 1,
        tableName: "t",
        documentId: "id",
        previous: null,
        json: "{}",
        size: 1,
        indexes: [],
        touched: writes,
        commitTsOffsets: null,
      },
    ],
  );

describe("the commit log", () => {
  it(`finds a conflict exactly when a list of all writes has one (SEED=${SEED})`, () => {
    const random = seededRandom(SEED);
    const below = (limit: number): number => Math.floor(random() * limit);
    const someKey = (): Uint8Array => Uint8Array.from({ length: KEY_BYTES }, () => below(ALPHABET));
    const someRanges = (count: number): KeyRange[] => {
      const keys = Array.from({ length: 2 * count }, someKey).sort(compareBytes);
      const ranges: KeyRange[] = [];
      let from = new Uint8Array();
      for (let i = 0; i < keys.length; i += 2) {
        const start = keys[i]!;
        if (compareBytes(start, from) < 0) continue;
        const pointEnd = new Uint8Array([...start, 0]);
        const end = random() < 0.8 ? pointEnd : keys[i + 1]!;
        if (compareBytes(start, end) >= 0) continue;
        const isOpen = i + 2 === keys.length && random() < 0.1;
        ranges.push({ start, end: isOpen ? null : end });
        from = new Uint8Array(end);
      }
      return ranges;
    };
    const log = new CommitLog(0);
    let written: Written[] = [];
    let ts = 0;
    const counts = { found: 0, none: 0 };
    for (let step = 0; step < 4_000; step++) {
      const group = ts + 1;
      for (let commits = below(6); commits > 0; commits--) {
        ts += 1 + below(3);
        const writes = Array.from({ length: below(4) }, () => ({
          ts,
          index: INDEXES[below(2)]!,
          key: someKey(),
        }));
        log.add(ts, touching(writes));
        written.push(...writes);
      }
      if (random() < 0.05) {
        log.rewind(group);
        written = written.filter((write) => write.ts < group);
        ts = group - 1;
      }
      if (random() < 0.002) log.forget(log.from + below(ts - log.from + 100), ts);
      assert.ok(log.from <= ts);
      const reach = random() < 0.5 ? 20 : ts - log.from;
      const snapshotTs = Math.max(log.from, ts - below(reach + 1));
      const reads: IndexReads[] = INDEXES.map((index) => ({ index, ranges: someRanges(1 + below(12)) }));
      const isConflict = ({ index, key, ...write }: Written): boolean =>
        write.ts > snapshotTs &&
        reads.some((read) => read.index === index && read.ranges.some((range) => isIn(key, range)));
      const found = log.findConflict(snapshotTs, reads);
      assert.equal(found !== null, written.some(isConflict), `step ${step}`);
      if (found === null) {
        counts.none++;
        continue;
      }
      counts.found++;
      const key = Buffer.from(found.key, "latin1");
      assert.ok(isConflict({ ts: found.ts, index: found.index, key }));
      assert.ok(
        written.some(
          (write) => write.ts === found.ts && write.index === found.index && key.equals(write.key),
        ),
      );
    }
    assert.ok(counts.found > 500 && counts.none > 500, JSON.stringify(counts));
  });

  it("finds nothing that was taken back, also where it had been searched before", () => {
    const log = new CommitLog(0);
    const keyOf = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 255);
    const pointOf = (n: number): IndexReads[] => [
      { index: 1000, ranges: [{ start: keyOf(n), end: Uint8Array.of(...keyOf(n), 0) }] },
    ];
    const commit = (ts: number, n: number): void =>
      log.add(ts, touching([{ ts, index: 1000, key: keyOf(n) }]));
    for (let ts = 1; ts <= 1024; ts++) commit(ts, ts);
    assert.equal(log.findConflict(0, pointOf(1020))?.ts, 1020);
    log.rewind(1001);
    for (let ts = 1001; ts <= 1024; ts++) commit(ts, ts + 1000);
    assert.equal(log.findConflict(0, pointOf(1020)), null);
    assert.equal(log.findConflict(0, pointOf(2020))?.ts, 1020);
    assert.equal(log.size, 1024);
  });

  it("holds no more than it may, and says from where on it is complete", () => {
    const log = new CommitLog(0, { maxWrites: 10_000 });
    for (let ts = 1; ts <= 40_000; ts++) {
      log.add(ts, touching([{ ts, index: 1000, key: new Uint8Array(4) }]));
      if (ts % 1_000 === 0) log.forget(0, ts);
      assert.ok(log.size < 11_500);
    }
    assert.ok(log.from > 28_000 && log.from < 40_000);
    const everything = [{ index: 1000, ranges: [{ start: new Uint8Array(), end: null }] }];
    assert.notEqual(log.findConflict(39_999, everything), null);
    assert.equal(log.findConflict(40_000, everything), null);
  });

  it("names the one who wrote", () => {
    const log = new CommitLog(0);
    const key = Uint8Array.of(0, 255, 128);
    log.add(7, touching([{ ts: 7, index: 1000, key }]));
    const reads = [{ index: 1000, ranges: [{ start: key, end: Uint8Array.of(0, 255, 128, 0) }] }];
    assert.deepEqual(log.findConflict(6, reads), {
      ts: 7,
      index: 1000,
      key: "\0\u00ff\u0080",
      table: "t",
      documentId: "id",
      source: "messages.js:send",
    });
  });
});

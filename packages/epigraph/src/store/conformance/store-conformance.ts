import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { compareBytes } from "../../values/compare.ts";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import {
  type DocumentWrite,
  type SnapshotSource,
  type Store,
  StoreError,
  type StoreWriter,
} from "../store.ts";

const SEED = Number(process.env["SEED"] ?? 20261124);
const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

function insert(json: string, ...keys: [index: number, key: Uint8Array][]): DocumentWrite {
  return {
    tableId: 1000,
    previous: null,
    json,
    size: json.length,
    indexes: keys.map(([index, add]) => ({ index, remove: null, add })),
  };
}

/** The contract of `Store`, run by every implementation. `open` makes a store in an empty folder, or reopens it. */
export function runStoreConformance(name: string, open: (folder: string) => Store): void {
  describe(`store contract: ${name}`, () => {
    let folder: string;
    let writer: StoreWriter;
    let snapshots: SnapshotSource;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "epigraph-store-"));
      const store = open(folder);
      writer = store.openWriter();
      snapshots = store.openSnapshots();
    });
    afterEach(() => {
      snapshots.close();
      writer.close();
      rmSync(folder, { recursive: true });
    });

    const commit = (ts: number, ...writes: DocumentWrite[]): void =>
      writer.apply([{ ts, changesCatalogue: false, writes, backfill: [] }]);
    const read = (index: number, at?: number): string[] => {
      const snapshot = snapshots.open(at);
      try {
        return snapshot.scan(index, key(), null, "asc", 1000).map((entry) => entry.document.json);
      } finally {
        snapshot.close();
      }
    };

    it("gives back what was committed, by key and in key order both ways", () => {
      commit(10, insert("b", [1, key(2)]), insert("a", [1, key(1)]), insert("c", [1, key(2, 0)]));
      const snapshot = snapshots.open();
      assert.equal(snapshot.ts, 10);
      assert.equal(snapshot.get(1, key(2))?.json, "b");
      assert.equal(snapshot.get(1, key(9)), null);
      assert.deepEqual(
        snapshot.scan(1, key(), null, "asc", 10).map((e) => e.document.json),
        ["a", "b", "c"],
      );
      assert.deepEqual(
        snapshot.scan(1, key(), null, "desc", 2).map((e) => e.document.json),
        ["c", "b"],
      );
      assert.deepEqual(
        snapshot.scan(1, key(2), key(2, 0), "asc", 10).map((e) => e.document.json),
        ["b"],
      );
      snapshot.close();
    });

    it("shows a snapshot nothing that was committed after it was opened", () => {
      commit(10, insert("a", [1, key(1)]));
      const snapshot = snapshots.open();
      commit(11, insert("b", [1, key(2)]));
      assert.equal(snapshot.scan(1, key(), null, "asc", 10).length, 1);
      snapshot.close();
      assert.deepEqual(read(1), ["a", "b"]);
    });

    it("allows a second snapshot while one is open", () => {
      commit(10, insert("a", [1, key(1)]));
      const outer = snapshots.open();
      commit(11, insert("b", [1, key(2)]));
      assert.deepEqual(read(1), ["a", "b"]);
      assert.equal(outer.scan(1, key(), null, "asc", 10).length, 1);
      outer.close();
    });

    it("remembers its newest commits after reopening", () => {
      writer.apply([
        { ts: 10, changesCatalogue: true, writes: [insert("a", [1, key(1)])], backfill: [] },
        { ts: 12, changesCatalogue: false, writes: [insert("b", [1, key(2)])], backfill: [] },
      ]);
      snapshots.close();
      writer.close();
      const store = open(folder);
      writer = store.openWriter();
      snapshots = store.openSnapshots();
      assert.equal(writer.lastTs, 12);
      assert.equal(writer.catalogueTs, 10);
      assert.deepEqual(read(1), ["a", "b"]);
    });

    it("applies all commits of a group or none", () => {
      commit(10, insert("a", [1, key(1)]));
      assert.throws(
        () =>
          writer.apply([
            { ts: 11, changesCatalogue: false, writes: [insert("b", [1, key(2)])], backfill: [] },
            // The same key twice breaks the caller's promise: the whole group must vanish.
            { ts: 12, changesCatalogue: false, writes: [insert("c", [1, key(1)])], backfill: [] },
          ]),
        StoreError,
      );
      assert.deepEqual(read(1), ["a"]);
    });

    it("refuses instants it does not keep", () => {
      commit(10, insert("a", [1, key(1)]));
      assert.throws(
        () => snapshots.open(11),
        (error) => error instanceof StoreError && error.code === "SnapshotInFuture",
      );
      writer.prune(9, 100);
      assert.throws(
        () => snapshots.open(8),
        (error) => error instanceof StoreError && error.code === "SnapshotTooOld",
      );
      assert.deepEqual(read(1, 10), ["a"]);
    });

    it("adds and drops the entries of an index without a new version", () => {
      commit(10, insert("a", [1, key(1)]), insert("b", [1, key(2)]));
      const snapshot = snapshots.open();
      const entries = snapshot.scan(1, key(), null, "asc", 10);
      snapshot.close();
      writer.apply([
        {
          ts: 11,
          changesCatalogue: false,
          writes: [],
          backfill: entries.map(({ document }, i) => ({
            index: 2,
            key: key(9 - i),
            row: document.row,
            ts: document.ts,
          })),
        },
      ]);
      assert.deepEqual(read(2), ["b", "a"]);
      assert.equal(writer.dropIndexEntries(2, 1), false);
      while (!writer.dropIndexEntries(2, 1));
      assert.deepEqual(read(2), []);
      assert.deepEqual(read(1), ["a", "b"]);
    });

    it(`reads every kept instant as a naive model does (seed ${SEED})`, () => {
      const random = seededRandom(SEED);
      const model = new Map<string, { json: string; row: number; ts: number; key: number }>();
      const past = new Map<number, string[]>();
      const rows = (): Map<string, { row: number; ts: number }> => {
        const snapshot = snapshots.open();
        const found = new Map(
          snapshot
            .scan(1, key(), null, "asc", 1000)
            .map((e) => [e.document.json.split(":")[0] as string, e.document]),
        );
        snapshot.close();
        return found;
      };
      for (let ts = 1; ts <= 150; ts++) {
        const name = `d${Math.floor(random() * 12)}`;
        const old = model.get(name);
        const previous = old === undefined ? null : (rows().get(name) ?? null);
        const used = new Set([...model.values()].map((entry) => entry.key));
        const free = Array.from({ length: 40 }, (_, i) => i).filter((i) => !used.has(i) || i === old?.key);
        const next =
          random() < 0.25 && old !== undefined
            ? null
            : { json: `${name}:${ts}`, key: free[Math.floor(random() * free.length)] as number };
        if (next === null && old === undefined) continue;
        const moved = old?.key !== next?.key;
        commit(ts, {
          tableId: 1000,
          previous: previous === null ? null : { row: previous.row, ts: previous.ts },
          json: next?.json ?? null,
          size: 1,
          indexes: moved
            ? [
                {
                  index: 1,
                  remove: old === undefined ? null : key(old.key),
                  add: next === null ? null : key(next.key),
                },
              ]
            : [],
        });
        if (next === null) model.delete(name);
        else model.set(name, { json: next.json, row: 0, ts, key: next.key });
        past.set(
          ts,
          [...model.values()].sort((a, b) => a.key - b.key).map((entry) => entry.json),
        );
        for (const [instant, expected] of past) {
          if (random() < 0.1) assert.deepEqual(read(1, instant), expected, `at ${instant} of ${ts}`);
        }
      }
      const lastTs = writer.lastTs;
      while (!writer.prune(lastTs - 20, 3));
      for (const [instant, expected] of past) {
        if (instant < lastTs - 20) continue;
        assert.deepEqual(read(1, instant), expected);
        const snapshot = snapshots.open(instant);
        const down = snapshot.scan(1, key(), null, "desc", 3);
        snapshot.close();
        assert.deepEqual(
          down.map((e) => e.document.json),
          expected.toReversed().slice(0, 3),
        );
        assert.ok(
          down.every(
            (entry, i) => i === 0 || compareBytes((down[i - 1] as { key: Uint8Array }).key, entry.key) > 0,
          ),
        );
      }
    });
  });
}

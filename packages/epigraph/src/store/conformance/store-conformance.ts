import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { compareBytes } from "../../values/compare.ts";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import {
  type DocumentWrite,
  type IndexEntry,
  type SnapshotSource,
  type Store,
  type StoredDocument,
  StoreError,
  type StoreErrorCode,
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

const hasCode =
  (code: StoreErrorCode) =>
  (error: unknown): boolean =>
    error instanceof StoreError && error.code === code;

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

    const documentAt = (index: number, at: Uint8Array): StoredDocument => {
      const snapshot = snapshots.open();
      const found = snapshot.get(index, at);
      snapshot.close();
      assert.ok(found !== null);
      return found;
    };
    const reopen = (): void => {
      snapshots.close();
      writer.close();
      const store = open(folder);
      writer = store.openWriter();
      snapshots = store.openSnapshots();
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
      reopen();
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
        hasCode("WriteRefused"),
      );
      assert.deepEqual(read(1), ["a"]);
      assert.equal(writer.lastTs, 10);
      commit(13, insert("d", [1, key(2)]));
      assert.deepEqual(read(1), ["a", "d"]);
    });

    it("refuses to replace a version that is not the newest", () => {
      commit(10, insert("a", [1, key(1)]));
      const { row } = documentAt(1, key(1));
      const update = (ts: number): DocumentWrite => ({
        tableId: 1000,
        previous: { row, ts },
        json: "b",
        size: 1,
        indexes: [],
      });
      assert.throws(() => commit(11, update(9)), hasCode("WriteRefused"));
      assert.deepEqual(read(1), ["a"]);
      commit(11, update(10));
      assert.deepEqual(read(1), ["b"]);
    });

    it("refuses a commit that is not newer than the newest", () => {
      commit(10, insert("a", [1, key(1)]));
      assert.throws(() => commit(10, insert("b", [1, key(2)])), hasCode("WriteRefused"));
      assert.deepEqual(read(1), ["a"]);
    });

    it("keeps a document's row over updates and never gives it to another", () => {
      commit(10, insert("a", [1, key(1)]), insert("b", [1, key(2)]));
      const b = documentAt(1, key(2));
      commit(11, {
        tableId: 1000,
        previous: b,
        json: "b2",
        size: 2,
        indexes: [{ index: 1, remove: key(2), add: key(3) }],
      });
      assert.equal(documentAt(1, key(3)).row, b.row);
      assert.equal(documentAt(1, key(3)).ts, 11);
      commit(12, {
        tableId: 1000,
        previous: { row: b.row, ts: 11 },
        json: null,
        size: 0,
        indexes: [{ index: 1, remove: key(3), add: null }],
      });
      reopen();
      commit(13, insert("c", [1, key(3)]));
      assert.notEqual(documentAt(1, key(3)).row, b.row);
      assert.deepEqual(read(1, 10), ["a", "b"]);
      assert.deepEqual(read(1, 11), ["a", "b2"]);
      assert.deepEqual(read(1, 12), ["a"]);
    });

    it("lets a key change hands within one commit", () => {
      commit(10, insert("a", [1, key(1)]));
      const a = documentAt(1, key(1));
      commit(11, insert("b", [1, key(1)]), {
        tableId: 1000,
        previous: a,
        json: null,
        size: 0,
        indexes: [{ index: 1, remove: key(1), add: null }],
      });
      assert.deepEqual(read(1), ["b"]);
      assert.deepEqual(read(1, 10), ["a"]);
    });

    it("gives back every text, size and key as it was", () => {
      const texts = ["", "\u0000", "snow \u2603 and \u{1f600}", "x".repeat(1_000_000)];
      commit(
        10,
        ...texts.map((text, i) => ({
          ...insert(text, [1, key(i)], [2, new Uint8Array(5000).fill(i)]),
          size: i * 1000,
        })),
      );
      texts.forEach((text, i) => {
        const found = documentAt(2, new Uint8Array(5000).fill(i));
        assert.equal(found.json, text);
        assert.equal(found.size, i * 1000);
        assert.equal(found.tableId, 1000);
      });
    });

    it("pages through a range without a gap or a repetition", () => {
      commit(
        10,
        ...Array.from({ length: 25 }, (_, i) => insert(String(i), [1, key(1, i)])),
        insert("other", [2, key(1, 3)]),
      );
      const snapshot = snapshots.open();
      const up: string[] = [];
      for (let start = key(1); ; ) {
        const page = snapshot.scan(1, start, key(2), "asc", 10);
        up.push(...page.map((entry) => entry.document.json));
        if (page.length < 10) break;
        start = Uint8Array.from([...(page.at(-1) as IndexEntry).key, 0]);
      }
      const down: string[] = [];
      for (let end = key(2); ; ) {
        const page = snapshot.scan(1, key(1), end, "desc", 10);
        down.push(...page.map((entry) => entry.document.json));
        if (page.length < 10) break;
        end = Uint8Array.from((page.at(-1) as IndexEntry).key);
      }
      snapshot.close();
      assert.deepEqual(
        up,
        Array.from({ length: 25 }, (_, i) => String(i)),
      );
      assert.deepEqual(down, up.toReversed());
    });

    it("refuses instants it does not keep", () => {
      commit(10, insert("a", [1, key(1)]));
      assert.throws(() => snapshots.open(11), hasCode("SnapshotInFuture"));
      assert.equal(writer.prune(9, 100), true);
      assert.throws(() => snapshots.open(8), hasCode("SnapshotTooOld"));
      assert.deepEqual(read(1, 9), []);
      assert.deepEqual(read(1, 10), ["a"]);
      reopen();
      assert.throws(() => snapshots.open(8), hasCode("SnapshotTooOld"));
    });

    it("keeps the newest state readable however much history is pruned", () => {
      commit(10, insert("a", [1, key(1)]));
      writer.prune(1_000, 100);
      assert.deepEqual(read(1, 10), ["a"]);
      commit(11, insert("b", [1, key(2)]));
      assert.deepEqual(read(1, 10), ["a"]);
    });

    it("shows an open snapshot of the past what is pruned meanwhile", () => {
      commit(10, insert("a", [1, key(1)]));
      const a = documentAt(1, key(1));
      commit(11, { tableId: 1000, previous: a, json: "a2", size: 1, indexes: [] });
      const past = snapshots.open(10);
      while (!writer.prune(11, 100));
      assert.equal(past.get(1, key(1))?.json, "a");
      past.close();
      assert.throws(() => snapshots.open(10), hasCode("SnapshotTooOld"));
    });

    it("stays usable after a snapshot was closed twice and a past one refused", () => {
      commit(10, insert("a", [1, key(1)]));
      const twice = snapshots.open();
      twice.close();
      twice.close();
      const one = snapshots.open();
      const two = snapshots.open();
      one.close();
      assert.equal(two.get(1, key(1))?.json, "a");
      two.close();
    });

    it("removes entries that a backfill has not made yet, and passes over those that are there", () => {
      commit(10, insert("a", [1, key(1)]));
      const a = documentAt(1, key(1));
      commit(11, {
        tableId: 1000,
        previous: a,
        json: "a2",
        size: 1,
        indexes: [{ index: 2, remove: key(7), add: key(8) }],
      });
      const backfill = [{ index: 2, key: key(8), row: a.row, ts: 11 }];
      writer.apply([{ ts: 12, changesCatalogue: false, writes: [], backfill }]);
      assert.deepEqual(read(2), ["a2"]);
    });

    it("enters a document under its old key where a backfill has not been yet, and keeps the entry where it has", () => {
      commit(10, insert("a", [1, key(1)]));
      for (const [i, json] of ["a2", "a3"].entries()) {
        const indexes = [{ index: 2, remove: key(7), add: key(7) }];
        commit(11 + i, { tableId: 1000, previous: documentAt(1, key(1)), json, size: 1, indexes });
        assert.deepEqual(read(2), [json]);
      }
      assert.deepEqual(read(2, 11), ["a2"]);
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

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { StoreCommit } from "../store.ts";
import {
  FIRST_KEY,
  hasCode,
  insert,
  key,
  type OpenStore,
  remove,
  StoreUnderTest,
  texts,
  update,
} from "./store-under-test.ts";

/** What a commit does, whole or not at all. */
export function describeCommits(open: OpenStore): void {
  describe("commits", () => {
    let store: StoreUnderTest;

    beforeEach(() => {
      store = new StoreUnderTest(open);
    });
    afterEach(() => store.close());

    const plain = (ts: number, ...writes: StoreCommit["writes"]): StoreCommit => ({
      ts,
      changesCatalogue: false,
      writes,
      backfill: [],
    });

    it("are remembered after reopening, with the newest that changed the catalogue", () => {
      assert.deepEqual([store.writer.lastTs, store.writer.catalogueTs], [0, 0]);
      store.writer.apply([
        { ...plain(10, insert("a", [1, key(1)])), changesCatalogue: true },
        plain(12, insert("b", [1, key(2)])),
      ]);
      store.reopen();
      assert.deepEqual([store.writer.lastTs, store.writer.catalogueTs], [12, 10]);
      assert.deepEqual(store.read(1), ["a", "b"]);
      store.use((snapshot) => assert.deepEqual([snapshot.ts, snapshot.catalogueTs], [12, 10]));
      // Of the past: only that the catalogue is a newer one.
      store.use((snapshot) => assert.deepEqual([snapshot.ts, snapshot.catalogueTs], [11, 10]), 11);
    });

    it("may write nothing, and are the newest all the same", () => {
      store.commit(10, insert("a", [1, key(1)]));
      store.writer.apply([]);
      assert.equal(store.writer.lastTs, 10);
      store.writer.apply([{ ...plain(11), changesCatalogue: true }, plain(12)]);
      assert.deepEqual([store.writer.lastTs, store.writer.catalogueTs], [12, 11]);
      store.reopen();
      assert.deepEqual([store.writer.lastTs, store.writer.catalogueTs], [12, 11]);
      assert.equal(
        store.use((snapshot) => snapshot.ts),
        12,
      );
      assert.deepEqual(store.read(1), ["a"]);
    });

    it("of one group are applied all or none: a refused one takes the others and leaves no trace", () => {
      store.commit(10, insert("a", [1, key(1)]), insert("b", [1, key(2)], [2, key(2)]));
      const [a, b] = [store.documentAt(1, key(1)), store.documentAt(1, key(2))];
      const before = store.use((snapshot) => [1, 2].map((i) => snapshot.scan(i, FIRST_KEY, null, "asc", 10)));
      const bad: readonly StoreCommit["writes"][] = [
        // A key that another document has.
        [insert("c", [1, key(1)])],
        [update(b, "b2", [1, key(2), key(1)])],
        // A version that is not the newest, and a document that is gone.
        [update({ row: a.row, ts: 9 }, "a2")],
        [remove({ row: a.row + 1000, ts: 10 }, [1, key(1)])],
      ];
      for (const writes of bad) {
        assert.throws(
          () =>
            store.writer.apply([
              plain(11, insert("d", [1, key(4)]), update(b, "b1", [2, key(2), key(3)])),
              { ...plain(12, remove(a, [1, key(1)]), insert("e", [1, key(5)])), changesCatalogue: true },
              plain(13, insert("a again", [1, key(1)])),
              plain(14, ...writes),
            ]),
          hasCode("WriteRefused"),
        );
        assert.deepEqual([store.writer.lastTs, store.writer.catalogueTs], [10, 0]);
        assert.deepEqual(
          store.use((snapshot) => [1, 2].map((i) => snapshot.scan(i, FIRST_KEY, null, "asc", 10))),
          before,
        );
        assert.throws(() => store.snapshots.open(11), hasCode("SnapshotInFuture"));
      }
      store.commit(11, insert("d", [1, key(4)]), update(b, "b1", [2, key(2), key(3)]));
      assert.deepEqual([store.read(1), store.read(2)], [["a", "b1", "d"], ["b1"]]);
      assert.deepEqual([store.read(1, 10), store.read(2, 10)], [["a", "b"], ["b"]]);
    });

    it("must be newer than the newest, and ascend in a group", () => {
      store.commit(10, insert("a", [1, key(1)]));
      assert.throws(() => store.commit(10, insert("b", [1, key(2)])), hasCode("WriteRefused"));
      assert.throws(() => store.commit(9), hasCode("WriteRefused"));
      assert.throws(() => store.writer.apply([plain(12), plain(11)]), hasCode("WriteRefused"));
      assert.throws(() => store.writer.apply([plain(12), plain(12)]), hasCode("WriteRefused"));
      assert.equal(store.writer.lastTs, 10);
      assert.deepEqual(store.read(1), ["a"]);
    });

    it("may build on each other within a group, and each is an instant of its own", () => {
      store.commit(10, insert("a", [1, key(1)]));
      const { row } = store.documentAt(1, key(1));
      store.writer.apply([
        plain(11, update({ row, ts: 10 }, "a1")),
        plain(12, update({ row, ts: 11 }, "a2", [1, key(1), key(2)]), insert("b", [1, key(1)])),
        plain(13, remove({ row, ts: 12 }, [1, key(2)])),
      ]);
      assert.deepEqual(
        [10, 11, 12, 13].map((at) => store.read(1, at)),
        [["a"], ["a1"], ["b", "a2"], ["b"]],
      );
    });

    it("keep a document's row over updates and never give it to another", () => {
      store.commit(10, insert("a", [1, key(1)]), insert("b", [1, key(2)]));
      const b = store.documentAt(1, key(2));
      store.commit(11, update(b, "b2", [1, key(2), key(3)]));
      const { row, ts } = store.documentAt(1, key(3));
      assert.deepEqual([row, ts], [b.row, 11]);
      store.commit(12, remove({ row, ts }, [1, key(3)]));
      store.reopen();
      store.commit(13, insert("c", [1, key(3)]));
      assert.notEqual(store.documentAt(1, key(3)).row, b.row);
      assert.deepEqual(
        [10, 11, 12].map((at) => store.read(1, at)),
        [["a", "b"], ["a", "b2"], ["a"]],
      );
    });

    it("may hand a key from one document to another, or two documents' keys to each other", () => {
      store.commit(10, insert("a", [1, key(1)]), insert("b", [1, key(2)]));
      const [a, b] = [store.documentAt(1, key(1)), store.documentAt(1, key(2))];
      store.commit(11, update(a, "a", [1, key(1), key(2)]), update(b, "b", [1, key(2), key(1)]));
      store.commit(12, insert("c", [1, key(2)]), remove({ row: a.row, ts: 11 }, [1, key(2)]));
      assert.deepEqual(
        [10, 11, 12].map((at) => store.read(1, at)),
        [
          ["a", "b"],
          ["b", "a"],
          ["b", "c"],
        ],
      );
      assert.deepEqual(
        store.use((snapshot) => [snapshot.get(1, key(1))?.row, snapshot.get(1, key(2))?.row], 11),
        [b.row, a.row],
      );
    });

    it("stay as they are while the store keeps house", () => {
      store.commit(10, ...Array.from({ length: 50 }, (_, i) => insert(`${i}`.padEnd(5000), [1, key(i)])));
      const before = store.use((snapshot) => texts(snapshot.scan(1, FIRST_KEY, null, "asc", 100)));
      const open = store.snapshots.open();
      while (!store.writer.maintain());
      assert.deepEqual(store.read(1), before);
      assert.deepEqual(texts(open.scan(1, FIRST_KEY, null, "asc", 100)), before);
      open.close();
    });
  });
}

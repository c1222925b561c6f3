import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
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

/** How far back reads reach, and what pruning leaves alone. */
export function describeHistory(open: OpenStore): void {
  describe("history", () => {
    let store: StoreUnderTest;

    beforeEach(() => {
      store = new StoreUnderTest(open);
    });
    afterEach(() => store.close());

    /** Ten versions of one document, at 1 to 10, whose key moves with each. */
    function writeVersions(): void {
      store.commit(1, insert("1", [1, key(1)]));
      for (let ts = 2; ts <= 10; ts++) {
        const { row } = store.documentAt(1, key(ts - 1));
        store.commit(ts, update({ row, ts: ts - 1 }, String(ts), [1, key(ts - 1), key(ts)]));
      }
    }

    it("refuses instants it does not keep", () => {
      store.commit(10, insert("a", [1, key(1)]));
      assert.throws(() => store.snapshots.open(11), hasCode("SnapshotInFuture"));
      assert.equal(store.writer.prune(9, 100), true);
      assert.throws(() => store.snapshots.open(8), hasCode("SnapshotTooOld"));
      assert.deepEqual(store.read(1, 9), []);
      assert.deepEqual(store.read(1, 10), ["a"]);
      store.reopen();
      assert.throws(() => store.snapshots.open(8), hasCode("SnapshotTooOld"));
    });

    it("refuses all instants before the bound from the first call on, also after reopening", () => {
      writeVersions();
      assert.equal(store.writer.prune(6, 1), false);
      for (const reopen of [false, true]) {
        if (reopen) store.reopen();
        for (let at = 0; at < 6; at++)
          assert.throws(() => store.snapshots.open(at), hasCode("SnapshotTooOld"));
        for (let at = 6; at <= 10; at++) assert.deepEqual(store.read(1, at), [String(at)]);
      }
    });

    it("never comes back: an older bound changes nothing", () => {
      writeVersions();
      while (!store.writer.prune(6, 100));
      assert.equal(store.writer.prune(2, 100), true);
      assert.throws(() => store.snapshots.open(5), hasCode("SnapshotTooOld"));
      assert.deepEqual(store.read(1, 6), ["6"]);
    });

    it("ends at the newest commit, which stays readable however much is pruned", () => {
      writeVersions();
      while (!store.writer.prune(1_000, 2));
      assert.deepEqual(store.read(1, 10), ["10"]);
      assert.throws(() => store.snapshots.open(9), hasCode("SnapshotTooOld"));
      store.commit(11, remove({ row: store.documentAt(1, key(10)).row, ts: 10 }, [1, key(10)]));
      assert.deepEqual(store.read(1, 10), ["10"]);
      assert.deepEqual(store.read(1, 11), []);
    });

    it("stays for a snapshot of the past that is open while it is pruned", () => {
      writeVersions();
      const past = store.snapshots.open(4);
      while (!store.writer.prune(10, 1));
      assert.equal(past.get(1, key(4))?.json, "4");
      assert.deepEqual(texts(past.scan(1, FIRST_KEY, null, "desc", 10)), ["4"]);
      past.close();
      assert.throws(() => store.snapshots.open(4), hasCode("SnapshotTooOld"));
    });

    it("finds the document of an instant at a key that changed hands since, alone and in ranges", () => {
      store.commit(1, insert("a", [1, key(1)]), insert("x", [1, key(2)]));
      for (let ts = 2; ts <= 5; ts++) {
        const last = store.documentAt(1, key(1));
        store.commit(ts, remove(last, [1, key(1)]), insert(`a${ts}`, [1, key(1)]));
      }
      for (let at = 1; at <= 5; at++) {
        const expected = at === 1 ? "a" : `a${at}`;
        store.use((snapshot) => {
          assert.equal(snapshot.get(1, key(1))?.json, expected);
          assert.equal(snapshot.get(1, key(1))?.ts, at);
          assert.deepEqual(texts(snapshot.scan(1, FIRST_KEY, null, "asc", 1)), [expected]);
          assert.deepEqual(texts(snapshot.scan(1, FIRST_KEY, key(2), "desc", 5)), [expected]);
        }, at);
      }
    });
  });
}

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import type { DocumentWrite } from "../store.ts";
import {
  FIRST_KEY,
  insert,
  key,
  type OpenStore,
  StoreUnderTest,
  TABLE,
  texts,
  update,
} from "./store-under-test.ts";

const SEED = Number(process.env["SEED"] ?? 20261124);

/** Indexes that come and go while documents stay. */
export function describeBackfills(open: OpenStore): void {
  describe("backfills", () => {
    let store: StoreUnderTest;

    beforeEach(() => {
      store = new StoreUnderTest(open);
    });
    afterEach(() => store.close());

    it("add entries without a new version", () => {
      store.commit(10, insert("a", [1, key(1)]), insert("b", [1, key(2)]));
      const [a, b] = [store.documentAt(1, key(1)), store.documentAt(1, key(2))];
      store.backfill(
        11,
        { index: 2, key: key(9), row: a.row, ts: a.ts },
        { index: 2, key: key(8), row: b.row, ts: b.ts },
      );
      assert.deepEqual(store.read(2), ["b", "a"]);
      assert.deepEqual(store.documentAt(2, key(9)), a);
    });

    it("pass over entries that writes have made, and may come after writes that removed what they had not made", () => {
      store.commit(10, insert("a", [1, key(1)]));
      const a = store.documentAt(1, key(1));
      store.commit(11, update(a, "a2", [2, key(7), key(8)]));
      store.backfill(12, { index: 2, key: key(8), row: a.row, ts: 11 });
      store.backfill(13, { index: 2, key: key(8), row: a.row, ts: 11 });
      assert.deepEqual(store.read(2), ["a2"]);
      store.commit(14, update({ row: a.row, ts: 11 }, "a3", [2, key(8), key(6)]));
      assert.deepEqual(
        [11, 13, 14].map((at) => store.read(2, at)),
        [["a2"], ["a2"], ["a3"]],
      );
    });

    it(`fill an index while documents change, page by page (seed ${SEED})`, () => {
      const random = seededRandom(SEED);
      const below = (count: number): number => Math.floor(random() * count);
      const rows = 60;
      /** The new index orders documents by their text. */
      const keyOf = (json: string): Uint8Array => Buffer.from(json);
      store.commit(1, ...Array.from({ length: rows }, (_, i) => insert(`v${below(10)} ${i}`, [1, key(i)])));
      let ts = 1;
      const write = (): void => {
        const place = key(below(rows));
        const old = store.use((snapshot) => snapshot.get(1, place));
        const json = `v${below(10)} ${place[0]}`;
        if (old === null) {
          store.commit(++ts, insert(json, [1, place], [2, keyOf(json)]));
        } else if (below(3) === 0) {
          const indexes: DocumentWrite["indexes"] = [
            { index: 1, remove: place, add: null },
            { index: 2, remove: keyOf(old.json), add: null },
          ];
          store.commit(++ts, { tableId: TABLE, previous: old, json: null, size: 0, indexes });
        } else if (json !== old.json) {
          store.commit(++ts, update(old, json, [2, keyOf(old.json), keyOf(json)]));
        }
      };
      for (let start = FIRST_KEY; ; ) {
        write();
        write();
        const page = store.use((snapshot) => snapshot.scan(1, start, null, "asc", 7));
        const entries = page.map(({ document: { row, ts, json } }) => ({
          index: 2,
          key: keyOf(json),
          row,
          ts,
        }));
        store.backfill(++ts, ...entries);
        const last = page.at(-1);
        if (last === undefined) break;
        start = key(...last.key, 0);
      }
      const enabledAt = ts;
      for (let i = 0; i < 20; i++) write();
      for (let at = enabledAt; at <= ts; at++) {
        assert.deepEqual(store.read(2, at), store.read(1, at).sort());
      }
    });

    it("leave to a write the document that it enters, under its old key too", () => {
      store.commit(10, insert("a", [1, key(1)]));
      for (const [i, json] of ["a2", "a3"].entries()) {
        const old = store.use((snapshot) => snapshot.get(1, key(1)));
        assert.ok(old);
        store.commit(11 + i, update(old, json, [2, key(7), key(7)]));
        assert.deepEqual(store.read(2), [json]);
      }
      assert.deepEqual(store.read(2, 11), ["a2"]);
    });

    it("are undone by dropping the entries of an index, in steps, while snapshots that are open keep them", () => {
      store.commit(
        10,
        ...Array.from({ length: 5 }, (_, i) => insert(`${i}`, [1, key(i)], [2, key(i)], [3, key(i)])),
      );
      const before = store.snapshots.open();
      assert.equal(store.writer.dropIndexEntries(2, 2), false);
      assert.equal(store.read(2).length, 3);
      while (!store.writer.dropIndexEntries(2, 2));
      assert.deepEqual(store.read(2), []);
      assert.deepEqual(texts(before.scan(2, FIRST_KEY, null, "asc", 10)), ["0", "1", "2", "3", "4"]);
      before.close();
      for (const index of [1, 3]) assert.deepEqual(store.read(index), ["0", "1", "2", "3", "4"]);
      assert.equal(store.writer.lastTs, 10);
      assert.equal(store.writer.dropIndexEntries(2, 2), true);
      store.reopen();
      assert.deepEqual(store.read(2), []);
    });
  });
}

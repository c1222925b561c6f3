import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import {
  FIRST_KEY,
  hasCode,
  insert,
  key,
  type OpenStore,
  remove,
  StoreUnderTest,
  update,
} from "./store-under-test.ts";

const SEED = Number(process.env["SEED"] ?? 20261126);
const INDEXES = [10, 11] as const;

/** Drafts, and how they come in. */
export function describeLoads(open: OpenStore): void {
  describe("loads", () => {
    let store: StoreUnderTest;

    beforeEach(() => {
      store = new StoreUnderTest(open);
      store.commit(10, insert("before", [1, key(1)]));
    });
    afterEach(() => store.close());

    /** @returns the index in which two documents have one key. */
    const draft = (...documents: (readonly [json: string, keys: readonly Uint8Array[]])[]): number | null => {
      const made = store.createDraft(INDEXES);
      for (const [json, keys] of documents) made.add(json, json.length, keys);
      const twice = made.complete();
      made.close();
      return twice;
    };
    const load = (): void => {
      const loading = store.writer.openLoad(store.draftPath);
      while (loading.step() !== "done");
      loading.close();
    };

    it("bring in documents in the order of each index, and any commit makes them durable", () => {
      assert.equal(draft(["a", [key(3), key(1)]], ["b", [key(), key(3)]], ["c", [key(2), key(2)]]), null);
      load();
      const all = { first: ["b", "c", "a"], second: ["a", "c", "b"] };
      assert.deepEqual({ first: store.read(10), second: store.read(11) }, all);
      assert.deepEqual(store.documentAt(11, key(2)), store.documentAt(10, key(2)));
      const { tableId, size, ts } = store.documentAt(10, key(2));
      assert.deepEqual([tableId, size, ts], [1000, 1, 10]);
      store.commit(11, insert("after", [1, key(2)]));
      store.reopen();
      assert.deepEqual({ first: store.read(10), second: store.read(11) }, all);
      assert.deepEqual(store.read(1), ["before", "after"]);
      assert.equal(store.writer.lastTs, 11);
    });

    it("of nothing bring nothing in", () => {
      assert.equal(draft(), null);
      load();
      assert.deepEqual([store.read(10), store.read(11), store.read(1)], [[], [], ["before"]]);
    });

    it("give documents that are changed and deleted as all others, with a past", () => {
      draft(["a", [key(1), key(1)]], ["b", [key(2), key(2)]]);
      load();
      store.commit(11);
      const [a, b] = [store.documentAt(10, key(1)), store.documentAt(10, key(2))];
      store.commit(12, update(a, "a2", [11, key(1), key(9)]), remove(b, [10, key(2)], [11, key(2)]));
      assert.deepEqual([store.read(10), store.read(11)], [["a2"], ["a2"]]);
      assert.deepEqual(
        [store.read(10, 11), store.read(11, 11)],
        [
          ["a", "b"],
          ["a", "b"],
        ],
      );
    });

    it("are refused where two documents have one key, or the draft was not completed", () => {
      assert.equal(draft(["a", [key(1), key(7)]], ["b", [key(2), key(7)]]), 11);
      assert.throws(() => store.writer.openLoad(store.draftPath), hasCode("StoreUnreadable"));
      const unfinished = store.createDraft(INDEXES);
      unfinished.add("a", 1, [key(1), key(1)]);
      unfinished.close();
      assert.throws(() => store.writer.openLoad(store.draftPath), hasCode("StoreUnreadable"));
      assert.throws(() => store.writer.openLoad(`${store.draftPath} nowhere`), hasCode("StoreUnreadable"));
      store.commit(11, insert("after", [1, key(2)]));
      draft(["a", [key(1), key(7)]]);
      load();
      assert.deepEqual([store.read(1), store.read(10)], [["before", "after"], ["a"]]);
    });

    it("stand between commits, whose documents never share a row with theirs", () => {
      const number = 3000;
      draft(...Array.from({ length: number }, (_, i) => [`${i}`, [wide(i), wide(number - i)]] as const));
      const loading = store.writer.openLoad(store.draftPath);
      let ts = 10;
      do store.commit(++ts, insert(`live ${ts}`, [1, wide(ts)]));
      while (loading.step() !== "done");
      loading.close();
      store.commit(++ts, insert("last", [1, wide(ts)]));
      const rows = store.use((snapshot) =>
        [1, ...INDEXES].map((index) =>
          snapshot.scan(index, FIRST_KEY, null, "asc", number * 2).map(({ document }) => document.row),
        ),
      );
      const [live, first, second] = rows as [number[], number[], number[]];
      assert.equal(live.length, 1 + ts - 10);
      assert.deepEqual(second, first.toReversed());
      assert.equal(new Set([...live, ...first]).size, live.length + number);
    });

    it("bring in large documents and keys", () => {
      const megabyte = 1024 * 1024;
      const large = (i: number): Uint8Array => Buffer.alloc(megabyte / 2, i);
      draft(...[3, 1, 2].map((i) => [String(i).repeat(megabyte), [large(i), key(i)]] as const));
      load();
      assert.deepEqual(
        store.read(10).map((text) => [text[0], text.length]),
        [1, 2, 3].map((i) => [String(i), megabyte]),
      );
    });

    it(`that are given up at any moment leave each document with all of its entries (seed ${SEED})`, () => {
      const random = seededRandom(SEED);
      const keys = Array.from({ length: 2500 }, (_, i) => [
        wide(i),
        wide(Math.floor(random() * 1e6) * 4096 + i),
      ]);
      draft(...keys.map((own, i) => [`${i}`, own as [Uint8Array, Uint8Array]] as const));
      const loading = store.writer.openLoad(store.draftPath);
      const found = new Set<number>();
      for (let isDone = false; !isDone; ) {
        const [first, second] = INDEXES.map((index) =>
          store.use((snapshot) => snapshot.scan(index, FIRST_KEY, null, "asc", 5000)),
        );
        const texts = new Set(second!.map(({ document }) => document.json));
        assert.equal(texts.size, second!.length);
        assert.equal(first!.length, second!.length);
        for (const { document } of first!) assert.ok(texts.has(document.json));
        found.add(first!.length);
        isDone = loading.step() === "done";
      }
      loading.close();
      assert.ok(found.has(0) && found.size > 3, "it comes in pieces");
      assert.equal(store.use((snapshot) => snapshot.scan(10, FIRST_KEY, null, "asc", 5000)).length, 2500);
    });

    it("that were given up let their entries be dropped and others load", () => {
      draft(...Array.from({ length: 2000 }, (_, i) => [`${i}`, [wide(i), wide(i)]] as const));
      const loading = store.writer.openLoad(store.draftPath);
      for (let i = 0; i < 5; i++) loading.step();
      loading.close();
      loading.close();
      store.commit(11, insert("after", [1, key(2)]));
      store.reopen();
      assert.equal(store.writer.lastTs, 11);
      for (const index of INDEXES) while (!store.writer.dropIndexEntries(index, 512));
      draft(["a", [key(1), key(2)]]);
      load();
      assert.deepEqual([store.read(10), store.read(11), store.read(1)], [["a"], ["a"], ["before", "after"]]);
    });
  });
}

function wide(number: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(number);
  return bytes;
}

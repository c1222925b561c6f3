import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { compareBytes } from "../../values/compare.ts";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import type { Order } from "../store.ts";
import {
  FIRST_KEY,
  insert,
  key,
  type OpenStore,
  pagesOf,
  StoreUnderTest,
  texts,
} from "./store-under-test.ts";

const SEED = Number(process.env["SEED"] ?? 20261124);

/** What snapshots say, and that they say nothing else until they are closed. */
export function describeReads(open: OpenStore): void {
  describe("reads", () => {
    let store: StoreUnderTest;

    beforeEach(() => {
      store = new StoreUnderTest(open);
    });
    afterEach(() => store.close());

    it("gives back what was committed, by key and in key order both ways", () => {
      store.commit(10, insert("b", [1, key(2)]), insert("a", [1, key(1)]), insert("c", [1, key(2, 0)]));
      store.use((snapshot) => {
        assert.equal(snapshot.ts, 10);
        assert.equal(snapshot.get(1, key(2))?.json, "b");
        assert.equal(snapshot.get(1, key(9)), null);
        assert.deepEqual(texts(snapshot.scan(1, FIRST_KEY, null, "asc", 10)), ["a", "b", "c"]);
        assert.deepEqual(texts(snapshot.scan(1, FIRST_KEY, null, "desc", 2)), ["c", "b"]);
        assert.deepEqual(texts(snapshot.scan(1, key(2), key(2, 0), "asc", 10)), ["b"]);
      });
    });

    it("gives nothing for an empty range, a limit of zero, and an index without entries", () => {
      store.commit(10, insert("a", [1, key(1)]));
      store.use((snapshot) => {
        for (const order of ["asc", "desc"] as const) {
          assert.deepEqual(snapshot.scan(1, key(1), key(1), order, 10), []);
          assert.deepEqual(snapshot.scan(1, key(2), key(1), order, 10), []);
          assert.deepEqual(snapshot.scan(1, FIRST_KEY, null, order, 0), []);
          assert.deepEqual(snapshot.scan(2, FIRST_KEY, null, order, 10), []);
        }
        assert.equal(snapshot.get(2, key(1)), null);
      });
    });

    it("shows a snapshot nothing that was committed after it was opened", () => {
      store.commit(10, insert("a", [1, key(1)]));
      const snapshot = store.snapshots.open();
      store.commit(11, insert("b", [1, key(2)]));
      assert.deepEqual(texts(snapshot.scan(1, FIRST_KEY, null, "asc", 10)), ["a"]);
      assert.equal(snapshot.get(1, key(2)), null);
      snapshot.close();
      assert.deepEqual(store.read(1), ["a", "b"]);
    });

    it("allows a second snapshot while one is open", () => {
      store.commit(10, insert("a", [1, key(1)]));
      const outer = store.snapshots.open();
      store.commit(11, insert("b", [1, key(2)]));
      assert.deepEqual(store.read(1), ["a", "b"]);
      assert.deepEqual(texts(outer.scan(1, FIRST_KEY, null, "asc", 10)), ["a"]);
      outer.close();
    });

    it("shows every read side a commit as soon as it is applied", () => {
      const other = store.openSnapshots();
      for (let ts = 1; ts <= 5; ts++) {
        store.commit(ts, insert(String(ts), [1, key(ts)]));
        const snapshot = other.open();
        assert.equal(snapshot.ts, ts);
        assert.equal(snapshot.get(1, key(ts))?.json, String(ts));
        snapshot.close();
      }
      other.close();
    });

    it("stays usable after a snapshot was closed twice", () => {
      store.commit(10, insert("a", [1, key(1)]));
      const twice = store.snapshots.open();
      twice.close();
      twice.close();
      const one = store.snapshots.open();
      const two = store.snapshots.open();
      one.close();
      assert.equal(two.get(1, key(1))?.json, "a");
      two.close();
    });

    it("lets a snapshot that is open outlive its read side", () => {
      store.commit(10, insert("a", [1, key(1)]));
      const other = store.openSnapshots();
      const snapshot = other.open();
      other.close();
      assert.equal(snapshot.get(1, key(1))?.json, "a");
      snapshot.close();
    });

    it("gives back every text, size and key as it was", () => {
      const originals = ["", "\u0000", "snow \u2603 and \u{1f600}", "x".repeat(1_000_000)];
      store.commit(
        10,
        ...originals.map((text, i) => ({
          ...insert(text, [1, key(i)], [2, new Uint8Array(5000).fill(i)]),
          size: i * 1000,
        })),
      );
      originals.forEach((text, i) => {
        const found = store.documentAt(2, new Uint8Array(5000).fill(i));
        assert.equal(found.json, text);
        assert.equal(found.size, i * 1000);
        assert.equal(found.tableId, 1000);
        assert.equal(found.ts, 10);
      });
    });

    it("pages through a range without a gap or a repetition", () => {
      const numbers = Array.from({ length: 25 }, (_, i) => String(i));
      store.commit(
        10,
        ...numbers.map((text, i) => insert(text, [1, key(1, i)])),
        insert("below", [1, key(0, 255)]),
        insert("above", [1, key(2)]),
        insert("other", [2, key(1, 3)]),
      );
      store.use((snapshot) => {
        for (const limit of [1, 10, 25, 26]) {
          const all = (order: Order): string[] =>
            texts([...pagesOf(snapshot, 1, { start: key(1), end: key(2), order }, limit)].flat());
          assert.deepEqual(all("asc"), numbers);
          assert.deepEqual(all("desc"), numbers.toReversed());
        }
      });
    });

    it(`orders keys as unsigned bytes, whatever bytes they are (seed ${SEED})`, () => {
      const random = seededRandom(SEED);
      const below = (count: number): number => Math.floor(random() * count);
      const bytes = [0x00, 0x01, 0x2f, 0x7f, 0x80, 0xc3, 0xfe, 0xff];
      const draw = (): Uint8Array =>
        Uint8Array.from({ length: below(6) }, () => bytes[below(bytes.length)] as number);
      const distinct = new Map(Array.from({ length: 300 }, draw).map((drawn) => [drawn.join(), drawn]));
      store.commit(10, ...[...distinct].map(([text, drawn]) => insert(text, [1, drawn])));
      const sorted = [...distinct.values()].sort(compareBytes);
      store.use((snapshot) => {
        for (let i = 0; i < 100; i++) {
          const start = i === 0 ? FIRST_KEY : draw();
          const end = i % 4 === 0 ? null : draw();
          const inside = sorted.filter(
            (one) => compareBytes(one, start) >= 0 && (end === null || compareBytes(one, end) < 0),
          );
          const expected = inside.map((one) => one.join());
          assert.deepEqual(texts(snapshot.scan(1, start, end, "asc", 1000)), expected);
          assert.deepEqual(texts(snapshot.scan(1, start, end, "desc", 5)), expected.toReversed().slice(0, 5));
          assert.equal(snapshot.get(1, start)?.json, distinct.has(start.join()) ? start.join() : undefined);
        }
      });
    });

    it("orders keys that share their first 3,000 bytes, and longer ones", () => {
      const prefix = new Uint8Array(3000).fill(0x61);
      // Some are prefixes of others.
      const keys = Array.from({ length: 100 }, (_, i) => key(...prefix, ...(i % 2 === 0 ? [i] : [i - 1, i])));
      const sorted = [...keys, prefix, new Uint8Array(900_000).fill(0x61)].sort(compareBytes);
      const names = sorted.map((_, i) => String(i));
      store.commit(10, ...sorted.map((one, i) => insert(String(i), [1, one])).reverse());
      store.use((snapshot) => {
        assert.deepEqual(texts(snapshot.scan(1, FIRST_KEY, null, "asc", 1000)), names);
        assert.deepEqual(texts(snapshot.scan(1, FIRST_KEY, null, "desc", 1000)), names.toReversed());
        const range = { start: prefix, end: sorted[50] as Uint8Array, order: "asc" } as const;
        assert.deepEqual(texts([...pagesOf(snapshot, 1, range, 7)].flat()), names.slice(0, 50));
        for (const [i, one] of sorted.entries()) assert.equal(snapshot.get(1, one)?.json, String(i));
      });
    });
  });
}

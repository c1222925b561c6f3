import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import type { DocumentWrite, InspectableStore, StoreInspection } from "../store.ts";

const SEED = Number(process.env["SEED"] ?? 20261124);
const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

/** The contract of `InspectableStore`, run by every implementation. `open` makes a store in an empty folder. */
export function runInspectionConformance(name: string, open: (folder: string) => InspectableStore): void {
  describe(`inspection of a store: ${name}`, () => {
    let folder: string;
    let store: InspectableStore;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "epigraph-store-"));
      store = open(folder);
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** Commits writes one by one, then looks at the store without a writer. */
    const inspect = (
      commits: Iterable<readonly DocumentWrite[]>,
      look: (inspection: StoreInspection) => void,
    ): void => {
      const writer = store.openWriter();
      for (const writes of commits) {
        writer.apply([{ ts: writer.lastTs + 1, changesCatalogue: false, writes, backfill: [] }]);
        if (writer.lastTs % 10 === 0) writer.prune(writer.lastTs - 20, 2);
      }
      writer.close();
      const inspection = store.inspect();
      try {
        look(inspection);
      } finally {
        inspection.close();
      }
    };
    const insert = (json: string, ...indexes: [number, Uint8Array][]): DocumentWrite => ({
      tableId: 1000,
      previous: null,
      json,
      size: 7,
      indexes: indexes.map(([index, add]) => ({ index, remove: null, add })),
    });

    it("shows documents in the order of rows and entries in the order of keys", () => {
      const commits = [[insert("a", [1, key(2)])], [insert("b", [1, key(1)], [2, key(5)]), insert("c")]];
      inspect(commits, (inspection) => {
        const documents = [...inspection.documents()];
        assert.deepEqual(
          documents.map(({ json, ts, size, tableId }) => [json, ts, size, tableId]),
          [
            ["a", 1, 7, 1000],
            ["b", 2, 7, 1000],
            ["c", 2, 7, 1000],
          ],
        );
        assert.equal(inspection.documentCount(), 3);
        const [a, b, c] = documents.map(({ row }) => row) as [number, number, number];
        assert.ok(a < b && b < c);
        assert.deepEqual(inspection.document(b), documents[1]);
        assert.equal(inspection.document(c + 1), null);
        assert.deepEqual(
          Array.from(inspection.entries(1), (entry) => [entry.key[0], entry.row]),
          [
            [1, b],
            [2, a],
          ],
        );
        assert.deepEqual(
          [...inspection.entryCounts()],
          [
            [1, 2],
            [2, 1],
          ],
        );
        assert.deepEqual([inspection.rowAt(1, key(2)), inspection.rowAt(1, key(3))], [a, null]);
        assert.equal(inspection.snapshot.ts, 2);
        assert.equal(inspection.snapshot.get(2, key(5))?.json, "b");
      });
    });

    it(`finds nothing wrong with what a writer leaves behind (seed ${SEED})`, () => {
      inspect(randomWrites(seededRandom(SEED)), (inspection) => {
        for (const check of [inspection.integrity, ...inspection.checks]) {
          assert.deepEqual([...check.run()], [], check.subject);
        }
      });
    });
  });
}

/** Inserts, updates with and without another key, deletes: of twelve documents, in the order that rows are given. */
function* randomWrites(random: () => number): Generator<readonly DocumentWrite[]> {
  const live = new Map<number, { readonly row: number; readonly ts: number; readonly key: number }>();
  let nextRow = 1;
  for (let ts = 1; ts <= 200; ts++) {
    const name = Math.floor(random() * 12);
    const previous = live.get(name) ?? null;
    const isDeleted = previous !== null && random() < 0.25;
    const place = previous !== null && random() < 0.5 ? previous.key : name * 16 + Math.floor(random() * 16);
    const remove = previous === null ? null : key(previous.key);
    const add = isDeleted ? null : key(place);
    const isMoved = isDeleted || previous?.key !== place;
    if (isDeleted) live.delete(name);
    else live.set(name, { row: previous?.row ?? nextRow++, ts, key: place });
    yield [
      {
        tableId: 1000,
        previous,
        json: isDeleted ? null : `${name}:${ts}`,
        size: 1,
        indexes: isMoved ? [{ index: 1, remove, add }] : [],
      },
    ];
  }
}

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import type { CommitRequest } from "../commit-request.ts";
import { anything, exported } from "../testing/exported-schema.ts";
import { assertFails, type Document, scanIndex, scanTable, TestDatabase } from "../testing/test-database.ts";
import { backfillIndexes, backfillStagedIndexes } from "./backfill-indexes.ts";
import { findDroppedIndexes, forgetDroppedIndexes } from "./forget-dropped-indexes.ts";
import { SchemaChange } from "./schema-change.ts";
import type { SchemaProgress } from "./schema-progress.ts";

const BY_N = exported({ t: anything().index("by_n", ["n"]) });
const STAGED = exported({ t: anything().index("by_n", { fields: ["n"], staged: true }) });

describe("an index", () => {
  let test: TestDatabase;
  beforeEach(() => {
    test = new TestDatabase();
  });
  afterEach(() => test.close());

  const change = (json: string | null): SchemaChange => new SchemaChange(test.database, "", json);
  const activate = (ready: SchemaChange): Promise<void> =>
    test.database.write("push", (transaction) => ready.activate(transaction));
  const states = (): unknown[] =>
    test.run(({ transaction }) =>
      [...transaction.catalogue.namespace("").tables].flatMap((table) =>
        table.indexes
          .filter(({ name }) => name !== "by_id" && name !== "by_creation_time")
          .map(({ name, state, staged }) => `${name} ${state}${staged ? " staged" : ""}`),
      ),
    );
  const rows = (index = "t.by_n"): Document[] => test.run((run) => run.collect(scanIndex(index)));
  const sorted = (): unknown[] => rows().map((row) => row["n"]);
  const insert = (...numbers: number[]): Promise<string[]> =>
    test.mutate((run) => numbers.map((n) => run.insert("t", { n })));
  const identity = (): unknown =>
    test.run(({ transaction }) => transaction.catalogue.namespace("").table("t")?.indexes[2]?.id);
  /** Entries that backfills have made since. */
  const watchBackfill = (): { entries: number } => {
    const seen = { entries: 0 };
    onCommit((request) => {
      seen.entries += request.backfill.length;
    });
    return seen;
  };
  /** Calls back before each commit. */
  const onCommit = (before: (request: CommitRequest) => unknown): void => {
    const commit = test.committer.commit.bind(test.committer);
    test.committer.commit = async (request) => {
      await before(request);
      return commit(request);
    };
  };

  it("that is new waits for a table of 10,000 documents, and equals a sorted scan, writes meanwhile included", async () => {
    const random = seededRandom(5);
    const draw = (): number => Math.floor(random() * 1000);
    const ids = await test.mutate((run) =>
      Array.from({ length: 10_000 }, () => run.insert("t", { n: draw() })),
    );
    const ready = change(BY_N);
    const progress: SchemaProgress[] = [];
    let isPrepared = false;
    const preparing = ready
      .prepare((step) => progress.push(step))
      .then(() => {
        isPrepared = true;
      });
    let writes = 0;
    while (!isPrepared) {
      const [a, b, c] = [draw(), draw(), draw()];
      await test.database.write("test", (transaction) => {
        const run = test.executionOn(transaction);
        run.patch(ids[a]!, { n: draw() });
        if (run.get(ids[b + 1000]!) !== null) run.remove(ids[b + 1000]!);
        run.insert("t", { n: c });
        run.patch(ids[a]!, { note: c });
      });
      writes++;
    }
    await preparing;
    assert.ok(writes > 3);
    assert.ok(progress.length >= 40);
    const { documents, ...last } = progress.at(-1)!;
    assert.deepEqual(last, { step: "fillingIndex", table: "t", index: "by_n", share: 1 });
    assert.ok(Math.abs(documents - 10_000) <= writes);
    const shares = progress.map(({ share }) => share);
    assert.deepEqual(
      shares,
      shares.toSorted((x, y) => x - y),
    );
    test.run((run) =>
      assertFails(
        () => run.collect(scanIndex("t.by_n")),
        "Index t.by_n is currently backfilling and not available to query yet.",
        "IndexBackfillingError",
      ),
    );
    await activate(ready);
    const expected = test.run((run) => run.collect(scanTable("t")).map((row) => row["n"] as number));
    assert.deepEqual(
      sorted(),
      expected.toSorted((x, y) => x - y),
    );
  });

  it("that is redefined exists twice until the final swap", async () => {
    await test.push(BY_N);
    await test.mutate((run) => [2, 1].map((n) => run.insert("t", { n, m: -n })));
    const ready = change(exported({ t: anything().index("by_n", ["m"]) }));
    await ready.prepare();
    assert.deepEqual(sorted(), [1, 2]);
    assert.deepEqual(states(), ["by_n enabled", "by_n backfilled"]);
    await activate(ready);
    assert.deepEqual(sorted(), [2, 1]);
    assert.deepEqual(states(), ["by_n enabled"]);
  });

  it("that is staged is filled in the background, and un-staged without a second backfill", async () => {
    await insert(2, 1);
    await test.push(STAGED);
    assert.deepEqual(states(), ["by_n backfilling staged"]);
    await backfillStagedIndexes(test.database);
    assert.deepEqual(states(), ["by_n backfilled staged"]);
    const id = identity();
    const backfill = watchBackfill();
    await insert(0);
    test.run((run) =>
      assertFails(
        () => run.collect(scanIndex("t.by_n")),
        "Index t.by_n is currently staged and not available to query until it is enabled.",
        "IndexStagedError",
      ),
    );
    await test.push(BY_N);
    assert.deepEqual(
      [states(), sorted(), identity(), backfill.entries],
      [["by_n enabled"], [0, 1, 2], id, 0],
    );
  });

  it("that is staged again keeps its data", async () => {
    await insert(2, 1);
    await test.push(BY_N);
    const id = identity();
    const backfill = watchBackfill();
    await test.push(STAGED);
    assert.deepEqual([states(), identity()], [["by_n backfilled staged"], id]);
    await insert(0);
    await test.push(BY_N);
    assert.deepEqual([sorted(), identity(), backfill.entries], [[0, 1, 2], id, 0]);
  });

  it("that is un-staged while it is being filled is finished by the push", async () => {
    await insert(2, 1);
    await test.push(STAGED);
    const filling = backfillStagedIndexes(test.database);
    await test.push(BY_N);
    await filling;
    assert.deepEqual([states(), sorted()], [["by_n enabled"], [1, 2]]);
  });

  it("that is no longer declared is dropped, and filled anew when it comes back", async () => {
    await test.push(BY_N);
    await insert(2, 1);
    const dropped = identity();
    await test.push(null);
    assert.deepEqual(states(), []);
    test.run((run) =>
      assertFails(() => run.collect(scanIndex("t.by_n")), "Index t.by_n not found.", "IndexNotFoundError"),
    );
    await insert(0);
    const backfill = watchBackfill();
    await test.push(BY_N);
    assert.deepEqual([sorted(), backfill.entries], [[0, 1, 2], 3]);
    assert.notEqual(identity(), dropped);
    const removed: number[] = [];
    await forgetDroppedIndexes(test.database, findDroppedIndexes(test.database), async (index) => {
      removed.push(index);
    });
    assert.deepEqual(removed, [dropped]);
    assert.deepEqual(findDroppedIndexes(test.database), []);
  });

  it("whose backfill was interrupted is filled anew without harm", async () => {
    await insert(...Array.from({ length: 300 }, (_, i) => 299 - i));
    const ready = change(BY_N);
    const stop = new Error("the process ended");
    let pages = 0;
    onCommit((request) => {
      if (request.backfill.length > 0 && ++pages === 2) throw stop;
    });
    await assert.rejects(ready.prepare(), stop);
    const backfill = watchBackfill();
    await backfillIndexes(
      test.database,
      "",
      () => true,
      () => {},
    );
    assert.equal(backfill.entries, 300 - 256);
    await activate(ready);
    assert.deepEqual(
      sorted(),
      Array.from({ length: 300 }, (_, i) => i),
    );
  });

  it("is filled although a document is written before each page can be stored", async () => {
    const [hot] = await insert(...Array.from({ length: 300 }, (_, i) => i));
    let written = 0;
    onCommit(async (request) => {
      if (request.backfill.length === 0 || request.source === "hot") return;
      // Its keys stay the same.
      await test.database.write("hot", (transaction) => {
        test.executionOn(transaction).patch(hot!, { note: ++written });
      });
    });
    await test.push(BY_N);
    assert.ok(written > 1);
    assert.equal(rows().length, 300);
  });

  it("orders documents with equal fields by creation time, then by id", async () => {
    await test.push(BY_N);
    // Two transactions of one instant give their documents one creation time.
    const twins = [1, 2, 3, 4].map(() =>
      test.run((run) => {
        run.insert("t", { n: 1 });
        return run.transaction;
      }),
    );
    for (const transaction of twins) assert.equal(await test.commit(transaction), "committed");
    test.nowMs += 1;
    await insert(1, 1, 0);
    const found = rows();
    assert.equal(new Set(found.slice(1, 5).map((row) => row["_creationTime"])).size, 1);
    const expected = found.toSorted(
      (a, b) =>
        Number(a["n"]) - Number(b["n"]) ||
        Number(a["_creationTime"]) - Number(b["_creationTime"]) ||
        (a._id < b._id ? -1 : 1),
    );
    assert.deepEqual(found, expected);
    assert.ok(Number(found[5]?.["_creationTime"]) > Number(found[4]?.["_creationTime"]));
  });
});

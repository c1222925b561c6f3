import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineSchema, defineTable, type GenericSchema } from "convex/server";
import { v } from "convex/values";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import { assertFails, scanIndex, TestDatabase } from "../testing/test-database.ts";
import { backfillIndexes, backfillStagedIndexes } from "./backfill-indexes.ts";
import { findDroppedIndexes, forgetDroppedIndexes } from "./forget-dropped-indexes.ts";
import { SchemaChange } from "./schema-change.ts";

function exported(tables: GenericSchema, options?: { schemaValidation: boolean }): string {
  return (defineSchema(tables, options) as unknown as { export(): string }).export();
}

/** The SDK knows no fields of a table of anything, so it would refuse every index on one. */
interface OpenTable {
  index(name: string, fields: readonly string[] | object): GenericSchema[string];
}
const anything = (): OpenTable & GenericSchema[string] =>
  defineTable(v.any()) as unknown as OpenTable & GenericSchema[string];
const STRINGS = exported({ t: defineTable({ a: v.string() }) });
const LOOSE = exported({ t: defineTable({ a: v.union(v.string(), v.number()) }) });

describe("a schema change", () => {
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
          .filter(({ name }) => !name.startsWith("by_id") && name !== "by_creation_time")
          .map(({ name, state, staged }) => `${name} ${state}${staged ? " staged" : ""}`),
      ),
    );
  const sorted = (index = "t.by_n"): unknown[] =>
    test.run((run) => run.collect(scanIndex(index)).map((row) => row["n"]));

  it("makes the declared tables at once", async () => {
    await test.push(exported({ a: anything(), b: anything() }));
    const names = test.run(({ transaction }) =>
      [...transaction.catalogue.namespace("").tables].map(({ name, number }) => [name, number]),
    );
    assert.deepEqual(names, [
      ["a", 10_001],
      ["b", 10_002],
    ]);
  });

  it("fails with the first document that does not match, and leaves the old schema active", async () => {
    await test.push(LOOSE);
    const id = await test.mutate((run) => {
      for (let i = 0; i < 300; i++) run.insert("t", { a: "ok" });
      return run.insert("t", { a: 1 });
    });
    await assert.rejects(change(STRINGS).prepare(), {
      code: "SchemaValidationFailed",
      message: `Document with ID "${id}" in table "t" does not match the schema: Value does not match validator.\nPath: .a\nValue: 1.0\nValidator: v.string()`,
    });
    await test.mutate((run) => run.insert("t", { a: 2 }));
    await test.push(LOOSE);
  });

  it("fails with a document that is written while it is pending; the write itself succeeds", async () => {
    await test.push(LOOSE);
    const ready = change(STRINGS);
    await ready.prepare();
    await test.mutate((run) => {
      run.insert("t", { a: 5 });
      run.insert("t", { a: 6 });
    });
    const text =
      'New document in table "t" does not match the schema: Value does not match validator.\nPath: .a\nValue: 5.0\nValidator: v.string()';
    await assert.rejects(activate(ready), {
      code: "SchemaAlreadyFailed",
      message: `Schema has already been failed with error: ${text}`,
    });
    const failed = test.run(
      ({ transaction }) => transaction.catalogue.namespace("").activeSchema?.schema.json,
    );
    assert.equal(failed, LOOSE);
  });

  it("fails with a document that is written between its submission and the end of its scan", async () => {
    await test.push(LOOSE);
    const commit = test.committer.commit.bind(test.committer);
    let raced = false;
    test.committer.commit = async (request) => {
      const outcome = await commit(request);
      if (!raced) {
        raced = true;
        await test.mutate((run) => run.insert("t", { a: 1 }));
      }
      return outcome;
    };
    const prepared = change(STRINGS).prepare();
    await assert.rejects(prepared, {
      code: "SchemaValidationFailed",
      message: /^New document in table "t" does not match the schema: /,
    });
  });

  it("keeps checking the active schema while another one is pending", async () => {
    await test.push(STRINGS);
    await change(LOOSE).prepare();
    test.run((run) =>
      assertFails(
        () => run.insert("t", { a: 1 }),
        /^Failed to insert or update a document in table "t"/,
        "SchemaEnforcementError",
      ),
    );
  });

  it("does not look at documents when validation is off", async () => {
    await test.mutate((run) => run.insert("t", { a: 1 }));
    await test.push(exported({ t: defineTable({ a: v.string() }) }, { schemaValidation: false }));
    await test.mutate((run) => run.insert("t", { a: 2 }));
  });

  it("is overwritten by another push that submits another schema", async () => {
    const first = change(STRINGS);
    await first.prepare();
    await test.push(LOOSE);
    await assert.rejects(activate(first), {
      code: "SchemaAlreadyOverwritten",
      message: "Schema has already been overwritten.",
    });
  });

  it("writes nothing when the schema is active already", async () => {
    await test.push(LOOSE);
    const before = test.run(({ transaction }) => transaction.snapshotTs);
    await test.push(LOOSE);
    assert.equal(
      test.run(({ transaction }) => transaction.snapshotTs),
      before,
    );
  });

  it("fills a new index that then equals a sorted scan, writes during the backfill included", async () => {
    const random = seededRandom(5);
    const draw = (): number => Math.floor(random() * 1000);
    const ids = await test.mutate((run) =>
      Array.from({ length: 2_000 }, () => run.insert("t", { n: draw() })),
    );
    const ready = change(exported({ t: anything().index("by_n", ["n"]) }));
    let isPrepared = false;
    const preparing = ready.prepare().then(() => {
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
    test.run((run) =>
      assertFails(
        () => run.collect(scanIndex("t.by_n")),
        "Index t.by_n is currently backfilling and not available to query yet.",
        "IndexBackfillingError",
      ),
    );
    await activate(ready);
    const expected = test.run((run) =>
      run
        .collect({ source: { type: "FullTableScan", tableName: "t", order: null }, operators: [] })
        .map((row) => row["n"] as number),
    );
    assert.deepEqual(
      sorted(),
      expected.toSorted((a, b) => a - b),
    );
    await test.database.write("test", (transaction) => {
      const run = test.executionOn(transaction);
      for (const row of run.collect(scanIndex("t.by_n", [], null, [{ limit: 100 }]))) run.remove(row._id);
    });
    assert.equal(sorted().length, expected.length - 100);
  });

  it("swaps a redefined index only at the end", async () => {
    await test.push(exported({ t: anything().index("by_n", ["n"]) }));
    await test.mutate((run) => [2, 1].map((n) => run.insert("t", { n, m: -n })));
    const ready = change(exported({ t: anything().index("by_n", ["m"]) }));
    await ready.prepare();
    assert.deepEqual(sorted(), [1, 2]);
    assert.deepEqual(states(), ["by_n enabled", "by_n backfilled"]);
    await activate(ready);
    assert.deepEqual(sorted(), [2, 1]);
    assert.deepEqual(states(), ["by_n enabled"]);
  });

  it("fills staged indexes in the background and keeps their data when the mark goes or comes", async () => {
    const staged = exported({ t: anything().index("by_n", { fields: ["n"], staged: true }) });
    const enabled = exported({ t: anything().index("by_n", ["n"]) });
    await test.mutate((run) => [2, 1].map((n) => run.insert("t", { n })));
    await test.push(staged);
    assert.deepEqual(states(), ["by_n backfilling staged"]);
    await backfillStagedIndexes(test.database);
    assert.deepEqual(states(), ["by_n backfilled staged"]);
    const identity = (): unknown =>
      test.run(({ transaction }) => transaction.catalogue.namespace("").table("t")?.indexes[2]?.id);
    const id = identity();
    await test.push(enabled);
    assert.deepEqual([states(), sorted(), identity()], [["by_n enabled"], [1, 2], id]);
    await test.push(staged);
    assert.deepEqual([states(), identity()], [["by_n backfilled staged"], id]);
  });

  it("drops indexes that are no longer declared, and makes them anew when they come back", async () => {
    const withIndex = exported({ t: anything().index("by_n", ["n"]) });
    await test.push(withIndex);
    await test.mutate((run) => [2, 1].map((n) => run.insert("t", { n })));
    const dropped = test.run(
      ({ transaction }) => transaction.catalogue.namespace("").table("t")?.indexes[2]?.id,
    );
    await test.push(null);
    assert.deepEqual(states(), []);
    test.run((run) =>
      assertFails(() => run.collect(scanIndex("t.by_n")), "Index t.by_n not found.", "IndexNotFoundError"),
    );
    await test.mutate((run) => run.insert("t", { n: 0 }));
    await test.push(withIndex);
    assert.deepEqual(sorted(), [0, 1, 2]);
    const removed: number[] = [];
    await forgetDroppedIndexes(test.database, findDroppedIndexes(test.database), async (index) => {
      removed.push(index);
    });
    assert.deepEqual(removed, [dropped]);
    assert.equal(
      test.run(({ transaction }) => transaction.catalogue.droppedIndexes.size),
      0,
    );
  });

  it("starts an interrupted backfill anew without harm", async () => {
    await test.mutate((run) => Array.from({ length: 300 }, (_, i) => run.insert("t", { n: 299 - i })));
    const ready = change(exported({ t: anything().index("by_n", ["n"]) }));
    const stop = new Error("the process ended");
    let pages = 0;
    const committer = test.committer.commit.bind(test.committer);
    test.committer.commit = (request) => {
      if (request.backfill.length > 0 && ++pages === 2) throw stop;
      return committer(request);
    };
    await assert.rejects(ready.prepare(), stop);
    test.committer.commit = committer;
    await backfillIndexes(
      test.database,
      "",
      () => true,
      () => {},
    );
    await activate(ready);
    assert.deepEqual(
      sorted(),
      Array.from({ length: 300 }, (_, i) => i),
    );
  });
});

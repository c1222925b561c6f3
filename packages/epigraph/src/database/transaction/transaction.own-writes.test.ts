import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import {
  assertFails,
  type Document,
  scanIndex,
  scanTable,
  TestDatabase,
  type TestExecution,
} from "../testing/test-database.ts";

describe("a transaction's own writes", () => {
  let test: TestDatabase;
  let ids: string[];
  beforeEach(async () => {
    test = new TestDatabase();
    const schema = defineSchema({ t: defineTable(v.any()).index("by_n", ["n"]) });
    await test.push((schema as unknown as { export(): string }).export());
    ids = await test.mutate((run) => [20, 40, 60].map((n) => run.insert("t", { n })));
  });
  afterEach(() => test.close());

  const numbers = (rows: readonly Document[]): unknown[] => rows.map((row) => row["n"]);
  const byN = (
    run: TestExecution,
    order: "asc" | "desc" = "asc",
    bounds: Parameters<typeof scanIndex>[1] = [],
  ): unknown[] => numbers(run.collect(scanIndex("t.by_n", bounds, order)));

  it("show in gets, ranges of both orders and counts, in key order", () => {
    test.run((run) => {
      const added = run.insert("t", { n: 30 });
      run.patch(ids[0]!, { n: 90 });
      run.remove(ids[1]!);
      assert.equal(run.get(added)?.["n"], 30);
      assert.equal(run.get(ids[1]!), null);
      assert.deepEqual(byN(run), [30, 60, 90]);
      assert.deepEqual(byN(run, "desc"), [90, 60, 30]);
      assert.deepEqual(byN(run, "asc", [["Gte", "n", 60]]), [60, 90]);
      assert.deepEqual(byN(run, "desc", [["Lt", "n", 60]]), [30]);
      assert.deepEqual(numbers(run.collect(scanTable("t", "desc"))), [30, 60, 90]);
      assert.equal(run.call("1.0/count", { table: "t" }), 3);
    });
  });

  it("show in a table that the transaction made", () => {
    test.run((run) => {
      const id = run.insert("fresh", { n: 1 });
      assert.deepEqual(
        run.collect(scanTable("fresh")).map((row) => row._id),
        [id],
      );
      assert.equal(run.call("1.0/count", { table: "fresh" }), 1);
    });
  });

  it("show in a query that is under way, ahead of where it is", () => {
    test.run((run) => {
      const { queryId } = run.call<{ queryId: number }>("1.0/queryStream", { query: scanIndex("t.by_n") });
      const next = (): unknown =>
        run.call<{ value: Document | null }>("1.0/queryStreamNext", { queryId }).value?.["n"];
      assert.equal(next(), 20);
      run.insert("t", { n: 10 });
      run.insert("t", { n: 30 });
      run.remove(ids[2]!);
      assert.deepEqual([next(), next(), next()], [30, 40, undefined]);
    });
  });

  it("are taken back with their scope; reads, counters and creation times stay", async () => {
    await test.mutate((run) => {
      const { transaction } = run;
      const kept = run.insert("t", { n: 1 });
      transaction.beginNested();
      run.insert("t", { n: 2 });
      run.patch(kept, { n: 3 });
      run.remove(ids[0]!);
      run.insert("other", {});
      transaction.beginNested();
      run.patch(ids[1]!, { n: 41 });
      transaction.commitNested();
      assert.deepEqual(byN(run), [2, 3, 41, 60]);
      const before = transaction.metrics();
      transaction.rollbackNested();
      assert.deepEqual(byN(run), [1, 20, 40, 60]);
      assert.deepEqual(run.collect(scanTable("other")), []);
      assert.equal(transaction.catalogue.namespace("").table("other"), null);
      assert.equal(transaction.usage.documentsWritten, before.documentsWritten.used);
      const times = [kept, run.insert("t", { n: 5 })].map((id) => run.get(id)?.["_creationTime"] as number);
      assert.equal(times[1]! - times[0]!, 3 * 2 ** -12);
    });
    assert.deepEqual(
      test.run((run) => byN(run)),
      [1, 5, 20, 40, 60],
    );
  });

  it("taken back in a nested scope leave its reads as dependencies", async () => {
    const outcome = await test.race(
      (run) => {
        run.transaction.beginNested();
        run.get(ids[0]!);
        run.insert("t", { n: 2 });
        run.transaction.rollbackNested();
        run.insert("t", { n: 3 });
      },
      (run) => run.patch(ids[0]!, { n: 21 }),
    );
    assert.equal(outcome, "conflict");
  });

  it("are invisible to a stale view, whose reads are no dependency", async () => {
    const outcome = await test.race(
      (run) => {
        run.insert("t", { n: 30 });
        const stale = test.executionOn(run.transaction.withoutOwnWrites());
        assert.deepEqual(byN(stale), [20, 40, 60]);
        assert.equal(run.transaction.usage.documentsRead, 3);
      },
      (run) => run.patch(ids[0]!, { n: 21 }),
    );
    assert.equal(outcome, "committed");
  });

  it("are no syscalls in a query", () => {
    test.run((run) => {
      const reader = test.executionOn(run.transaction, false);
      assertFails(() => reader.insert("t", {}), "1.0/insert is no syscall here");
      assert.equal(byN(reader).length, 3);
    });
  });
});

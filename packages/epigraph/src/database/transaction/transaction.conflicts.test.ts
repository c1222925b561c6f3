import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { encodeId } from "../../values/id.ts";
import { scanIndex, scanTable, TestDatabase, type TestExecution } from "../testing/test-database.ts";
import { DocumentVersion } from "./write-set.ts";

describe("what a transaction depends on", () => {
  let test: TestDatabase;
  let ids: string[];
  beforeEach(async () => {
    test = new TestDatabase();
    const schema = defineSchema({
      t: defineTable(v.any()).index("by_n", ["n"]),
      log: defineTable(v.any()),
    });
    await test.push((schema as unknown as { export(): string }).export());
    ids = await test.mutate((run) => [10, 20, 30, 40].map((n) => run.insert("t", { n, note: "" })));
  });
  afterEach(() => test.close());

  /** Reads, and writes elsewhere so that there is something to commit. */
  const reading =
    (read: (run: TestExecution) => void) =>
    (run: TestExecution): void => {
      read(run);
      run.insert("log", {});
    };
  const insertN = (n: number) => (run: TestExecution) => run.insert("t", { n });
  const take = (count: number, order: "asc" | "desc" = "asc") =>
    reading((run) => run.collect(scanIndex("t.by_n", [], order, [{ limit: count }])));

  it("is a prefix of the range when a limit ends the query", async () => {
    assert.equal(await test.race(take(2), insertN(25)), "committed");
    assert.equal(await test.race(take(2), insertN(15)), "conflict");
  });

  it("is a suffix of the range in descending order", async () => {
    assert.equal(await test.race(take(2, "desc"), insertN(25)), "committed");
    assert.equal(await test.race(take(2, "desc"), insertN(35)), "conflict");
  });

  it("is the whole range once it was exhausted, empty or not", async () => {
    const empty = reading((run) => run.collect(scanIndex("t.by_n", [["Gt", "n", 100]])));
    assert.equal(await test.race(empty, insertN(99)), "committed");
    assert.equal(await test.race(empty, insertN(101)), "conflict");
  });

  it("ends where app code stopped pulling, whatever was fetched ahead", async () => {
    const first = reading((run) => {
      const { queryId } = run.call<{ queryId: number }>("1.0/queryStream", { query: scanIndex("t.by_n") });
      run.call("1.0/queryStreamNext", { queryId });
    });
    assert.equal(await test.race(first, insertN(15)), "committed");
    assert.equal(await test.race(first, insertN(5)), "conflict");
  });

  it("is nothing for a query that was opened and never pulled", async () => {
    const opened = reading((run) => run.call("1.0/queryStream", { query: scanIndex("t.by_n") }));
    assert.equal(await test.race(opened, insertN(5)), "committed");
  });

  it("is the place of a document that was not there", async () => {
    const number = test.run((run) => run.transaction.catalogue.namespace("").table("t")!.number);
    const missing = encodeId(number, new Uint8Array(16).fill(9));
    const request = test.run((run) => {
      assert.equal(run.get(missing), null);
      run.insert("log", {});
      return run.transaction.toCommitRequest({ source: "a", notify: null, retry: null })!;
    });
    const { byId } = test.run((run) => run.transaction.catalogue.namespace("").table("t")!);
    const points = request.reads.find((reads) => reads.index === byId.id)!.ranges;
    assert.deepEqual(points, [
      { start: new Uint8Array(16).fill(9), end: Uint8Array.from([...new Uint8Array(16).fill(9), 0]) },
    ]);
  });

  it("is the place of a document that is then made with that very id, as an import does", async () => {
    const table = test.run((run) => run.transaction.catalogue.namespace("").table("t")!);
    const internalId = new Uint8Array(16).fill(9);
    const id = encodeId(table.number, internalId);
    const lookUp = reading((run) => assert.equal(run.get(id), null));
    const value = { _id: id, _creationTime: 1 };
    const outcome = await test.race(lookUp, ({ transaction }) => {
      const version = new DocumentVersion(JSON.stringify(value), 61, value);
      transaction.write({ table, id, internalId, base: null, version });
    });
    assert.equal(outcome, "conflict");
    assert.equal(test.run((run) => run.get(id))?._id, id);
  });

  it("includes rows that a filter dropped", async () => {
    const none = reading((run) => run.collect(scanTable("t", null, [{ filter: { $literal: false } }])));
    assert.equal(await test.race(none, (run) => run.patch(ids[2]!, { note: "x" })), "conflict");
  });

  it("includes the bodies of rows read through an index whose key does not change", async () => {
    assert.equal(await test.race(take(2), (run) => run.patch(ids[0]!, { note: "x" })), "conflict");
    assert.equal(await test.race(take(2), (run) => run.patch(ids[3]!, { note: "x" })), "committed");
  });

  it("is not disturbed by a patch that changes nothing", async () => {
    assert.equal(await test.race(take(4), (run) => run.patch(ids[0]!, { n: 10 })), "committed");
  });

  it("includes the place a row left and the place it came to", async () => {
    const above = reading((run) => run.collect(scanIndex("t.by_n", [["Gt", "n", 100]])));
    assert.equal(await test.race(above, (run) => run.patch(ids[0]!, { n: 200 })), "conflict");
    assert.equal(await test.race(above, (run) => run.patch(ids[0]!, { n: 10 })), "conflict");
  });

  it("includes documents that it writes, so that increments are never lost", async () => {
    const increment = (run: TestExecution): void => {
      run.patch(ids[0]!, { n: (run.get(ids[0]!)?.["n"] as number) + 1 });
    };
    assert.equal(await test.race(increment, increment), "conflict");
    const twice = [increment, increment].map((use) =>
      test.database.write("increment", (transaction) => use(test.executionOn(transaction))),
    );
    await Promise.all(twice);
    assert.equal(
      test.run((run) => run.get(ids[0]!)?.["n"]),
      13,
    );
  });

  it("lets two inserts pass that looked at nothing", async () => {
    assert.equal(await test.race(insertN(1), insertN(1)), "committed");
  });

  it("refuses phantoms and write skew", async () => {
    const insertIfNone = (run: TestExecution): void => {
      if (run.collect(scanIndex("t.by_n", [["Eq", "n", 77]])).length === 0) run.insert("t", { n: 77 });
    };
    assert.equal(await test.race(insertIfNone, insertIfNone), "conflict");
    const skew = (mine: number) => (run: TestExecution) => {
      run.get(ids[0]!);
      run.get(ids[1]!);
      run.patch(ids[mine]!, { note: "changed" });
    };
    assert.equal(await test.race(skew(0), skew(1)), "conflict");
  });

  it("is the whole table for a count", async () => {
    const count = reading((run) => assert.equal(run.call("1.0/count", { table: "t" }), 4));
    assert.equal(await test.race(count, (run) => run.remove(ids[3]!)), "conflict");
  });

  it("is the catalogue: whatever ran before a change of it runs again", async () => {
    assert.equal(await test.race(insertN(1), (run) => run.insert("new_table", {})), "conflict");
  });
});

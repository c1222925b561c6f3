import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { anything, exported } from "../testing/exported-schema.ts";
import { assertFails, scanTable, TestDatabase } from "../testing/test-database.ts";
import { SchemaChange } from "./schema-change.ts";
import type { SchemaProgress } from "./schema-progress.ts";

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
  const checked = async (json: string): Promise<readonly SchemaProgress[]> => {
    const seen: SchemaProgress[] = [];
    await change(json).prepare((progress) => seen.push(progress));
    return seen;
  };

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

  it("tells how many documents it has checked, and checks no table whose documents can't but match", async () => {
    const number = exported({ t: defineTable({ a: v.number() }), empty: defineTable({ a: v.number() }) });
    await test.push(number);
    await test.mutate((run) => Array.from({ length: 300 }, (_, a) => run.insert("t", { a })));
    const looser = [
      exported({ t: defineTable({ a: v.number() }), more: anything() }),
      exported({ t: defineTable({ a: v.union(v.number(), v.null()), b: v.optional(v.string()) }) }),
      exported({ t: anything() }),
      exported({ t: defineTable({ a: v.string() }) }, { schemaValidation: false }),
    ];
    for (const json of looser) assert.deepEqual(await checked(json), []);
    await test.push(looser[1]!);
    const [first, last, ...others] = await checked(number);
    assert.deepEqual(others, []);
    assert.deepEqual(last, { step: "checkingDocuments", table: "t", documents: 300, share: 1 });
    assert.equal(first?.documents, 256);
    assert.ok(Math.abs(first.share - 256 / 300) < 0.1, `${first.share}`);
    await test.push(exported({ t: anything() }));
    await test.push(number);
  });

  it("checks nothing twice that an earlier push of the same schema has checked", async () => {
    await test.mutate((run) => run.insert("t", { a: "ok" }));
    assert.equal((await checked(STRINGS)).length, 1);
    assert.deepEqual(await checked(STRINGS), []);
    await test.mutate((run) => run.insert("t", { a: 1 }));
    await assert.rejects(checked(STRINGS), { code: "SchemaValidationFailed" });
  });

  it("trusts the schema that was active when it was submitted, not one from before", async () => {
    await test.push(STRINGS);
    const outpaced = change(LOOSE);
    await outpaced.prepare();
    const late = change(STRINGS);
    const write = test.database.write.bind(test.database);
    test.database.write = async (source, use) => {
      test.database.write = write;
      await activate(outpaced);
      await test.mutate((run) => run.insert("t", { a: 1 }));
      return write(source, use);
    };
    await assert.rejects(late.prepare(), { code: "SchemaValidationFailed" });
  });

  it("is overwritten by another push that becomes active first, for that drops its indexes", async () => {
    await test.push(LOOSE);
    const late = change(LOOSE);
    await late.prepare();
    const first = change(exported({ t: defineTable(v.any()), u: anything().index("by_n", ["n"]) }));
    await first.prepare();
    await activate(late);
    await assert.rejects(activate(first), {
      code: "SchemaAlreadyOverwritten",
      message: "Schema has already been overwritten.",
    });
  });

  it("tells a push that is still checking that another one overwrote it", async () => {
    await test.mutate((run) => run.insert("t", { a: "ok" }));
    const first = change(STRINGS);
    const commit = test.committer.commit.bind(test.committer);
    test.committer.commit = async (request) => {
      test.committer.commit = commit;
      const outcome = await commit(request);
      await change(LOOSE).prepare();
      return outcome;
    };
    await assert.rejects(first.prepare(), {
      code: "SchemaAlreadyOverwritten",
      message: "Schema was overwritten by another push.",
    });
  });

  it("is not activated before it was checked", async () => {
    await test.mutate((run) => run.insert("t", { a: "ok" }));
    const submitted = change(STRINGS);
    const stop = new Error("the process ended");
    const { read } = test.database;
    const broken = submitted.prepare();
    test.database.read = () => {
      throw stop;
    };
    await assert.rejects(broken, stop);
    test.database.read = read;
    await assert.rejects(activate(submitted), {
      code: "SchemaNotValidated",
      message: "Schema has not been validated yet.",
    });
  });

  it("does not forbid what only a nested call wrote that was taken back", async () => {
    await test.push(LOOSE);
    const ready = change(STRINGS);
    await ready.prepare();
    await test.mutate((run) => {
      run.insert("t", { a: "kept" });
      run.transaction.beginNested();
      run.insert("t", { a: 5 });
      run.transaction.rollbackNested();
    });
    await activate(ready);
  });

  it("leaves a document as it was when a patch does not match", async () => {
    await test.push(STRINGS);
    const id = await test.mutate((run) => run.insert("t", { a: "before" }));
    await test.mutate((run) => {
      assertFails(
        () => run.patch(id, { a: 5 }),
        'Failed to insert or update a document in table "t" because it does not match the schema: Value does not match validator.\nPath: .a\nValue: 5.0\nValidator: v.string()',
        "SchemaEnforcementError",
      );
      assert.equal(run.get(id)?.["a"], "before");
      run.insert("t", { a: "else" });
    });
    test.run((run) => assert.equal(run.get(id)?.["a"], "before"));
  });

  it("says nothing of tables that it does not list, nor of deletions", async () => {
    const id = await test.mutate((run) => run.insert("t", { a: "ok" }));
    await test.push(exported({ t: defineTable({ a: v.string() }) }, { schemaValidation: false }));
    await test.mutate((run) => run.patch(id, { a: 1 }));
    await test.push(exported({ u: defineTable({ a: v.string() }) }));
    await test.mutate((run) => [run.insert("t", { b: true }), run.remove(id)]);
    test.run((run) => assert.equal(run.collect(scanTable("t")).length, 1));
  });
});

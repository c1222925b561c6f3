import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { EnvironmentVariableDocument } from "./catalogue/catalogue-documents.ts";
import type { CommitOutcome } from "./commit-request.ts";
import { conflictError } from "./conflict-error.ts";
import { TestDatabase } from "./testing/test-database.ts";
import { findSystemDocuments, insertSystemDocument } from "./transaction/system-documents.ts";
import type { Transaction } from "./transaction/transaction.ts";

type Conflict = Extract<CommitOutcome, { readonly type: "conflict" }>;

describe("the host's writes", () => {
  let test: TestDatabase;
  beforeEach(() => {
    test = new TestDatabase();
  });
  afterEach(() => test.close());

  const counter = (transaction: Transaction, id: string): number =>
    (test.executionOn(transaction).get(id)?.["n"] as number) ?? 0;

  it("are made again after conflicts, one behind the other, so that no increment is lost", async () => {
    const id = await test.mutate((run) => run.insert("t", { n: 0 }));
    const increment = (transaction: Transaction): void => {
      test.executionOn(transaction).patch(id, { n: counter(transaction, id) + 1 });
    };
    await Promise.all(Array.from({ length: 16 }, () => test.database.write("increment", increment)));
    assert.equal(
      test.run((run) => run.get(id)?.["n"]),
      16,
    );
    assert.deepEqual(test.sleptMs, []);
  });

  it("give up after five attempts, with growing random waits where there is no turn to have, with the platform's text", async () => {
    const id = await test.mutate((run) => run.insert("t", { n: 0 }));
    let attempts = 0;
    const commit = test.committer.commit.bind(test.committer);
    test.committer.commit = async (request) => {
      await test.mutateThrough(commit, (run) => run.patch(id, { n: ++attempts * 100 }));
      // As the committer refuses where too many wait for their turn; those it gives to this one it does not know of.
      const outcome = await commit({ ...request, retry: null });
      return outcome.type === "conflict" ? { ...outcome, turn: null } : outcome;
    };
    const result = test.database.write("mine", (transaction) =>
      test.executionOn(transaction).patch(id, { n: counter(transaction, id) + 1 }),
    );
    await assert.rejects(result, {
      code: "OptimisticConcurrencyControlFailure",
      catchable: false,
      message: `Documents read from or written to the "t" table changed while this mutation was being run and on every subsequent retry. A call to "test.js:run" changed the document with ID "${id}". See https://docs.convex.dev/error#1`,
    });
    assert.equal(attempts, 5);
    assert.equal(test.sleptMs.length, 3);
    for (const [i, ms] of test.sleptMs.entries()) assert.ok(ms >= 0 && ms < 100 * 2 ** i);
  });

  it("have no limits and reach private tables", async () => {
    await test.database.write("env", (transaction) => {
      for (let i = 0; i < 20; i++)
        insertSystemDocument<EnvironmentVariableDocument>(transaction, "_environment_variables", {
          name: `N${i}`,
          value: "x".repeat(1_500_000),
        });
    });
    const found = test.database.read((transaction) =>
      findSystemDocuments<EnvironmentVariableDocument>(transaction, "_environment_variables", "by_name", [
        "N7",
      ]),
    );
    assert.deepEqual(
      found.map(({ name }) => name),
      ["N7"],
    );
    assert.equal(
      test.database.read(({ catalogue }) => catalogue.environment.size),
      20,
    );
  });

  it("return without a commit when nothing changes", async () => {
    const before = test.database.read(({ snapshotTs }) => snapshotTs);
    assert.equal(await test.database.write("nothing", () => 7), 7);
    assert.equal(
      test.database.read(({ snapshotTs }) => snapshotTs),
      before,
    );
  });

  it("can be read at an instant of the past, catalogue included", async () => {
    const id = await test.mutate((run) => run.insert("t", { n: 1 }));
    const at = test.database.read(({ snapshotTs }) => snapshotTs);
    await test.mutate((run) => run.patch(id, { n: 2 }));
    await test.mutate((run) => run.insert("later", {}));
    const past = test.database.read(
      (transaction) => [counter(transaction, id), transaction.catalogue.namespace("").table("later")],
      { at },
    );
    assert.deepEqual(past, [1, null]);
    assert.notEqual(
      test.database.read(({ catalogue }) => catalogue.namespace("").table("later")),
      null,
    );
  });
});

describe("the text of a conflict", () => {
  const conflict = (fields: Partial<Conflict>): string =>
    conflictError(
      {
        type: "conflict",
        after: 0,
        table: "t",
        documentId: "id",
        source: "a.js:b",
        contention: "",
        turn: null,
        ...fields,
      },
      "a.js:b",
    ).message;

  it("names another call to the same mutation, or leaves out what is unknown", () => {
    assert.match(
      conflict({}),
      /retry\. Another call to this mutation changed the document with ID "id"\. See/,
    );
    assert.match(
      conflict({ table: null, documentId: null, source: null }),
      /^Documents read from or written to some table changed .* retry\. See/,
    );
    assert.match(
      conflict({ table: "_indexes" }),
      /^Data read or written in this mutation changed while it was being run\./,
    );
  });
});

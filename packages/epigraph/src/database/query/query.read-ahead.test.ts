import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { assertFails, scanTable, TestDatabase, type TestExecution } from "../testing/test-database.ts";
import { DEFAULT_TRANSACTION_LIMITS } from "../transaction/transaction-limits.ts";

const ROWS = 10;

describe("rows read ahead", () => {
  let test: TestDatabase;
  before(async () => {
    test = new TestDatabase();
    await test.mutate((run) => {
      for (let i = 0; i < ROWS; i++) run.insert("t", { i });
    });
  });
  after(() => test.close());

  interface Reader {
    /** The row's `i`, undefined at the end. */
    next(): unknown;
    /** Each row's `i`, null for the end. */
    ahead(): readonly unknown[];
  }

  function open({ transaction, queries }: TestExecution, query: object): Reader {
    const id = queries.open(transaction, query);
    const i = (json: string | null): unknown =>
      json === null ? null : (JSON.parse(json) as { readonly i: number }).i;
    return { next: () => i(queries.next(id)), ahead: () => queries.readAhead(id).map(i) };
  }

  const numbers = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, at) => from + at);

  it("are those that follow, and the end where it is known", () => {
    test.run((run) => {
      const reader = open(run, scanTable("t"));
      assert.equal(reader.next(), 0);
      assert.deepEqual(reader.ahead(), [...numbers(1, ROWS), null]);
      // Asked for again, they are still the next ones.
      assert.equal(reader.next(), 1);
    });
  });

  it("are no more than the query has, in its order", () => {
    test.run((run) => {
      const reader = open(run, scanTable("t", "desc", [{ limit: 4 }]));
      assert.equal(reader.next(), 9);
      assert.deepEqual(reader.ahead(), [8, 7, 6, null]);
    });
  });

  it("are none where a filter would have to look at them", () => {
    test.run((run) => {
      const filter = { $gt: [{ $field: "i" }, { $literal: 3 }] };
      const reader = open(run, scanTable("t", "asc", [{ filter }]));
      assert.equal(reader.next(), 4);
      assert.deepEqual(reader.ahead(), []);
    });
  });

  it("are none where the transaction has written to the index itself", () => {
    test.run((run) => {
      run.insert("t", { i: ROWS });
      const reader = open(run, scanTable("t"));
      assert.equal(reader.next(), 0);
      assert.deepEqual(reader.ahead(), []);
    });
  });

  it("count as read only when they are taken", () => {
    test.run((run) => {
      const { transaction, queries } = run;
      const reader = open(run, scanTable("t"));
      reader.next();
      reader.ahead();
      assert.equal(transaction.usage.documentsRead, 1);
      queries.take(3);
      assert.equal(transaction.usage.documentsRead, 4);
      assert.equal(reader.next(), 4);
      // What was offered once and not taken is gone.
      queries.take(3);
      assert.equal(transaction.usage.documentsRead, 5);
    });
  });

  it("that are taken make the transaction depend on them, and on no other", () => {
    const ranges = (rows: number): unknown =>
      test.run((run) => {
        const reader = open(run, scanTable("t"));
        reader.next();
        reader.ahead();
        run.queries.take(rows);
        run.queries.closeAll();
        return run.transaction.reads();
      });
    const oneByOne = (rows: number): unknown =>
      test.run((run) => {
        const reader = open(run, scanTable("t"));
        for (let i = 0; i <= rows; i++) reader.next();
        run.queries.closeAll();
        return run.transaction.reads();
      });
    for (const rows of [0, 3, ROWS - 1, ROWS]) assert.deepEqual(ranges(rows), oneByOne(rows));
    assert.notDeepEqual(ranges(0), ranges(3));
  });

  it("are given no more to who left some: it does other things in between", () => {
    test.run((run) => {
      const reader = open(run, scanTable("t"));
      reader.next();
      reader.ahead();
      run.queries.take(1);
      assert.equal(reader.next(), 2);
      assert.deepEqual(reader.ahead(), []);
    });
  });

  it("pass a limit when they are taken", () => {
    test.run(
      (run) => {
        const reader = open(run, scanTable("t"));
        reader.next();
        reader.ahead();
        assertFails(() => run.queries.take(3), /^Too many documents read/, "TooManyDocumentsRead");
      },
      { limits: { ...DEFAULT_TRANSACTION_LIMITS, documentsRead: 3 } },
    );
  });
});

import assert from "node:assert/strict";
import type { TestDatabase, TestExecution } from "../../src/database/testing/test-database.ts";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { Property } from "../support/property.ts";
import { assertReads, type Documents, idsOf, randomWrite } from "./model-documents.ts";
import { type Read, read } from "./naive-query.ts";
import {
  type RandomQuery,
  type RandomTable,
  randomQuery,
  randomTable,
  schemaJson,
  wireQuery,
} from "./random-table.ts";

/**
 * Transactions over a table with random indexes, some with scopes that are rolled back, some never committed: after each
 * write every kind of read answers as the model does.
 */
export function queries(openDatabase: () => TestDatabase): Property {
  return async (random, trace) => {
    const table = randomTable(random);
    trace(`indexes ${JSON.stringify(table.indexes)}`);
    const test = openDatabase();
    try {
      await test.push(schemaJson(table));
      let committed: Documents = new Map();
      while (random.below(12) > 0) {
        test.nowMs += random.below(3);
        const documents: Documents = new Map(committed);
        const transaction = test.run((run) => {
          const oneTransaction = new OneTransaction(test, run, table, documents, new Map(committed), trace);
          while (random.below(12) > 0) oneTransaction.step(random);
          return run.transaction;
        });
        if (random.below(4) === 3) {
          trace("dropped");
          continue;
        }
        assert.notEqual(await test.commit(transaction), "conflict");
        trace("committed");
        committed = documents;
      }
    } finally {
      test.close();
    }
  };
}

class OneTransaction {
  readonly #test: TestDatabase;
  readonly #run: TestExecution;
  readonly #table: RandomTable;
  readonly #documents: Documents;
  readonly #before: Documents;
  readonly #trace: (line: string) => void;
  /** Copies of the model where nested scopes begin. */
  readonly #scopes: Documents[] = [];

  constructor(
    test: TestDatabase,
    run: TestExecution,
    table: RandomTable,
    documents: Documents,
    before: Documents,
    trace: (line: string) => void,
  ) {
    this.#test = test;
    this.#run = run;
    this.#table = table;
    this.#documents = documents;
    this.#before = before;
    this.#trace = trace;
  }

  step(random: RandomValues): void {
    switch (random.below(6)) {
      case 5:
        this.#trace("nested begins");
        this.#scopes.push(new Map(this.#documents));
        this.#run.transaction.beginNested();
        break;
      case 4:
        if (this.#scopes.length > 0) this.#endScope(random.below(2) === 0);
        break;
      default:
        randomWrite(random, this.#table, this.#run, this.#documents, this.#trace);
    }
    this.#check(random);
  }

  #endScope(isKept: boolean): void {
    const before = this.#scopes.pop()!;
    this.#trace(isKept ? "nested ends" : "nested is rolled back");
    if (isKept) {
      this.#run.transaction.commitNested();
      return;
    }
    this.#run.transaction.rollbackNested();
    this.#documents.clear();
    for (const [id, document] of before) this.#documents.set(id, document);
  }

  #check(random: RandomValues): void {
    const documents = [...this.#documents.values()];
    const query = randomQuery(random, this.#table, documents);
    const wire = wireQuery(this.#table, query);
    this.#trace(`query ${JSON.stringify(wire)}`);
    const expected = read(query, documents);
    assertReads(() => this.#run.collect(wire), expected);
    const limit = random.below(4);
    assertReads(() => this.#run.collect(wireQuery(this.#table, query, limit)), read(query, documents, limit));
    assert.equal(this.#run.call("1.0/count", { table: this.#table.name }), documents.length);
    const stale = this.#test.executionOn(this.#run.transaction.withoutOwnWrites());
    assertReads(() => stale.collect(wire), read(query, this.#before.values()));
    if (!expected.isFailure) this.#checkPages(query, expected, 1 + random.below(4));
  }

  #checkPages(query: RandomQuery, { documents }: Read, pageSize: number): void {
    const wire = wireQuery(this.#table, query);
    const ids: string[] = [];
    let cursor: string | null = null;
    for (let isDone = false; !isDone; ) {
      // One page is all that a function may ask for.
      const page = this.#test.executionOn(this.#run.transaction).page(wire, { cursor, pageSize });
      ids.push(...page.page.map(({ _id }) => _id));
      ({ continueCursor: cursor, isDone } = page);
    }
    assert.deepEqual(ids, idsOf(documents));
  }
}

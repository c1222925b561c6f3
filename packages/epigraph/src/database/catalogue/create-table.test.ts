import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { assertFails, scanIndex, scanTable, TestDatabase } from "../testing/test-database.ts";
import { Namespace } from "./namespace.ts";
import { BY_CREATION_TIME, BY_ID, makeIndex, makeTable, type Table } from "./table.ts";

describe("a new table", () => {
  let test: TestDatabase;
  beforeEach(() => {
    test = new TestDatabase();
  });
  afterEach(() => test.close());

  const tableNumbered = (number: number): Table =>
    makeTable({
      id: number,
      name: `t${number}`,
      number,
      component: "",
      access: "user",
      documentId: null,
      indexes: [BY_ID, BY_CREATION_TIME].map((name, i) =>
        makeIndex({
          id: number * 2 + i,
          name,
          fields: [],
          state: "enabled",
          staged: false,
          documentId: null,
        }),
      ),
    });

  it("gets the lowest number that is free, and its two indexes enabled at once", () => {
    test.run((run) => {
      const { transaction } = run;
      const taken = [10_001, 10_002, 10_004].map(tableNumbered);
      transaction.setCatalogue(transaction.catalogue.withNamespace(new Namespace("", taken, null, null)));
      run.insert("new", { a: 1 });
      run.insert("newer", { a: 1 });
      const namespace = transaction.catalogue.namespace("");
      assert.deepEqual([namespace.table("new")?.number, namespace.table("newer")?.number], [10_003, 10_005]);
      for (const index of ["new.by_id", "new.by_creation_time"]) {
        assert.equal(run.collect(scanIndex(index)).length, 1);
      }
    });
  });

  it("is refused beyond 10,000, in all components together", () => {
    test.run((run) => {
      const { transaction } = run;
      const many = (component: string, count: number): void => {
        const tables = Array.from({ length: count }, (_, i) => tableNumbered(10_001 + i));
        transaction.setCatalogue(
          transaction.catalogue.withNamespace(new Namespace(component, tables, null, null)),
        );
      };
      many("other", 4_999);
      many("", 5_000);
      run.insert("last", {});
      assertFails(() => run.insert("more", {}), "Number of tables cannot exceed 10000.", "TooManyTables");
      assert.deepEqual(run.collect(scanTable("more")), []);
    });
  });
});

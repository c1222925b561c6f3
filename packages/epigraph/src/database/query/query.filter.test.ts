import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { encodeValue } from "../../values/encoded-json.ts";
import { assertFails, scanTable, TestDatabase } from "../testing/test-database.ts";

describe("filters", () => {
  let test: TestDatabase;
  before(async () => {
    test = new TestDatabase();
    await test.mutate((run) => {
      run.insert("t", { name: "missing" });
      run.insert("t", { name: "one", x: 1, o: { y: "deep" } });
      run.insert("t", { name: "nine", x: 9 });
      run.insert("t", { name: "int", x: encodeValue(5n) });
      run.insert("t", { name: "zero", x: encodeValue(-0) });
    });
  });
  after(() => test.close());

  const filter = (expression: unknown): unknown[] =>
    test.run((run) => run.collect(scanTable("t", null, [{ filter: expression }])).map((row) => row["name"]));
  const x = { $field: "x" };
  const literal = (value: unknown): object => ({ $literal: value });
  const fails = (expression: unknown, text: string): void =>
    assertFails(() => filter(expression), text, "EvalError");
  const int = (value: bigint): object => literal(encodeValue(value));

  it("compares in the total order across types", () => {
    assert.deepEqual(filter({ $lt: [x, literal(5)] }), ["missing", "one", "int", "zero"]);
    assert.deepEqual(filter({ $eq: [x, literal({ $undefined: null })] }), ["missing"]);
    assert.deepEqual(filter({ $neq: [x, literal(0)] }), ["missing", "one", "nine", "int", "zero"]);
    assert.deepEqual(filter({ $gte: [x, literal(9)] }), ["nine"]);
    assert.deepEqual(filter({ $eq: [{ $field: "o.y" }, literal("deep")] }), ["one"]);
    assert.deepEqual(filter(literal(true)).length, 5);
  });

  it("combines, stopping at the first operand that decides", () => {
    const bad = literal(1);
    assert.deepEqual(filter({ $and: [] }).length, 5);
    assert.deepEqual(filter({ $or: [] }), []);
    assert.deepEqual(filter({ $and: [literal(false), bad] }), []);
    assert.deepEqual(filter({ $or: [literal(true), bad] }).length, 5);
    assert.deepEqual(filter({ $not: { $gt: [x, literal(1)] } }), ["missing", "one", "int", "zero"]);
  });

  it("calculates with two floats or two ints", () => {
    assert.deepEqual(filter({ $eq: [{ $add: [literal(1), literal(2)] }, literal(3)] }).length, 5);
    assert.deepEqual(filter({ $eq: [{ $div: [int(-7n), int(2n)] }, int(-3n)] }).length, 5);
    assert.deepEqual(filter({ $eq: [{ $mod: [int(-7n), int(2n)] }, int(-1n)] }).length, 5);
    assert.deepEqual(filter({ $eq: [{ $neg: int(3n) }, int(-3n)] }).length, 5);
    assert.deepEqual(filter({ $gt: [{ $div: [literal(1), literal(0)] }, literal(1e308)] }).length, 5);
  });

  it("words what can't be calculated as the platform does", () => {
    fails({ $add: [int(1n), literal(2)] }, "Cannot add 1 (type Int64) and 2.0 (type Float64)");
    fails({ $sub: [literal("a"), literal(null)] }, 'Cannot subtract "a" (type String) and null (type Null)');
    fails(
      { $add: [int(2n ** 63n - 1n), int(1n)] },
      "Cannot add 9223372036854775807 and 1: the result is out of range for Int64",
    );
    fails({ $div: [int(1n), int(0n)] }, "Cannot divide 1 by zero");
    fails({ $mod: [int(1n), int(0n)] }, "Cannot mod 1 by zero");
    fails({ $neg: literal(true) }, "Cannot negate true (type Boolean)");
    fails(
      { $neg: int(-(2n ** 63n)) },
      "Cannot negate -9223372036854775808: the result is out of range for Int64",
    );
    fails(literal(1), "Cannot use value 1.0 (type Float64) as a Boolean");
    fails({ $not: x }, "Cannot use value undefined (type undefined) as a Boolean");
  });

  it("applies limits and filters in the order they were given", () => {
    const names = (operators: object[]): unknown[] =>
      test.run((run) => run.collect(scanTable("t", "desc", operators)).map((row) => row["name"]));
    const floats = { filter: { $gt: [x, literal(0)] } };
    assert.deepEqual(names([{ limit: 3 }, floats]), ["nine"]);
    assert.deepEqual(names([floats, { limit: 1 }]), ["nine"]);
    assert.deepEqual(names([{ limit: 0 }]), []);
  });

  it("counts rows that it drops as read", () => {
    test.run((run) => {
      assert.deepEqual(run.collect(scanTable("t", null, [{ filter: literal(false) }])), []);
      assert.equal(run.transaction.usage.documentsRead, 5);
    });
  });
});

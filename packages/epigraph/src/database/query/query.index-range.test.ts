import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { encodeValue } from "../../values/encoded-json.ts";
import { encodeId } from "../../values/id.ts";
import { ASCENDING_VALUES } from "../../values/testing/ascending-values.ts";
import { assertFails, scanIndex, scanTable, TestDatabase } from "../testing/test-database.ts";

const UNDEFINED = { $undefined: null };
const MORE = "For more information see https://docs.convex.dev/using/indexes.";

describe("index ranges", () => {
  let test: TestDatabase;
  before(async () => {
    test = new TestDatabase();
    const schema = defineSchema({
      t: defineTable(v.any())
        .index("by_n", ["n"])
        .index("by_ab", ["a", "b"])
        .index("by_deep", ["o.x.y"])
        .index("by_later", { fields: ["later"], staged: true }),
      all: defineTable(v.any()).index("by_value", ["value"]),
    });
    await test.push((schema as unknown as { export(): string }).export());
    await test.mutate((run) => {
      const numbers = [
        undefined,
        null,
        { $integer: "AQAAAAAAAAA=" },
        4,
        5,
        6,
        true,
        "x",
        { $bytes: "" },
        [],
        {},
      ];
      for (const [i, n] of numbers.entries()) run.insert("t", n === undefined ? { i } : { i, n });
      for (const a of [1, 2]) for (const b of [1, 2, 3]) run.insert("t", { a, b, n: "ab" });
    });
  });
  after(() => test.close());

  type Bounds = Parameters<typeof scanIndex>[1];
  const places = (bounds: Bounds, index = "t.by_n"): unknown[] =>
    test.run((run) =>
      run
        .collect(scanIndex(index, bounds))
        .filter((row) => "i" in row)
        .map((row) => row["i"]),
    );
  const pairs = (bounds: Bounds, order?: "desc"): unknown[] =>
    test.run((run) =>
      run.collect(scanIndex("t.by_ab", bounds, order ?? null)).map((row) => [row["a"], row["b"]]),
    );
  const fails = (bounds: Bounds, text: string, code: string, index = "t.by_ab"): void =>
    assertFails(() => pairs2(bounds, index), text, code);
  const pairs2 = (bounds: Bounds, index: string): unknown =>
    test.run((run) => run.collect(scanIndex(index, bounds)));

  it("orders across types and bounds by position in that order", () => {
    assert.deepEqual(places([]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(places([["Gt", "n", 5]]), [5, 6, 7, 8, 9, 10]);
    assert.deepEqual(places([["Lt", "n", 5]]), [0, 1, 2, 3]);
    assert.deepEqual(
      places([
        ["Gte", "n", 5],
        ["Lte", "n", 6],
      ]),
      [4, 5],
    );
  });

  it("gives values of every type in the total order, and reversed", async () => {
    const shuffled = ASCENDING_VALUES.map((value, place) => ({ value, place })).sort(
      (a, b) => ((a.place * 7) % 41) - ((b.place * 7) % 41),
    );
    await test.mutate((run) => {
      for (const { value, place } of shuffled) {
        run.insert("all", value === undefined ? { place } : { place, value: encodeValue(value) });
      }
    });
    const inOrder = (order: "asc" | "desc"): unknown[] =>
      test.run((run) => run.collect(scanIndex("all.by_value", [], order)).map((row) => row["place"]));
    const ascending = ASCENDING_VALUES.map((_, place) => place);
    assert.deepEqual(inOrder("asc"), ascending);
    assert.deepEqual(inOrder("desc"), ascending.toReversed());
  });

  it("orders what was created at the same instant by its id", async () => {
    const transactions = [1, 2, 3, 4, 5].map(() =>
      test.run((run) => {
        run.insert("all", { value: "same instant" });
        return run.transaction;
      }),
    );
    for (const transaction of transactions) assert.equal(await test.commit(transaction), "committed");
    const rows = (order: "asc" | "desc"): { _id: string }[] =>
      test.run((run) => run.collect(scanIndex("all.by_value", [["Eq", "value", "same instant"]], order)));
    const ids = rows("asc").map((row) => row._id);
    assert.equal(new Set(rows("asc").map((row) => (row as never)["_creationTime"])).size, 1);
    assert.deepEqual(ids, ids.toSorted());
    assert.deepEqual(
      rows("desc").map((row) => row._id),
      ids.toReversed(),
    );
  });

  it("takes undefined for a missing field", () => {
    assert.deepEqual(places([["Eq", "n", UNDEFINED]]), [0]);
    assert.deepEqual(places([["Gt", "n", UNDEFINED]]), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(places([["Gte", "n", null]]), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("takes equalities in any order and one bounded field behind them", () => {
    assert.deepEqual(
      pairs([
        ["Eq", "b", 2],
        ["Eq", "a", 1],
      ]),
      [[1, 2]],
    );
    assert.deepEqual(
      pairs(
        [
          ["Eq", "a", 2],
          ["Gt", "b", 1],
        ],
        "desc",
      ),
      [
        [2, 3],
        [2, 2],
      ],
    );
    assert.deepEqual(
      pairs([
        ["Gt", "a", 1],
        ["Lt", "a", 2],
      ]),
      [],
    );
    assert.deepEqual(
      pairs([
        ["Gt", "a", 3],
        ["Lt", "a", 2],
      ]),
      [],
    );
  });

  it("allows a bound on the creation time, then on the id, once everything before is pinned", () => {
    const row = test.run(
      (run) =>
        run.collect(
          scanIndex("t.by_ab", [
            ["Eq", "a", 1],
            ["Eq", "b", 1],
          ]),
        )[0]!,
    );
    const pinned: Bounds = [
      ["Eq", "a", 1],
      ["Eq", "b", 1],
    ];
    assert.equal(pairs([...pinned!, ["Gte", "_creationTime", row["_creationTime"]]]).length, 1);
    assert.equal(pairs([...pinned!, ["Gt", "_creationTime", row["_creationTime"]]]).length, 0);
    const withTime: Bounds = [...pinned!, ["Eq", "_creationTime", row["_creationTime"]]];
    assert.equal(pairs([...withTime!, ["Eq", "_id", row._id]]).length, 1);
    assert.equal(pairs([...withTime!, ["Gt", "_id", row._id]]).length, 0);
  });

  it("bounds ids by any value, as their texts order", () => {
    const all = test.run((run) => run.collect(scanTable("t")).map((row) => row._id)).sort();
    const ids = (bounds: Bounds): string[] =>
      test.run((run) => run.collect(scanIndex("t.by_id", bounds)).map((row) => row._id));
    assert.deepEqual(ids([]), all);
    const candidates = [
      ...all,
      ...all.map((id) => id.slice(0, 9)),
      ...all.map((id) => `${id}0`),
      "",
      "zzz",
      "0",
      "é",
      encodeId(10_002, new Uint8Array(16)),
    ];
    for (const bound of candidates) {
      assert.deepEqual(
        ids([["Gt", "_id", bound]]),
        all.filter((id) => id > bound),
        `> ${bound}`,
      );
      assert.deepEqual(
        ids([["Gte", "_id", bound]]),
        all.filter((id) => id >= bound),
        `>= ${bound}`,
      );
      assert.deepEqual(
        ids([["Lt", "_id", bound]]),
        all.filter((id) => id < bound),
        `< ${bound}`,
      );
      assert.deepEqual(
        ids([["Lte", "_id", bound]]),
        all.filter((id) => id <= bound),
        `<= ${bound}`,
      );
      assert.deepEqual(
        ids([["Eq", "_id", bound]]),
        all.filter((id) => id === bound),
        `== ${bound}`,
      );
    }
    for (const [bound, isBelow] of [
      [null, true],
      [5, true],
      [UNDEFINED, true],
      [[], false],
      [{}, false],
    ] as const) {
      assert.equal(ids([["Gt", "_id", bound]]).length, isBelow ? all.length : 0);
      assert.equal(ids([["Lt", "_id", bound]]).length, isBelow ? 0 : all.length);
      assert.equal(ids([["Eq", "_id", bound]]).length, 0);
    }
  });

  it("breaks ties by creation time, and reverses the whole order", () => {
    const ascending = test.run((run) =>
      run.collect(scanIndex("t.by_n", [["Eq", "n", "ab"]])).map((row) => row._id),
    );
    const descending = test.run((run) =>
      run.collect(scanIndex("t.by_n", [["Eq", "n", "ab"]], "desc")).map((row) => row._id),
    );
    const byTime = test.run((run) =>
      run
        .collect(scanTable("t"))
        .filter((row) => row["n"] === "ab")
        .map((row) => row._id),
    );
    assert.deepEqual(ascending, byTime);
    assert.deepEqual(descending, byTime.toReversed());
  });

  it("refuses bounds that are defined twice, in either order", () => {
    const twice = (kind: string, rest: string): string =>
      `Already defined ${kind} bound in index range. Can't add ${rest}.`;
    fails(
      [
        ["Eq", "a", 1],
        ["Eq", "a", 2],
      ],
      twice("equality", '"a" == 2.0'),
      "AlreadyDefinedBound",
    );
    fails(
      [
        ["Gt", "a", 1],
        ["Gte", "a", "x"],
      ],
      twice("lower", '"a" >= "x"'),
      "AlreadyDefinedBound",
    );
    fails(
      [
        ["Lt", "a", 1],
        ["Lte", "a", 2],
      ],
      twice("upper", '"a" <= 2.0'),
      "AlreadyDefinedBound",
    );
    fails(
      [
        ["Gt", "a", 1],
        ["Eq", "a", 2],
      ],
      twice("inequality", '"a" == 2.0'),
      "AlreadyDefinedBound",
    );
    fails(
      [
        ["Eq", "a", 2],
        ["Gt", "a", 1],
      ],
      twice("inequality", '"a" == 2.0'),
      "AlreadyDefinedBound",
    );
    fails(
      [
        ["Gt", "a", 1],
        ["Lt", "b", 2],
      ],
      'Upper and lower bounds in `range` can only be applied to a single index field. This query against index t.by_ab attempted to set a range bound on both "a" and "b". Consider using `filter` instead. See https://docs.convex.dev/using/indexes for more info.',
      "BoundsOnMultipleFields",
    );
  });

  it("refuses fields that the index lacks or that are not used from the front", () => {
    fails(
      [["Eq", "c", 1]],
      `The index range included a comparison with "c", but t.by_ab with fields [a, b, _creationTime] doesn't index this field. ${MORE}`,
      "FieldNotInIndex",
    );
    const order = (query: string, wrong: string): string =>
      `Tried to query index t.by_ab but the query didn't use the index fields in order.\nIndex fields: [a, b, _creationTime]\nQuery fields: [${query}]\nFirst incorrect field: ${wrong}\n${MORE}`;
    fails([["Eq", "b", 1]], order("b", "b"), "InvalidIndexRange");
    fails(
      [
        ["Eq", "a", 1],
        ["Gt", "_creationTime", 1],
      ],
      order("a, _creationTime", "_creationTime"),
      "InvalidIndexRange",
    );
    fails(
      [
        ["Eq", "_id", "x"],
        ["Eq", "a", 1],
      ],
      order("_id, a", "_id"),
      "InvalidIndexRange",
    );
  });

  it("tells unknown, staged and unfinished indexes apart, and finds nothing in unknown tables", async () => {
    fails([], "Index t.nope not found.", "IndexNotFoundError", "t.nope");
    fails([], "Index none.by_x not found.", "IndexNotFoundError", "none.by_x");
    fails(
      [],
      "Index t.by_later is currently staged and not available to query until it is enabled.",
      "IndexStagedError",
      "t.by_later",
    );
    assert.deepEqual(pairs2([], "none.by_id"), []);
    assert.deepEqual(pairs2([], "_tables.by_id"), []);
    assert.deepEqual(
      test.run((run) => run.collect(scanTable("none"))),
      [],
    );
    assert.deepEqual(
      test.run((run) => run.collect(scanTable("_storage"))),
      [],
    );
  });

  it("indexes nested paths through objects only", async () => {
    const [deep, array] = await test.mutate((run) => [
      run.insert("t", { o: { x: { y: 1 } } }),
      run.insert("t", { o: { x: [{ y: 1 }] } }),
    ]);
    const found = pairs2([["Eq", "o.x.y", 1]], "t.by_deep") as { _id: string }[];
    assert.deepEqual(
      found.map((row) => row._id),
      [deep],
    );
    const missing = pairs2([["Eq", "o.x.y", UNDEFINED]], "t.by_deep") as { _id: string }[];
    assert.ok(missing.some((row) => row._id === array));
    await test.mutate((run) => [run.remove(deep!), run.remove(array!)]);
  });

  it("refuses queries that no SDK sends", () => {
    for (const query of [
      null,
      5,
      {},
      { source: {}, operators: [] },
      { source: { type: "Nope" }, operators: [] },
      scanIndex("t.by_n", [["Has", "n", 1]]),
    ]) {
      assertFails(
        () => test.run((run) => run.collect(query as object)),
        /^Invalid argument `query` for `db.query`: /,
        "InvalidArgument",
      );
    }
    const many = Array.from({ length: 257 }, () => ({ limit: 1 }));
    assertFails(
      () => test.run((run) => run.collect(scanTable("t", null, many))),
      "Query has too many operators: 257",
    );
    assertFails(
      () => test.run((run) => run.call("1.0/queryStreamNext", { queryId: 9 })),
      "in-progress query not found",
    );
  });
});

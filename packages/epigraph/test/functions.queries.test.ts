import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const INT_ONE = { $integer: "AQAAAAAAAAA=" };

const app = await startApp({ copyOf: fixture("functions") });
after(() => app.stop());

const functions = new FunctionCaller(app);

type Bound = readonly [operator: string, field: string, value?: unknown];

const fill = async (rows: readonly object[]): Promise<void> => {
  await functions.mutation("queries:fill", { rows });
};
const range = (bounds: readonly Bound[], order?: string): Promise<unknown> =>
  functions.query("queries:range", { bounds, ...(order === undefined ? {} : { order }) });
const filtered = (filter: string): Promise<unknown> => functions.query("queries:filtered", { filter });

describe("index ranges", () => {
  before(() => fill([{ a: 1 }, { a: 1, b: 5 }, { a: 1, b: 7 }, { a: 1, b: "text" }, { a: 2, b: 5 }]));

  it("take equalities in any order", async () =>
    assert.deepEqual(
      await range([
        ["eq", "b", 7],
        ["eq", "a", 1],
      ]),
      [7],
    ));

  it("are bounded on the field behind the equalities", async () => {
    assert.deepEqual(
      await range([
        ["eq", "a", 1],
        ["gte", "b", 5],
        ["lt", "b", 7],
      ]),
      [5],
    );
    assert.deepEqual(
      await range([
        ["eq", "a", 1],
        ["gt", "b", 5],
      ]),
      [7, "text"],
    );
  });

  it("take a missing field as less than everything", async () => {
    assert.deepEqual(
      await range([
        ["eq", "a", 1],
        ["lt", "b", 7],
      ]),
      ["missing", 5],
    );
    assert.deepEqual(
      await range([
        ["eq", "a", 1],
        ["eq", "b"],
      ]),
      ["missing"],
    );
  });

  it("can be read backwards", async () =>
    assert.deepEqual(await range([["eq", "a", 1]], "desc"), ["text", 7, 5, "missing"]));

  it("are empty where the bounds exclude each other", async () =>
    assert.deepEqual(
      await range([
        ["eq", "a", 1],
        ["gt", "b", 7],
        ["lt", "b", 5],
      ]),
      [],
    ));

  const refused: readonly (readonly [what: string, bounds: readonly Bound[], text: string])[] = [
    [
      "a gap before the field",
      [["eq", "b", 5]],
      "Tried to query index rows.by_a_b but the query didn't use the index fields in order.\nIndex fields: [a, b, _creationTime]\nQuery fields: [b]\nFirst incorrect field: b\nFor more information see https://docs.convex.dev/using/indexes.",
    ],
    [
      "a field that the index lacks",
      [["eq", "c", 5]],
      'The index range included a comparison with "c", but rows.by_a_b with fields [a, b, _creationTime] doesn\'t index this field. For more information see https://docs.convex.dev/using/indexes.',
    ],
    [
      "two equalities",
      [
        ["eq", "a", 1],
        ["eq", "a", 2],
      ],
      'Already defined equality bound in index range. Can\'t add "a" == 2.0.',
    ],
    [
      "two lower bounds",
      [
        ["gt", "a", 1],
        ["gte", "a", 2],
      ],
      'Already defined lower bound in index range. Can\'t add "a" >= 2.0.',
    ],
    [
      "an equality on a bounded field",
      [
        ["gt", "a", 1],
        ["eq", "a", 2],
      ],
      'Already defined inequality bound in index range. Can\'t add "a" == 2.0.',
    ],
    [
      "bounds on two fields",
      [
        ["gt", "a", 1],
        ["lt", "b", 2],
      ],
      'Upper and lower bounds in `range` can only be applied to a single index field. This query against index rows.by_a_b attempted to set a range bound on both "a" and "b". Consider using `filter` instead. See https://docs.convex.dev/using/indexes for more info.',
    ],
  ];
  for (const [what, bounds, text] of refused) {
    it(`are refused for ${what}`, async () => assert.equal(await range(bounds), text));
  }
});

describe("filters", () => {
  before(() => fill([{ a: 1 }, { a: 2, b: 1 }, { a: 3, b: INT_ONE }, { a: 4, b: 9 }]));

  it("tell the integer 1 from the float 1", async () => {
    assert.deepEqual(await filtered("equals float 1"), [1]);
    assert.deepEqual(await filtered("equals int 1"), ["1"]);
  });

  it("order values of different types by their types", async () =>
    assert.deepEqual(await filtered("less than 5"), ["missing", 1, "1"]));

  it("stop at the operand that decides", async () => {
    assert.equal(((await filtered("or, wrong operand behind")) as unknown[]).length, 4);
    assert.deepEqual(await filtered("and, wrong operand behind"), []);
  });

  const refused: readonly (readonly [filter: string, text: RegExp])[] = [
    ["a number", /^Cannot use value 2(?:\.0)? \(type \w+\) as a Boolean/],
    ["adds int and float", /^Cannot add 1(?:\.0)? \(type \w+\) and 1 \(type \w+\)/],
    ["divides int by zero", /^Cannot divide 1 by zero/],
    ["overflows", /^Cannot add 9223372036854775807 and 1: the result is out of range for Int64/],
  ];
  for (const [filter, text] of refused) {
    it(`fail the query: ${filter}`, async () => assert.match(String(await filtered(filter)), text));
  }

  it("count as operators, of which a query has at most 256", async () => {
    assert.equal(((await functions.query("queries:manyOperators", { count: 256 })) as unknown[]).length, 4);
    assert.match(
      String(await functions.query("queries:manyOperators", { count: 257 })),
      /^Can't construct query with more than 256 operators/,
    );
  });
});

describe("results", () => {
  it("with unique() must be one at most", async () => {
    await fill([{ a: 1 }]);
    assert.equal(((await functions.query("queries:onlyOne")) as { a: number }).a, 1);
    await fill([{ a: 1 }, { a: 2 }]);
    assert.match(
      String(await functions.query("queries:onlyOne")),
      /^unique\(\) query returned more than one result from table rows:\n \[\w{32}, \w{32}, \.\.\.\]/,
    );
    await fill([]);
    assert.equal(await functions.query("queries:onlyOne"), null);
  });

  it("of a whole table are in the order of creation", async () => {
    await fill([{ a: "first" }, { a: "second" }, { a: "third" }]);
    assert.deepEqual(await functions.query("queries:newestFirst"), ["third", "second"]);
  });
});

describe("pages", () => {
  interface Page {
    readonly page: readonly unknown[];
    readonly isDone: boolean;
    readonly continueCursor: string;
    readonly pageStatus?: string | null;
    readonly splitCursor?: string | null;
  }
  const page = async (options: object, only?: unknown): Promise<Page> => {
    const paginationOpts = { cursor: null, numItems: 2, ...options };
    return (await functions.query("queries:page", {
      paginationOpts,
      ...(only === undefined ? {} : { only }),
    })) as Page;
  };

  before(() => fill([1, 2, 3, 4].map((a) => ({ a, b: "x" }))));

  it("go on where the last one ended, and a full last page is not the end", async () => {
    const first = await page({});
    assert.deepEqual([first.page, first.isDone], [[1, 2], false]);
    const second = await page({ cursor: first.continueCursor });
    assert.deepEqual([second.page, second.isDone], [[3, 4], false]);
    const third = await page({ cursor: second.continueCursor });
    assert.deepEqual([third.page, third.isDone], [[], true]);
  });

  it("up to a cursor have everything in between, whatever was asked for", async () => {
    const { continueCursor } = await page({ numItems: 3 });
    const again = await page({ numItems: 1, endCursor: continueCursor });
    assert.deepEqual(again.page, [1, 2, 3]);
    assert.equal(again.continueCursor, continueCursor);
  });

  it("can't be of no item", async () =>
    assert.equal(await page({ numItems: 0 }), "Must request at least 1 document while paginating"));

  it("refuse the cursor of another query, with data that a client knows", async () => {
    const { continueCursor } = await page({});
    const paginationOpts = { cursor: continueCursor, numItems: 2 };
    const [message, data] = (await functions.query("queries:pageBackwards", { paginationOpts })) as [
      string,
      object,
    ];
    assert.match(message, /^InvalidCursor: Tried to run a query starting from a cursor/);
    assert.deepEqual(data, { isConvexSystemError: true, paginationError: "InvalidCursor" });
  });

  it("refuse what is no cursor", async () =>
    assert.match(String(await page({ cursor: "nonsense" })), /^Failed to parse cursor/));

  it("that read too much without finding anything must be split", async () => {
    const found = await page({ numItems: 10, maximumRowsRead: 3 }, "none");
    assert.deepEqual([found.page, found.isDone, found.pageStatus], [[], false, "SplitRequired"]);
    assert.equal(typeof found.splitCursor, "string");
  });

  it("can be taken once in a function", async () =>
    assert.equal(
      await functions.query("queries:twoPages"),
      "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
    ));

  it("can be taken once more in a nested function", async () =>
    assert.equal(await functions.query("queries:pageAndNestedPage"), 2));
});

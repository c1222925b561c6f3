import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { assertFails, type Document, scanIndex, scanTable, TestDatabase } from "../testing/test-database.ts";
import { FunctionQueries } from "./function-queries.ts";
import { PageCursors, queryFingerprint } from "./page-cursors.ts";

describe("pagination", () => {
  let test: TestDatabase;
  beforeEach(() => {
    test = new TestDatabase();
  });
  afterEach(() => test.close());

  const fill = (count: number): Promise<string[]> =>
    test.mutate((run) => Array.from({ length: count }, (_, i) => run.insert("t", { i })));
  const page = (options: object = {}, query: object = scanTable("t"), journal?: string) =>
    test.run((run) => ({ ...run.page(query, options), remembered: run.queries.journal }), {}, journal);
  const numbers = (documents: readonly Document[]): unknown[] => documents.map((row) => row["i"]);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  it("tells a full last page from the end", async () => {
    await fill(25);
    const first = page();
    const second = page({ cursor: first.continueCursor });
    const third = page({ cursor: second.continueCursor });
    assert.deepEqual(
      [first, second, third].map((p) => [p.page.length, p.isDone]),
      [
        [10, false],
        [10, false],
        [5, true],
      ],
    );
    assert.deepEqual(numbers([...first.page, ...second.page, ...third.page]), range(0, 25));
    const after = page({ cursor: third.continueCursor });
    assert.deepEqual([after.page, after.isDone, after.continueCursor], [[], true, third.continueCursor]);
  });

  it("needs a third, empty page for 20 rows by 10", async () => {
    await fill(20);
    const second = page({ cursor: page().continueCursor });
    assert.deepEqual([second.page.length, second.isDone], [10, false]);
    const third = page({ cursor: second.continueCursor });
    assert.deepEqual([third.page, third.isDone, third.pageStatus, third.splitCursor], [[], true, null, null]);
  });

  it("neither repeats nor skips rows when others come and go before and behind the cursor", async () => {
    const ids = await fill(20);
    const first = page();
    await test.mutate((run) => {
      run.remove(ids[3]!);
      run.remove(ids[9]!);
      run.remove(ids[12]!);
    });
    test.nowMs += 1000;
    await test.mutate((run) => run.insert("t", { i: 20 }));
    const rest = page({ cursor: first.continueCursor, pageSize: 100 });
    assert.deepEqual(numbers(rest.page), [10, 11, ...range(13, 21)]);
  });

  it("refuses cursors of other queries with data that clients know, and texts that are no cursors", async () => {
    await fill(20);
    const { continueCursor } = page();
    const mismatch =
      "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.";
    for (const other of [
      scanTable("t", "desc"),
      scanTable("t", null, [{ filter: { $literal: true } }]),
      scanIndex("t.by_creation_time", [["Gt", "_creationTime", 1]]),
    ]) {
      assert.throws(() => page({ cursor: continueCursor }, other), {
        message: mismatch,
        code: "InvalidCursor",
        data: { isConvexSystemError: true, paginationError: "InvalidCursor" },
      });
    }
    for (const bad of [
      "",
      "x",
      `${continueCursor}x`,
      continueCursor.slice(1),
      continueCursor.replace(/^./, (c) => (c === "A" ? "B" : "A")),
    ]) {
      assertFails(() => page({ cursor: bad }), "Failed to parse cursor", "InvalidCursor");
    }
  });

  it("refuses cursors of the same query with another bound, and of an index that has other fields by now", async () => {
    const push = (...fields: [string, ...string[]]): Promise<unknown> => {
      const schema = defineSchema({ t: defineTable(v.any()).index("by_i", fields) });
      return test.push((schema as unknown as { export(): string }).export());
    };
    await push("i");
    await fill(20);
    const above = (bound: number): object => scanIndex("t.by_i", [["Gt", "i", bound]]);
    const { continueCursor: cursor } = page({}, above(3));
    assert.equal(page({ cursor }, above(3)).page[0]?.["i"], 14);
    assertFails(() => page({ cursor }, above(4)), /^InvalidCursor: Tried to run/, "InvalidCursor");
    await push("i", "j");
    assertFails(() => page({ cursor }, above(3)), /^InvalidCursor: Tried to run/, "InvalidCursor");
  });

  it("returns the whole interval up to an end cursor, whatever the page size", async () => {
    await fill(30);
    const first = page({ pageSize: 20 });
    const again = page({ pageSize: 1, maximumRowsRead: 1, endCursor: first.continueCursor });
    assert.deepEqual(numbers(again.page), range(0, 20));
    assert.deepEqual([again.continueCursor, again.isDone], [first.continueCursor, false]);
    assert.equal(again.pageStatus, "SplitRequired");
  });

  it("gives the same rows in two pages when split", async () => {
    await fill(30);
    for (const order of ["asc", "desc"] as const) {
      const query = scanTable("t", order);
      const whole = page({ pageSize: 20 }, query);
      const left = page({ pageSize: 1, endCursor: whole.splitCursor }, query);
      const right = page({ pageSize: 1, cursor: whole.splitCursor, endCursor: whole.continueCursor }, query);
      assert.deepEqual([left.page.length, right.page.length], [10, 10]);
      assert.deepEqual([...left.page, ...right.page], whole.page);
    }
  });

  it("grows a page that is run again after an insert inside it, and keeps its end", async () => {
    const ids = await fill(20);
    const first = page({}, scanTable("t", "desc"));
    assert.equal(first.remembered, first.continueCursor);
    test.nowMs += 1000;
    await test.mutate((run) => {
      run.insert("t", { i: 20 });
      run.remove(ids[15]!);
    });
    const again = page({}, scanTable("t", "desc"), first.remembered!);
    assert.deepEqual(numbers(again.page), [20, 19, 18, 17, 16, 14, 13, 12, 11, 10]);
    assert.deepEqual([again.continueCursor, again.remembered], [first.continueCursor, first.continueCursor]);
    assertFails(
      () => page({}, scanTable("t"), first.remembered!),
      "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
      "InvalidCursor",
    );
  });

  it("stops after maximumRowsRead with a usable cursor when a filter lets little through", async () => {
    await fill(20);
    const query = scanTable("t", null, [{ filter: { $eq: [{ $field: "i" }, { $literal: 12 }] } }]);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    let pages = 0;
    for (let isDone = false; !isDone; pages++) {
      const result: ReturnType<typeof page> = page({ cursor, maximumRowsRead: 5 }, query);
      if (pages === 0) assert.deepEqual([result.page, result.pageStatus], [[], "SplitRequired"]);
      seen.push(...numbers(result.page));
      ({ continueCursor: cursor, isDone } = result);
    }
    assert.deepEqual([seen, pages], [[12], 5]);
  });

  it("reads one row at least before maximumBytesRead stops it, and asks for no split that can't be made", async () => {
    await fill(5);
    const result = page({ maximumBytesRead: 1 });
    assert.deepEqual([numbers(result.page), result.pageStatus, result.splitCursor], [[0], null, null]);
  });

  it("advises a split when most of what may be read was read", async () => {
    await fill(10);
    assert.equal(page({ pageSize: 8, maximumRowsRead: 10 }).pageStatus, "SplitRecommended");
    assert.equal(page({ pageSize: 7, maximumRowsRead: 10 }).pageStatus, null);
  });

  it("advises a split of a page with more than 6,144 documents", async () => {
    await fill(6_145);
    const large = page({ pageSize: 6_145 });
    assert.deepEqual([large.page.length, large.pageStatus], [6_145, "SplitRecommended"]);
    assert.notEqual(large.splitCursor, null);
    assert.equal(page({ pageSize: 6_144 }).pageStatus, null);
  });

  it("ends a page early instead of failing when the transaction may read no more", async () => {
    await fill(20);
    const limits = test.run((run) => run.transaction.usage.limits);
    const result = test.run((run) => run.page(scanTable("t")), { limits: { ...limits, documentsRead: 4 } });
    assert.deepEqual(
      [numbers(result.page), result.pageStatus, result.isDone],
      [[0, 1, 2, 3], "SplitRequired", false],
    );
    assert.deepEqual(numbers(page({ cursor: result.continueCursor, pageSize: 2 }).page), [4, 5]);
  });

  it("refuses sizes that make no sense, a second page in one call, and components", async () => {
    await fill(1);
    assertFails(
      () => page({ pageSize: 0 }),
      "Must request at least 1 document while paginating",
      "NoDocumentsForPagination",
    );
    assertFails(() => page({ pageSize: 32_001 }), "Requested too many items: 32001", "PageSizeTooLarge");
    const positive = "maximumRowsRead and maximumBytesRead must be greater than 0";
    assertFails(() => page({ maximumRowsRead: 0 }), positive, "InvalidPaginationLimit");
    assertFails(() => page({ maximumBytesRead: 0 }), positive, "InvalidPaginationLimit");
    test.run((run) => {
      run.page(scanTable("t"));
      assertFails(
        () => run.page(scanTable("t")),
        "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
        "MultiplePaginatedDatabaseQueries",
      );
    });
    test.run((run) => {
      const queries = new FunctionQueries({ component: "a", writable: true, cursors: test.cursors });
      const request = {
        query: scanTable("t"),
        cursor: null,
        endCursor: null,
        pageSize: 1,
        maximumRowsRead: null,
        maximumBytesRead: null,
      };
      assertFails(
        () => queries.paginate(run.transaction, request),
        "paginate() is only supported in the app. Learn more at https://docs.convex.dev/components/authoring#pagination",
        "PaginationUnsupportedInComponents",
      );
    });
  });

  it("sees own writes, and depends on no row behind the page", async () => {
    await fill(5);
    test.run((run) => {
      run.insert("t", { i: 5 });
      assert.deepEqual(numbers(run.page(scanTable("t", "desc"), { pageSize: 2 }).page), [5, 4]);
    });
    const readFirst = (run: Parameters<Parameters<TestDatabase["race"]>[0]>[0]): void => {
      run.page(scanTable("t"), { pageSize: 3 });
      run.insert("log", {});
    };
    await test.mutate((run) => run.insert("log", {}));
    assert.equal(await test.race(readFirst, (run) => run.insert("t", { i: 9 })), "committed");
    const [first] = test.run((run) => run.collect(scanTable("t")));
    assert.equal(await test.race(readFirst, (run) => run.patch(first!._id, { i: -1 })), "conflict");
  });
});

describe("page cursors", () => {
  const fingerprint = queryFingerprint({ any: "query" }, ["a"]);
  const position = { after: new TextEncoder().encode("secret key bytes") };

  it("are equal for equal positions, also after a restart, and differ between deployments", () => {
    const secret = new Uint8Array(32).fill(1);
    assert.equal(
      new PageCursors(secret).encode(position, fingerprint),
      new PageCursors(secret).encode(position, fingerprint),
    );
    const other = new PageCursors(new Uint8Array(32).fill(2));
    assert.throws(
      () => other.decode(new PageCursors(secret).encode(position, fingerprint), fingerprint),
      /Failed to parse/,
    );
  });

  it("do not show the key they hold", () => {
    const text = new PageCursors(new Uint8Array(32)).encode(position, fingerprint);
    assert.ok(!Buffer.from(text, "base64url").includes("secret"));
  });
});

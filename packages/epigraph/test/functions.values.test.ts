import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";

const FUNCTIONS = `import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

async function attempt(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return (error as Error).message;
  }
}

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => ["f" + i, i]));

/** Values that can't be arguments, by a name. */
function value(name: string): any {
  switch (name) {
    case "undefined field": return { a: undefined, o: { b: undefined } };
    case "undefined element": return { a: [1, { b: [undefined] }] };
    case "dollar": return { $x: 1 };
    case "accent": return { é: 1 };
    case "long name": return { ["x".repeat(1025)]: 1 };
    case "longest name": return { ["x".repeat(1024)]: 1 };
    case "empty name": return { "": 1 };
    case "underscore": return { _x: 1 };
    case "nested underscore": return { a: { _x: 1 } };
    case "8192 elements": return { a: Array(8192).fill(0) };
    case "8193 elements": return { a: Array(8193).fill(0) };
    case "1024 fields": return { a: fields(1024) };
    case "1025 fields": return { a: fields(1025) };
    case "16 levels": return { a: nested(15) };
    case "17 levels": return { a: nested(16) };
    case "65 levels": return { a: nested(64) };
    case "1048509 bytes": return { s: "x".repeat(1_048_509) };
    case "1048510 bytes": return { s: "x".repeat(1_048_510) };
    case "2 MiB": return { s: "x".repeat(2 * 1024 * 1024) };
    case "surrogate": return { s: "\\ud800" };
    case "date": return { a: { b: [new Date(0)] } };
    case "set": return { s: new Set([1]) };
    case "great bigint": return { a: 2n ** 63n };
    case "special floats": return { a: -0, b: NaN, c: -Infinity, i: 5n, y: new Uint8Array([1, 2]).buffer };
    default: throw new Error("no value " + name);
  }
}

/** What inserting comes to: the message, or the fields that are stored. */
export const insert = mutation({
  args: { name: v.string() },
  handler: (ctx, { name }) =>
    attempt(async () => {
      const id = await ctx.db.insert("anything" as never, value(name) as never);
      const { _id, _creationTime, ...rest } = (await ctx.db.get(id))! as any;
      return "s" in rest ? rest.s.length : Array.isArray(rest.a) && rest.a.length > 100 ? rest.a.length : rest;
    }),
});

export const negativeZero = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.db.insert("anything" as never, { a: -0 } as never);
    const { a } = (await ctx.db.get(id)) as any;
    return Object.is(a, -0);
  },
});

export const patches = mutation({
  args: {},
  handler: async (ctx) => {
    const db = ctx.db as any;
    const id = await db.insert("anything", { a: 1, o: { x: 1, y: 2 }, keep: true });
    await db.patch(id, { a: undefined, o: { x: undefined, z: 3 } });
    const { _id, _creationTime, ...rest } = await db.get(id);
    return rest;
  },
});

export const counts = mutation({
  args: {},
  handler: async (ctx) => {
    const db = ctx.db as any;
    const before = await db.query("counted").count();
    await db.insert("counted", {});
    return [before, await db.query("counted").count()];
  },
});

export const depth = query({ args: { a: v.any() }, handler: async () => "accepted" });
export const anyDepth = query({ handler: async () => "accepted" });

export const misuses = query({
  args: {},
  handler: async (ctx) => {
    const db = ctx.db as any;
    const chained = db.query("t").order("asc");
    chained.filter((q: any) => q.eq(1, 1));
    const ended = db.query("t").order("asc");
    await ended.collect();
    const iterated = db.query("t").order("asc");
    iterated[Symbol.asyncIterator]();
    const reusedBuilder = () =>
      db.query("t").withIndex("by_creation_time", (q: any) => {
        q.gt("_creationTime", 1);
        return q.lt("_creationTime", 2);
      });
    return [
      await attempt(() => chained.collect()),
      await attempt(() => ended.next()),
      await attempt(() => iterated[Symbol.asyncIterator]()),
      await attempt(() => iterated.filter((q: any) => q.eq(1, 1))),
      await attempt(() => db.query("t").order("asc").order("asc")),
      await attempt(() => db.query("t").take(-1)),
      await attempt(() => db.query("t").take(1.5)),
      await attempt(() => db.query("t").paginate({ cursor: null, numItems: -1 })),
      await attempt(() => db.query("t").paginate({ cursor: null })),
      await attempt(() => db.query("t").paginate({ cursor: null, numItems: 0 })),
      String(await attempt(reusedBuilder)).slice(0, 41),
      await db.query("t").take(0),
      await db.query("t").first(),
      await db.query("t").unique(),
    ];
  },
});
`;

const inArgument = (reason: string): string => `Invalid argument \`value\` for \`db.insert\`: ${reason}`;
const TYPES = "To learn about Convex's supported types, see https://docs.convex.dev/using/types.";

const INSERTS: readonly (readonly [name: string, expected: unknown])[] = [
  ["undefined field", { o: {} }],
  [
    "undefined element",
    `undefined is not a valid Convex value (present at path .a[1].b[0] in original object {"a":[1,{"b":["undefined"]}]}). ${TYPES}`,
  ],
  ["dollar", "Field name $x starts with a '$', which is reserved."],
  [
    "accent",
    "Field name é has invalid character 'é': Field names can only contain non-control ASCII characters",
  ],
  ["long name", `Field name ${"x".repeat(1025)} exceeds maximum field name length 1024.`],
  ["longest name", { ["x".repeat(1024)]: 1 }],
  ["empty name", { "": 1 }],
  [
    "underscore",
    /^Document\(value: \{_creationTime: \d+\.\d+, _id: "\w{32}", _x: 1\.0\}\) isn't a valid document: Field '_x' starts with an underscore, which is only allowed for system fields like '_id'\.$/,
  ],
  ["nested underscore", { a: { _x: 1 } }],
  ["8192 elements", 8192],
  ["8193 elements", inArgument("Array length is too long (8193 > maximum length 8192)")],
  ["1025 fields", inArgument("Object has too many fields (1025 > maximum number 1024)")],
  ["16 levels", { a: JSON.parse(`${"[".repeat(15)}1${"]".repeat(15)}`) }],
  [
    "17 levels",
    /isn't a valid document: Document is too nested \(nested 17 levels deep > maximum nesting 16\)$/,
  ],
  ["65 levels", inArgument("Value is too nested (nested 65 levels deep > maximum nesting 64)")],
  ["1048509 bytes", 1_048_509],
  ["1048510 bytes", "Value is too large (1 MiB > maximum size 1 MiB)"],
  ["2 MiB", "Value is too large (2 MiB > maximum size 1 MiB)"],
  ["surrogate", inArgument("String is not valid Unicode: it contains an unpaired surrogate")],
  [
    "date",
    `Date "1970-01-01T00:00:00.000Z" is not a supported Convex type (present at path .a.b[0] in original object {"a":{"b":["1970-01-01T00:00:00.000Z"]}}). ${TYPES}`,
  ],
  ["set", `Set[1] is not a supported Convex type (present at path .s in original object {"s":{}}). ${TYPES}`],
  ["great bigint", "BigInt 9223372036854775808 does not fit into a 64-bit signed integer."],
  [
    "special floats",
    {
      a: { $float: "AAAAAAAAAIA=" },
      b: { $float: "AAAAAAAA+H8=" },
      c: { $float: "AAAAAAAA8P8=" },
      i: { $integer: "BQAAAAAAAAA=" },
      y: { $bytes: "AQI=" },
    },
  ],
];

for (const sdk of ["official", "own"] as const) {
  describe(`values of functions with ${sdk === "official" ? "the official SDK" : "our own SDK"}`, async () => {
    const app = await InThreadApp.start(
      { "convex/values.ts": FUNCTIONS },
      { packages: sdk === "official" ? ["convex"] : [] },
    );
    after(() => app[Symbol.asyncDispose]());

    for (const [name, expected] of INSERTS) {
      it(`insert says or stores what it should: ${name}`, async () => {
        const found = await app.value("mutation", "values:insert", { name });
        if (expected instanceof RegExp) assert.match(String(found), expected);
        else assert.deepEqual(found, expected);
      });
    }

    it("an object may have 1024 fields", async () => {
      const { a } = (await app.value("mutation", "values:insert", { name: "1024 fields" })) as { a: object };
      assert.equal(Object.keys(a).length, 1024);
    });

    it("a negative zero stays one", async () =>
      assert.equal(await app.value("mutation", "values:negativeZero"), true));

    it("arguments may have 64 levels", async () => {
      // The object of the arguments is the first.
      const a = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
      for (const name of ["values:depth", "values:anyDepth"]) {
        assert.equal(await app.value("query", name, { a: a(63) }), "accepted");
        const refused = await app.call("query", name, { a: a(64) });
        assert.match(
          refused.status === "error" ? refused.error.message : "accepted",
          /Value is too nested \(nested 65 levels deep > maximum nesting 64\)/,
        );
      }
    });

    it("a patch removes top-level fields that are undefined, and drops them inside new objects", async () =>
      assert.deepEqual(await app.value("mutation", "values:patches"), { o: { z: 3 }, keep: true }));

    it("count() counts what was just inserted", async () =>
      assert.deepEqual(await app.value("mutation", "values:counts"), [0, 1]));

    it("queries say how they were misused", async () =>
      assert.deepEqual(await app.value("query", "values:misuses"), [
        "This query has been chained with another operator and can't be reused.",
        "This query is closed and can't emit any more values.",
        "Iteration can only begin on a query once.",
        "A query can only be chained once and can't be chained after iteration begins.",
        "Queries may only specify order at most once",
        "Arg 1 `n` to `take` must be a non-negative integer",
        "Arg 1 `n` to `take` must be a non-negative integer",
        "`options.numItems` must be a positive number. Received `-1`.",
        "`options.numItems` must be a positive number. Received `undefined`.",
        "Must request at least 1 document while paginating",
        "IndexRangeBuilder has already been used! ",
        [],
        null,
        null,
      ]));
  });
}

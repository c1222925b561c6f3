import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { assertFailed, FunctionCaller, postApi } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("functions") });
after(() => app.stop());

const functions = new FunctionCaller(app);

describe("modules", () => {
  it("can export constants, classes and helpers beside functions", async () => {
    assert.equal(await functions.query("calls:wantsText", { f: "here" }), "here");
    await assertFailed(
      postApi(app, "/api/query", { path: "calls:helper", args: {} }),
      /Could not find public function for 'calls:helper'\./,
    );
  });

  it("can export functions of other modules again", async () =>
    assert.equal(await functions.query("again:sameAgain", { f: "again" }), "again"));

  it("start anew for each call", async () => {
    for (const run of [1, 2, 3]) assert.equal(await functions.query("top:count", { run }), 1);
  });

  it("see the same chance and clock at their top level whenever they are loaded", async () => {
    const first = await functions.query("top:fixed", { run: 1 });
    assert.deepEqual(await functions.query("top:fixed", { run: 2 }), first);
  });

  it("can't fetch at their top level", async () =>
    assert.equal(await functions.query("top:fetchError"), "fetch() unsupported at import time"));
});

describe("arguments", () => {
  /** The error's text without the line end behind it. */
  const refusalOf = async (path: string, args: object): Promise<string> =>
    (await functions.errorOf("query", path, args)).trimEnd();

  it("lack a field", async () =>
    assert.equal(
      await refusalOf("calls:wantsText", {}),
      "ArgumentValidationError: Object is missing the required field `f`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {}\nValidator: v.object({f: v.string()})",
    ));

  it("have a field too many", async () =>
    assert.equal(
      await refusalOf("calls:wantsText", { f: "x", g: 1 }),
      'ArgumentValidationError: Object contains extra field `g` that is not in the validator.\n\nObject: {f: "x", g: 1.0}\nValidator: v.object({f: v.string()})',
    ));

  it("are of another type", async () =>
    assert.equal(
      await refusalOf("calls:wantsText", { f: 1 }),
      "ArgumentValidationError: Value does not match validator.\nPath: .f\nValue: 1.0\nValidator: v.string()",
    ));

  it("are of another type deep inside", async () =>
    assert.equal(
      await refusalOf("calls:wantsNested", { a: [{ b: true }] }),
      "ArgumentValidationError: Value does not match validator.\nPath: .a[0].b\nValue: true\nValidator: v.string()",
    ));

  it("are ids of another table", async () => {
    const post = await functions.mutation("database:addPost");
    assert.equal(
      await refusalOf("calls:wantsUser", { user: post }),
      `ArgumentValidationError: Found ID "${post}" from table \`posts\`, which does not match the table name in validator \`v.id("users")\`.Path: .user`,
    );
  });

  it("are another literal", async () =>
    assert.equal(
      await refusalOf("calls:wantsA", { kind: "b" }),
      'ArgumentValidationError: `"b"` does not match literal validator `v.literal("a")`.Path: .kind',
    ));

  it("are none of the members of a union", async () =>
    assert.equal(
      await refusalOf("calls:wantsAOrB", { kind: "c" }),
      'ArgumentValidationError: Value does not match validator.\nPath: .kind\nValue: "c"\nValidator: v.union(v.literal("a"), v.literal("b"))',
    ));

  it("of a function without validators can be anything", async () =>
    assert.deepEqual(await functions.query("calls:unvalidated", { any: ["thing"] }), { any: ["thing"] }));
});

describe("results", () => {
  it("that are a query which never ran are an error", async () =>
    assert.match(
      await functions.errorOf("query", "calls:returnsQuery"),
      /Uncaught Error: Return value is a Query\. Results must be retrieved with `\.collect\(\)`, `\.take\(n\), `\.unique\(\)`, or `\.first\(\)`\./,
    ));

  it("of another type than `returns` are an error, and the mutation is rolled back", async () => {
    assert.equal(
      (await functions.errorOf("mutation", "calls:writesThenReturnsText")).trimEnd(),
      'ReturnsValidationError: Value does not match validator.\n\nValue: "text"\nValidator: v.float64()',
    );
    assert.ok(!((await functions.query("nesting:names")) as string[]).includes("must not stay"));
  });

  it("that can never come are an error", async () =>
    assert.match(
      await functions.errorOf("query", "calls:neverSettles"),
      /^Returned promise will never resolve/,
    ));
});

describe("errors", () => {
  it("that are a text are shown as it", async () =>
    assert.match(await functions.errorOf("query", "calls:throwsText"), /^Uncaught foo\n/));

  it("that are an object are shown as one", async () =>
    assert.match(await functions.errorOf("query", "calls:throwsObject"), /^Uncaught #<Object>\n/));

  it("of classes with a name of their own are shown with it", async () =>
    assert.match(await functions.errorOf("query", "calls:throwsNamed"), /^Uncaught MyError: mine\n/));

  it("have a frame for each function of the app, in its source", async () => {
    const [first, ...frames] = (await functions.errorOf("query", "calls:throwsDeep")).trimEnd().split("\n");
    assert.equal(first, "Uncaught TypeError: deep");
    const places = frames.map(
      (frame) => /^ {4}at (?:async )?(\w+) \((?:\.\.\/)+convex\/calls\.ts:\d+:\d+\)$/.exec(frame)?.[1],
    );
    assert.deepEqual(places, ["inner", "outer", "handler"]);
  });
});

describe("a module that throws while it loads", () => {
  before(() =>
    app.save(
      { "convex/broken.ts": 'import "./_generated/server";\nthrow new Error("at load");\n' },
      /Failed to analyze broken\.js: Uncaught Error: at load\n {2}convex\/broken\.ts:2:7\n/,
    ),
  );

  it("is not pushed; the old code goes on", async () =>
    assert.equal(await functions.query("calls:wantsText", { f: "still here" }), "still here"));
});

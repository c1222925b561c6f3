import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";

/** What code prints, and the text of its one line; the names of functions are those that the code gives them. */
const PRINTED: readonly (readonly [code: string, line: string])[] = [
  [`"hi", 1`, "[LOG] 'hi' 1"],
  [`"it's\\ntwo lines"`, "[LOG] 'it\\'s\\ntwo lines'"],
  [`"%s %d", "x"`, "[LOG] '%s %d' 'x'"],
  [`{ a: 1 }`, "[LOG] {\n  a: 1\n}"],
  [`[{ a: 1 }]`, "[LOG] [\n  {\n    a: 1\n  }\n]"],
  [`[1, 2], {}, []`, "[LOG] [ 1, 2 ] {} []"],
  [`1n, -0, undefined, null, true`, "[LOG] 1n -0 undefined null true"],
  [`/x/g, Symbol("x")`, "[LOG] /x/g Symbol(x)"],
  [`function foo() {}, (() => () => {})()`, "[LOG] [Function: foo] [Function (anonymous)]"],
  [`new Error("boom")`, "[LOG] [Error: boom]"],
  [`new Map([[1, "a"]]), new Set([1])`, "[LOG] Map (1) {\n  1 => 'a'\n} Set (1) {\n  1\n}"],
  [`new Date(0)`, "[LOG] Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)"],
  [`[[[[[[[1]]]]]]]`, "[LOG] [ [ [ [ [ [Array] ] ] ] ] ]"],
  [
    `{ a: { b: { c: { d: { e: { f: 1 } } } } } }`,
    "[LOG] {\n  a: {\n    b: {\n      c: {\n        d: {\n          e: [Object]\n        }\n      }\n    }\n  }\n}",
  ],
  [``, "[LOG] "],
];

const FUNCTIONS = `import { query } from "./_generated/server";

${PRINTED.map(([code], i) => `export const printed${i} = query(async () => console.log(${code}) as unknown as null);`).join("\n")}
export const levels = query(async () => {
  console.debug(1);
  console.info(2);
  console.log(3);
  console.warn(4);
  console.error(5);
});
export const traced = query(async () => {
  function inner() {
    console.trace("here", 1);
  }
  inner();
});
export const timed = query(async () => {
  const before = Date.now();
  console.time();
  console.time("work");
  console.timeLog("work", "half", { done: 1 });
  console.timeEnd("work");
  console.timeEnd();
  return Date.now() - before;
});
export const mistimed = query(async () => {
  console.time("a");
  console.time("a");
  console.timeLog("b");
  console.timeEnd("c");
});
`;

describe("a console line", async () => {
  const app = await InThreadApp.start({ "convex/prints.ts": FUNCTIONS });
  after(() => app[Symbol.asyncDispose]());

  const linesOf = async (name: string): Promise<readonly string[]> => {
    const outcome = await app.call("query", `prints:${name}`);
    assert.equal(outcome.status, "success", JSON.stringify(outcome));
    return outcome.logLines;
  };

  for (const [i, [code, line]] of PRINTED.entries()) {
    it(`of ${code || "nothing"}`, async () => assert.deepEqual(await linesOf(`printed${i}`), [line]));
  }

  it("has the level of its method", async () =>
    assert.deepEqual(await linesOf("levels"), ["[DEBUG] 1", "[INFO] 2", "[LOG] 3", "[WARN] 4", "[ERROR] 5"]));

  it("of trace ends with the frames of the app's sources", async () => {
    const [line = ""] = await linesOf("traced");
    assert.match(
      line,
      /^\[LOG\] 'here' 1 {5}at inner \(\.\.\/convex\/prints\.ts:\d+:\d+\)\n {4}at <anonymous> \(\.\.\/convex\/prints\.ts:\d+:\d+\)$/,
    );
  });

  it("of a timer has its label and the time that went by", async () => {
    const lines = await linesOf("timed");
    const shapes = lines.map((line) => line.replace(/\b\d+(?:\.\d+)?ms/, "?ms"));
    assert.deepEqual(shapes, [
      "[INFO] work: ?ms 'half' {\n  done: 1\n}",
      "[INFO] work: ?ms",
      "[INFO] default: ?ms",
    ]);
  });

  it("warns of timers that are there already, or are not", async () =>
    assert.deepEqual(await linesOf("mistimed"), [
      "[WARN] Timer 'a' already exists",
      "[WARN] Timer 'b' does not exist",
      "[WARN] Timer 'c' does not exist",
    ]));
});

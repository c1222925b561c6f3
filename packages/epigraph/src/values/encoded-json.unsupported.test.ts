import assert from "node:assert/strict";
import { test } from "node:test";
import { convexToJson } from "convex/values";
import { encodeValueToString } from "./encoded-json.ts";
import type { Value } from "./value.ts";

class Point {
  readonly x = 1;
}

/** What functions may hand over by mistake. */
const MISTAKES: readonly (readonly [string, unknown])[] = [
  ["undefined at the top", undefined],
  ["undefined in an array", [undefined]],
  ["undefined deep inside", { a: { b: [1, undefined] }, n: 5n }],
  ["a date at the top", new Date(0)],
  ["a date inside", { a: { b: [new Date(0)] } }],
  ["a set", { s: new Set([1]) }],
  ["a map", { m: new Map([["a", 1]]) }],
  ["a class instance", { p: new Point() }],
  ["a function", { f: () => 1 }],
  ["a symbol", { f: Symbol("s") }],
  ["a typed array", new Uint8Array(2)],
  ["a bigint that is too great", { a: [2n ** 63n] }],
  ["a bigint that is too small", -(2n ** 63n) - 1n],
  ["a reserved name", { $x: 1 }],
  ["a reserved name in an array", [{ $integer: 1 }]],
  ["a name outside ASCII", { é: 1 }],
  ["a control character in a name", { "a\n": 1 }],
  ["a name that is too long", { ["x".repeat(1025)]: 1 }],
  ["a long original", { a: "x".repeat(20_000), b: undefined, c: [undefined] }],
  ["a long original with a pair where it is cut", { a: "😀".repeat(9_000), c: [undefined] }],
  ["several mistakes", { b: undefined, c: [new Date(0)], a: [undefined] }],
];

for (const [what, mistake] of MISTAKES) {
  test(`${what} is refused with the text of the npm package`, () => {
    const expected = textOf(() => convexToJson(mistake as never));
    assert.equal(
      textOf(() => encodeValueToString(mistake as Value)),
      expected,
    );
  });
}

test("objects without a prototype and of other realms are plain", async () => {
  const { runInNewContext } = await import("node:vm");
  assert.equal(encodeValueToString(Object.assign(Object.create(null), { a: 1 })), '{"a":1}');
  assert.equal(encodeValueToString(runInNewContext("({ a: { b: [1] } })")), '{"a":{"b":[1]}}');
});

function textOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

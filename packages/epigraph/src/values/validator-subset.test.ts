import assert from "node:assert/strict";
import { test } from "node:test";
import { v } from "convex/values";
import { v as newest } from "convex-1-49/values";
import { parseValidator, showValidator, type ValidatorJSON } from "./validator-json.ts";
import { isValidatorSubset } from "./validator-subset.ts";

/** The npm package's validators carry their JSON, which its public types do not show. */
const parse = (validator: unknown): ValidatorJSON => parseValidator((validator as { json: unknown }).json);

const object = v.object({ a: v.string(), b: v.optional(v.number()) });

for (const [narrow, wide, expected] of [
  [v.string(), v.any(), true],
  [v.any(), v.string(), false],
  [v.string(), v.string(), true],
  [v.string(), v.number(), false],
  [v.id("users"), v.string(), true],
  [v.id("users"), v.id("posts"), false],
  [v.string(), v.id("users"), false],
  [newest.function(), v.string(), true],
  [newest.function({ fnType: "query" }), newest.function(), true],
  [v.string(), newest.function(), false],
  [v.literal("a"), v.string(), true],
  [v.literal(1n), v.int64(), true],
  [v.literal(-0), v.number(), true],
  [v.literal(1n), v.literal(1n), true],
  [v.literal(1n), v.literal(2n), false],
  [v.literal(true), v.string(), false],
  [v.int64(), v.commitTs(), true],
  [v.array(v.literal("a")), v.array(v.string()), true],
  [v.array(v.string()), v.array(v.literal("a")), false],
  [v.union(), v.null(), true],
  [v.null(), v.union(), false],
  [v.union(v.string(), v.null()), v.union(v.null(), v.string(), v.number()), true],
  [v.union(v.string(), v.null()), v.string(), false],
  [v.record(v.id("users"), v.literal(1)), v.record(v.string(), v.number()), true],
  [v.record(v.string(), v.number()), v.object({}), false],
  [object, object, true],
  [object, v.object({ a: v.string(), b: v.optional(v.number()), c: v.optional(v.null()) }), true],
  [v.object({ a: v.string() }), object, true],
  [object, v.object({ a: v.string() }), false],
  [object, v.object({ a: v.string(), b: v.number() }), false],
  [object, v.object({ a: v.string(), b: v.optional(v.number()), c: v.null() }), false],
  [v.object({ a: v.string(), b: v.number() }), object, true],
] as const) {
  const [a, b] = [parse(narrow), parse(wide)];
  test(`${showValidator(a)} is ${expected ? "" : "not "}within ${showValidator(b)}`, () => {
    assert.equal(isValidatorSubset(a, b), expected);
  });
}

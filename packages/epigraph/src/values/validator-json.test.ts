import assert from "node:assert/strict";
import { test } from "node:test";
import { v } from "convex/values";
import { v as newest } from "convex-1-49/values";
import { parseDocumentValidator } from "./document-validator.ts";
import { parseValidator, showValidator } from "./validator-json.ts";

/** The npm package's validators carry their JSON, which its public types do not show. */
const jsonOf = (validator: unknown): unknown => (validator as { json: unknown }).json;

for (const [validator, shown] of [
  [v.null(), "v.null()"],
  [v.number(), "v.float64()"],
  [v.float64(), "v.float64()"],
  [v.int64(), "v.int64()"],
  [v.bigint(), "v.int64()"],
  [v.commitTs(), "v.commitTs()"],
  [v.boolean(), "v.boolean()"],
  [v.string(), "v.string()"],
  [v.bytes(), "v.bytes()"],
  [v.any(), "v.any()"],
  [v.literal("x"), 'v.literal("x")'],
  [v.literal(1), "v.literal(1.0)"],
  [v.literal(5n), "v.literal(5)"],
  [v.literal(true), "v.literal(true)"],
  [v.literal(-0), "v.literal(-0.0)"],
  [v.id("users"), 'v.id("users")'],
  [v.array(v.string()), "v.array(v.string())"],
  [
    v.object({ b: v.optional(v.null()), a: v.string() }),
    "v.object({a: v.string(), b: v.optional(v.null())})",
  ],
  [v.record(v.string(), v.any()), "v.record(v.string(), v.any())"],
  [v.record(v.id("users"), v.number()), 'v.record(v.id("users"), v.float64())'],
  [v.union(v.string(), v.null()), "v.union(v.string(), v.null())"],
  [v.nullable(v.string()), "v.union(v.string(), v.null())"],
  [v.union(), "v.union()"],
] as const) {
  test(`${shown} comes back from its JSON and prints as such`, () => {
    const json = JSON.parse(JSON.stringify(jsonOf(validator)));
    assert.deepEqual(parseValidator(json), json);
    assert.equal(showValidator(parseValidator(json)), shown);
  });
}

test("what a function validator says of arguments and results is for compilers", () => {
  for (const validator of [
    newest.function(),
    newest.function({ fnType: "mutation", args: { id: newest.string() }, returns: newest.null() }),
  ]) {
    const parsed = parseValidator(JSON.parse(JSON.stringify(jsonOf(validator))));
    assert.deepEqual(parsed, { type: "function" });
    assert.equal(showValidator(parsed), "v.function()");
  }
});

test("retired types mean any, and `optional` may be left out", () => {
  assert.deepEqual(parseValidator({ type: "map" }), { type: "any" });
  assert.deepEqual(parseValidator({ type: "set" }), { type: "any" });
  assert.deepEqual(parseValidator({ type: "object", value: { a: { fieldType: { type: "null" } } } }), {
    type: "object",
    value: { a: { fieldType: { type: "null" }, optional: false } },
  });
});

test("a field called __proto__ stays a field", () => {
  const json = JSON.parse(
    '{"type":"object","value":{"__proto__":{"fieldType":{"type":"null"},"optional":false}}}',
  );
  assert.equal(showValidator(parseValidator(json)), "v.object({__proto__: v.null()})");
});

const string = { type: "string" };
const required = (fieldType: unknown) => ({ fieldType, optional: false });

for (const [what, json, code, message] of [
  [
    "a record with literal keys",
    { type: "record", keys: { type: "literal", value: "a" }, values: required(string) },
    "InvalidRecordType",
    "Records cannot have string literal keys",
  ],
  [
    "a record with literal keys among others",
    {
      type: "record",
      keys: { type: "union", value: [string, { type: "literal", value: "a" }] },
      values: required(string),
    },
    "InvalidRecordType",
    "Records cannot have string literal keys",
  ],
  [
    "a record with keys that are no strings",
    { type: "record", keys: { type: "number" }, values: required(string) },
    "InvalidRecordType",
    "Records can only have string keys. Your validator contains a record with key typed as `v.float64()`, which is not a subtype of `v.string()`",
  ],
  [
    "a record with optional values",
    { type: "record", keys: string, values: { fieldType: string, optional: true } },
    "InvalidRecordType",
    "Records cannot have optional values",
  ],
  [
    "a literal that is not a number",
    { type: "literal", value: { $float: "AAAAAAAA+H8=" } },
    "UnsupportedFloatLiteral",
    "Infinite or NaN values are not supported in literal validators.",
  ],
  ["an unknown type", { type: "date" }, "InvalidValidator", 'Not a validator: {"type":"date"}'],
  ["a literal of null", { type: "literal", value: null }, "InvalidValidator", "Not a validator: null"],
  ["a literal without a value", { type: "literal" }, "InvalidValidator", "Not a validator: undefined"],
  ["nothing", undefined, "InvalidValidator", "Not a validator: undefined"],
  ["an array without elements", { type: "array" }, "InvalidValidator", "Not a validator: undefined"],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => parseValidator(json), { name: "ValueError", code, message });
  });
}

test("the documents of a table are any, an object or a union of objects, without system fields", () => {
  const object = (fields: object) => ({ type: "object", value: fields });
  const full = object({
    _id: required(string),
    _x: required(string),
    a: required(object({ _y: required(string) })),
  });
  const stripped = object({ a: required(object({ _y: required(string) })) });
  assert.deepEqual(parseDocumentValidator(undefined), { type: "any" });
  assert.deepEqual(parseDocumentValidator(null), { type: "any" });
  assert.deepEqual(parseDocumentValidator({ type: "any" }), { type: "any" });
  assert.deepEqual(parseDocumentValidator(full), stripped);
  assert.deepEqual(parseDocumentValidator({ type: "union", value: [full] }), {
    type: "union",
    value: [stripped],
  });
});

test("a table of anything else is refused", () => {
  for (const json of [string, { type: "union", value: [{ type: "object", value: {} }, string] }]) {
    assert.throws(() => parseDocumentValidator(json), {
      code: "InvalidTopLevelTypeInSchemaError",
      message: `The document validator in a schema must be an object, a union of objects, or \`v.any()\`. Found ${showValidator(parseValidator(json))}. To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.`,
    });
  }
});

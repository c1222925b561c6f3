import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMIT_TS } from "./commit-ts.ts";
import { explainMismatch } from "./explain-mismatch.ts";
import { encodeId } from "./id.ts";
import { randomValues } from "./testing/random-value.ts";
import { compileValidator, type ValidationContext, validateDocument, validateValue } from "./validate.ts";
import { parseValidator, showValidator, type ValidatorJSON } from "./validator-json.ts";
import type { Value } from "./value.ts";

const TABLES = new Map([
  [10001, "users"],
  [10002, "posts"],
  [540, "_storage"],
]);
const context: ValidationContext = { tableName: (number) => TABLES.get(number) ?? null };
const idOf = (tableNumber: number): string => encodeId(tableNumber, new Uint8Array(16));

const any: ValidatorJSON = { type: "any" };
const string: ValidatorJSON = { type: "string" };
const float: ValidatorJSON = { type: "number" };
const nothing: ValidatorJSON = { type: "null" };
const required = (fieldType: ValidatorJSON) => ({ fieldType, optional: false });
const optional = (fieldType: ValidatorJSON) => ({ fieldType, optional: true });
const object = (value: { [field: string]: ReturnType<typeof required> }): ValidatorJSON => ({
  type: "object",
  value,
});
const union = (...value: ValidatorJSON[]): ValidatorJSON => ({ type: "union", value });
const array = (value: ValidatorJSON): ValidatorJSON => ({ type: "array", value });
const record = (value: ValidatorJSON, keys: ValidatorJSON = string): ValidatorJSON => ({
  type: "record",
  keys,
  values: required(value),
});
const literal = (value: string | number | boolean): ValidatorJSON => ({ type: "literal", value });
const id = (tableName: string): ValidatorJSON => ({ type: "id", tableName });

for (const [validator, value] of [
  [any, null],
  [any, [COMMIT_TS]],
  [nothing, null],
  [float, -0],
  [{ type: "bigint" }, 5n],
  [{ type: "bigint" }, COMMIT_TS],
  [{ type: "commitTs" }, 5n],
  [{ type: "commitTs" }, COMMIT_TS],
  [{ type: "boolean" }, false],
  [string, ""],
  [{ type: "bytes" }, new ArrayBuffer(0)],
  [literal("a"), "a"],
  [literal(0), 0],
  [{ type: "literal", value: { $float: "AAAAAAAAAIA=" } }, -0],
  [{ type: "literal", value: { $integer: "AQAAAAAAAAA=" } }, 1n],
  [id("users"), idOf(10001)],
  [id("_storage"), idOf(540)],
  [array(string), []],
  [array(string), ["a", "b"]],
  [object({}), {}],
  [object({ a: required(string), b: optional(float) }), { a: "x" }],
  [object({ a: required(string), b: optional(float) }), { a: "x", b: undefined, c: undefined }],
  [object({ toString: optional(string) }), {}],
  [record(float), {}],
  [record(float), { a: 1, b: undefined }],
  [record(float, id("users")), { [idOf(10001)]: 1 }],
  [union(string, nothing), null],
  [union(object({ a: required(string) }), object({ b: required(string) })), { b: "x" }],
] as const satisfies readonly (readonly [ValidatorJSON, Value])[]) {
  test(`${showValidator(validator)} accepts a matching value`, () => {
    assert.equal(validateValue(validator, value, context), null);
    assert.equal(explainMismatch(validator, value, context), null);
  });
}

const message = object({ author: required(id("users")), body: required(string), likes: optional(float) });
const messageShown = 'v.object({author: v.id("users"), body: v.string(), likes: v.optional(v.float64())})';

for (const [what, validator, value, text] of [
  [
    "a missing field",
    message,
    { author: idOf(10001) },
    `Object is missing the required field \`body\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\n\nObject: {author: "${idOf(10001)}"}\nValidator: ${messageShown}`,
  ],
  [
    "an extra field",
    message,
    { author: idOf(10001), body: "b", x: 1 },
    `Object contains extra field \`x\` that is not in the validator.\n\nObject: {author: "${idOf(10001)}", body: "b", x: 1.0}\nValidator: ${messageShown}`,
  ],
  [
    "a wrong type",
    message,
    { author: idOf(10001), body: 5n },
    "Value does not match validator.\nPath: .body\nValue: 5\nValidator: v.string()",
  ],
  [
    "a missing field that every object inherits",
    object({ toString: required(string) }),
    {},
    "Object is missing the required field `toString`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {}\nValidator: v.object({toString: v.string()})",
  ],
  [
    "declared fields before extra ones, by name",
    object({ b: required(string), a: required(string) }),
    { A: 1, b: 1, a: 1 },
    "Value does not match validator.\nPath: .a\nValue: 1.0\nValidator: v.string()",
  ],
  [
    "a wrong type in a nested place",
    object({ a: required(array(object({ b: required(float) }))) }),
    { a: [{ b: 1 }, { b: "x" }] },
    'Value does not match validator.\nPath: .a[1].b\nValue: "x"\nValidator: v.float64()',
  ],
  [
    "a missing field in a nested place",
    object({ a: required(object({ b: required(float) })) }),
    { a: {} },
    "Object is missing the required field `b`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\nPath: .a\nObject: {}\nValidator: v.object({b: v.float64()})",
  ],
  ["another literal", literal("a"), "b", '`"b"` does not match literal validator `v.literal("a")`.'],
  [
    "another literal in a nested place",
    array(literal(1)),
    [2],
    "`2.0` does not match literal validator `v.literal(1.0)`.Path: [0]",
  ],
  ["negative zero for zero", literal(0), -0, "`-0.0` does not match literal validator `v.literal(0.0)`."],
  ["a bigint for a float", float, 1n, "Value does not match validator.\n\nValue: 1\nValidator: v.float64()"],
  [
    "a float for a bigint",
    { type: "bigint" },
    1,
    "Value does not match validator.\n\nValue: 1.0\nValidator: v.int64()",
  ],
  [
    "the value of a record",
    object({ r: required(record(float)) }),
    { r: { a: 1, b: "x" } },
    'Value does not match validator.\nPath: .r.values()\nValue: "x"\nValidator: v.float64()',
  ],
  [
    "the key of a record",
    object({ r: required(record(float, id("users"))) }),
    { r: { a: 1 } },
    'Value does not match validator.\nPath: .r.keys()\nValue: "a"\nValidator: v.id("users")',
  ],
  [
    "the only member of a union",
    union(object({ a: required(string) })),
    { a: null },
    "Value does not match validator.\nPath: .a\nValue: null\nValidator: v.string()",
  ],
  [
    "no member of a union",
    union(object({ a: required(string) }), nothing),
    { a: null },
    "Value does not match validator.\n\nValue: {a: null}\nValidator: v.union(v.object({a: v.string()}), v.null())",
  ],
  [
    "anything for an empty union",
    union(),
    null,
    "Value does not match validator.\n\nValue: null\nValidator: v.union()",
  ],
  [
    "an id of another table",
    object({ user: required(id("users")) }),
    { user: idOf(10002) },
    `Found ID "${idOf(10002)}" from table \`posts\`, which does not match the table name in validator \`v.id("users")\`.Path: .user`,
  ],
  [
    "an id of a system table",
    id("users"),
    idOf(540),
    `Found ID "${idOf(540)}" from a system table, which does not match the table name in validator \`v.id("users")\`.`,
  ],
  [
    "an id of an unknown table",
    id("users"),
    idOf(10099),
    `Value does not match validator.\n\nValue: "${idOf(10099)}"\nValidator: v.id("users")`,
  ],
  [
    "a text that is no id",
    id("users"),
    "x",
    'Value does not match validator.\n\nValue: "x"\nValidator: v.id("users")',
  ],
  [
    "a text that is no handle of a function",
    { type: "function" },
    "messages:list",
    'Value does not match validator.\n\nValue: "messages:list"\nValidator: v.function()',
  ],
  [
    "an array for an object",
    object({}),
    [],
    "Value does not match validator.\n\nValue: []\nValidator: v.object({})",
  ],
  [
    "an object for an array",
    array(any),
    {},
    "Value does not match validator.\n\nValue: {}\nValidator: v.array(v.any())",
  ],
  [
    "bytes for an object",
    record(any),
    new ArrayBuffer(1),
    'Value does not match validator.\n\nValue: b"AA=="\nValidator: v.record(v.string(), v.any())',
  ],
] as const satisfies readonly (readonly [string, ValidatorJSON, Value, string])[]) {
  test(`tells of ${what}`, () => assert.equal(validateValue(validator, value, context)?.text, text));
}

test("a document's system fields are neither validated nor printed", () => {
  const validator = object({ a: required(string) });
  const systemFields = { _id: idOf(10001), _creationTime: 1 };
  assert.equal(validateDocument(validator, { ...systemFields, a: "x" }, context), null);
  assert.equal(
    validateDocument(validator, { ...systemFields, b: "x", a: "y" }, context)?.text,
    'Object contains extra field `b` that is not in the validator.\n\nObject: {a: "y", b: "x"}\nValidator: v.object({a: v.string()})',
  );
  assert.equal(validateDocument(union(validator, object({})), systemFields, context), null);
});

test("a validator is compiled once", () => {
  assert.equal(compileValidator(message), compileValidator(message));
});

test("the compiled validator and the explanation agree on random validators and values (seed 8)", () => {
  const random = randomValues(8);
  const names = ["a", "b", "constructor", "__proto__"];

  function validator(levels: number): ValidatorJSON {
    switch (random.below(levels === 0 ? 6 : 10)) {
      case 0:
        return any;
      case 1:
        return string;
      case 2:
        return float;
      case 3:
        return nothing;
      case 4:
        return random.pick([literal("a"), literal(1), literal(true), id("users")]);
      case 5:
        return random.pick<ValidatorJSON>([{ type: "bigint" }, { type: "bytes" }, { type: "boolean" }]);
      case 6:
        return array(validator(levels - 1));
      case 7:
        return record(validator(levels - 1));
      case 8:
        return union(...Array.from({ length: random.below(3) }, () => validator(levels - 1)));
      default:
        return object(
          Object.fromEntries(
            Array.from({ length: random.below(3) }, () => [
              random.pick(names),
              random.pick([required, optional])(validator(levels - 1)),
            ]),
          ),
        );
    }
  }

  function valueFor(wanted: ValidatorJSON): Value {
    if (random.below(15) === 0) return random.value();
    switch (wanted.type) {
      case "literal":
        return wanted.value as Value;
      case "id":
        return idOf(random.pick([10001, 10001, 10002]));
      case "array":
        return Array.from({ length: random.below(3) }, () => valueFor(wanted.value));
      case "union":
        return wanted.value.length === 0 ? null : valueFor(random.pick(wanted.value));
      case "record":
        return Object.fromEntries(
          random.pick([[], ["a"], names]).map((n) => [n, valueFor(wanted.values.fieldType)]),
        );
      case "object": {
        const entries = Object.entries(wanted.value).filter(([, f]) => !f.optional || random.below(2) === 0);
        return Object.fromEntries(entries.map(([name, field]) => [name, valueFor(field.fieldType)]));
      }
      case "null":
        return null;
      case "string":
        return "s";
      case "number":
        return 1;
      case "bigint":
        return 1n;
      case "bytes":
        return new ArrayBuffer(1);
      case "boolean":
        return true;
      default:
        return random.value();
    }
  }

  let accepted = 0;
  const rounds = 30_000;
  for (let i = 0; i < rounds; i++) {
    const wanted = validator(3);
    const value = valueFor(wanted);
    const matches = compileValidator(wanted).matches(value, context);
    if (matches) accepted++;
    assert.equal(matches, explainMismatch(wanted, value, context) === null, showValidator(wanted));
  }
  assert.ok(accepted > rounds / 10 && accepted < rounds, `${accepted} accepted`);
});

test("what parses is equal however often it is parsed", () => {
  assert.deepEqual(parseValidator(JSON.parse(JSON.stringify(message))), message);
});

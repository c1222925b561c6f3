import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDocument, checkSize, nestingOf } from "./limits.ts";
import type { Value } from "./value.ts";

const systemFields = { _id: "i".repeat(32), _creationTime: 1 };
const nested = (levels: number): Value => (levels === 0 ? 1 : [nested(levels - 1)]);

test("nesting counts arrays and objects, not scalars and bytes", () => {
  assert.equal(nestingOf(1), 0);
  assert.equal(nestingOf(new ArrayBuffer(1)), 0);
  assert.equal(nestingOf({}), 1);
  assert.equal(nestingOf([{ a: undefined, b: [] }, 1]), 3);
});

test("a document may have 16 levels, itself included", () => {
  assert.doesNotThrow(() => checkDocument({ ...systemFields, a: nested(15) }));
  assert.throws(() => checkDocument({ a: nested(16) }), {
    code: "InvalidDocumentError",
    message: `Document(value: {a: ${"[".repeat(16)}1.0${"]".repeat(16)}}) isn't a valid document: Document is too nested (nested 17 levels deep > maximum nesting 16)`,
  });
});

test("a document may have 1 MiB, which leaves 1,048,509 bytes to its only string", () => {
  assert.deepEqual(checkDocument({ ...systemFields, s: "x".repeat(1_048_509) }), {
    size: 1_048_576,
    nesting: 1,
  });
  assert.throws(() => checkDocument({ ...systemFields, s: "x".repeat(1_048_510) }), {
    code: "ValueTooLargeError",
    message: "Value is too large (1 MiB > maximum size 1 MiB)",
  });
});

test("other fields that start with an underscore are the system's", () => {
  assert.throws(() => checkDocument({ _x: 1 }), {
    code: "InvalidDocumentError",
    message:
      "Document(value: {_x: 1.0}) isn't a valid document: Field '_x' starts with an underscore, which is only allowed for system fields like '_id'.",
  });
  assert.doesNotThrow(() => checkDocument({ _x: undefined, a: { _x: 1 } }));
});

test("a document is an object", () => {
  for (const value of [null, [], "x", new ArrayBuffer(0)]) {
    assert.throws(() => checkDocument(value), { message: "Value must be an Object" });
  }
});

test("any value may have 32 MiB", () => {
  checkSize(32 * 1024 * 1024);
  assert.throws(() => checkSize(33 * 1024 * 1024), {
    code: "ValueTooLargeError",
    message: "Value is too large (33 MiB > maximum size 32 MiB)",
  });
});

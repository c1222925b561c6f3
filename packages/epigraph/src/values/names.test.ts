import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkFieldName,
  checkIdentifier,
  checkIndexField,
  checkIndexName,
  checkTableName,
  isIdentifier,
  parseFieldPath,
} from "./names.ts";

for (const name of ["", "a", "a b", "_x", "~", "1", "x".repeat(1024)]) {
  test(`a field may be called "${name.slice(0, 9)}" (${name.length})`, () =>
    assert.doesNotThrow(() => checkFieldName(name)));
}

for (const [name, message] of [
  ["$x", "Field name $x starts with '$', which is reserved."],
  [
    "a😀",
    "Field name a😀 has invalid character '😀': Field names can only contain non-control ASCII characters",
  ],
  [
    "a\x7f",
    "Field name a\x7f has invalid character '\x7f': Field names can only contain non-control ASCII characters",
  ],
  ["x".repeat(1025), "Field name is too long (1025 > maximum 1024)"],
] as const) {
  test(`no field may be called ${JSON.stringify(name.slice(0, 9))} (${name.length})`, () => {
    assert.throws(() => checkFieldName(name), { code: "InvalidFieldName", message });
  });
}

for (const [name, message] of [
  ["", "Identifier cannot be empty"],
  [
    "1a",
    "Invalid first character '1' in 1a: Identifiers must start with an alphabetic character or underscore",
  ],
  [
    "é",
    "Invalid first character 'é' in é: Identifiers must start with an alphabetic character or underscore",
  ],
  [
    "a-b",
    "Identifier a-b has invalid character '-': Identifiers can only contain alphanumeric characters or underscores",
  ],
  ["x".repeat(65), "Identifier is too long (65 > maximum 64)"],
  ["__", "Identifier __ cannot have exclusively underscores"],
] as const) {
  test(`"${name}" is no identifier`, () => {
    assert.equal(isIdentifier(name), false);
    assert.throws(() => checkIdentifier(name), { code: "InvalidIdentifier", message });
  });
}

test("identifiers have up to 64 letters, digits and underscores", () => {
  for (const name of ["a", "_a", "A1_", "x".repeat(64)]) assert.doesNotThrow(() => checkIdentifier(name));
});

test("tables of apps are identifiers that do not start with an underscore", () => {
  checkTableName("users");
  assert.throws(() => checkTableName("a.b"), {
    code: "InvalidTableName",
    message:
      'Invalid table name: "a.b". Identifiers must start with a letter and can only contain letters, digits, and underscores.',
  });
  assert.throws(() => checkTableName("_users"), {
    code: "TableNameReserved",
    message: "_users is a reserved table name.",
  });
});

test("indexes of apps are identifiers that the system does not use", () => {
  checkIndexName("users", "by_name");
  assert.throws(() => checkIndexName("users", ""), {
    code: "InvalidIndexName",
    message:
      'Invalid index name: "". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.',
  });
  for (const name of ["_by_name", "by_id", "by_creation_time"]) {
    assert.throws(() => checkIndexName("users", name), {
      code: "IndexNameReserved",
      message: `In table "users" cannot name an index "${name}" because the name is reserved. Indexes may not start with an underscore or be named "by_id" or "by_creation_time".`,
    });
  }
});

test("index fields are paths of identifiers, and system fields have their own texts", () => {
  assert.deepEqual(checkIndexField("by_name", "author.name"), ["author", "name"]);
  for (const [path, code] of [
    ["_id", "IndexFieldsContainId"],
    ["_creationTime", "IndexFieldsContainCreationTime"],
    ["_x", "IndexFieldNameReserved"],
    ["a..b", "InvalidIndexField"],
    ["", "InvalidIndexField"],
  ] as const) {
    assert.throws(() => checkIndexField("by_name", path), { code });
  }
  assert.throws(() => checkIndexField("by_name", "a-b"), {
    message: 'In index "by_name": Invalid index field: "a-b"',
  });
  assert.equal(parseFieldPath("a."), null);
});

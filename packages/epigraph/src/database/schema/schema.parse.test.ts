import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { assertFails } from "../testing/test-database.ts";
import { parseSchema } from "./parse-schema.ts";

type IndexJson = { indexDescriptor: string; fields: string[] };

const index = (indexDescriptor: string, ...fields: string[]): IndexJson => ({ indexDescriptor, fields });

function schemaOf(table: object, schemaValidation = true): string {
  return JSON.stringify({ tables: [{ tableName: "t", indexes: [], ...table }], schemaValidation });
}

const fails = (table: object, message: string | RegExp, code: string): void =>
  assertFails(() => parseSchema(schemaOf(table)), message, code);

describe("parsing a schema", () => {
  it("reads what the SDK exports", () => {
    const exported = defineSchema({
      messages: defineTable({
        body: v.string(),
        channel: v.optional(v.id("channels")),
        e: v.array(v.float64()),
      })
        .index("by_channel", ["channel"])
        .index("later", { fields: ["body"], staged: true })
        .searchIndex("search_body", { searchField: "body", filterFields: ["channel"] })
        .vectorIndex("by_e", { vectorField: "e", dimensions: 3, filterFields: ["channel"] }),
      channels: defineTable(v.union(v.object({ a: v.string() }), v.object({ b: v.string() }))).index("by_b", [
        "b",
      ]),
    }) as unknown as { export(): string };
    const { validation, tables } = parseSchema(exported.export());
    assert.equal(validation, true);
    const messages = tables.get("messages")!;
    assert.deepEqual(messages.indexes, [
      { name: "by_channel", fields: ["channel"], staged: false },
      { name: "later", fields: ["body"], staged: true },
    ]);
    assert.deepEqual([messages.searchIndexes.length, messages.vectorIndexes.length], [1, 1]);
    assert.deepEqual([...tables.keys()], ["messages", "channels"]);
  });

  it("reads the format that the specification shows, and the legacy name of a vector's dimensions", () => {
    const documentType = {
      type: "object",
      value: {
        _id: { fieldType: { type: "null" }, optional: false },
        body: { fieldType: { type: "string" }, optional: false },
        channel: { fieldType: { type: "string" }, optional: true },
        emb: { fieldType: { type: "array", value: { type: "number" } }, optional: false },
      },
    };
    const schema = parseSchema(
      JSON.stringify({
        tables: [
          {
            tableName: "messages",
            indexes: [{ indexDescriptor: "by_channel", fields: ["channel"] }],
            stagedDbIndexes: [],
            searchIndexes: [
              { indexDescriptor: "search_body", searchField: "body", filterFields: ["channel"] },
            ],
            stagedSearchIndexes: [],
            vectorIndexes: [
              { indexDescriptor: "by_emb", vectorField: "emb", dimension: 3, filterFields: [] },
            ],
            stagedVectorIndexes: [],
            documentType,
            stagedDocumentType: { type: "any" },
          },
        ],
        schemaValidation: true,
      }),
    );
    const table = schema.tables.get("messages")!;
    const { _id, ...fields } = documentType.value;
    assert.deepEqual(table.documentType, { type: "object", value: fields });
    assert.deepEqual(table.indexes, [{ name: "by_channel", fields: ["channel"], staged: false }]);
    assert.deepEqual(table.searchIndexes, [
      { name: "search_body", searchField: "body", filterFields: ["channel"], staged: false },
    ]);
    assert.deepEqual(table.vectorIndexes, [
      { name: "by_emb", vectorField: "emb", dimensions: 3, filterFields: [], staged: false },
    ]);
  });

  it("takes absent parts for empty, an absent document type for any, and an absent flag for no validation", () => {
    const schema = parseSchema('{"tables":[{"tableName":"t","indexes":[]}]}');
    assert.equal(schema.validation, false);
    assert.deepEqual(schema.tables.get("t")?.documentType, { type: "any" });
  });

  it("limits an index to 15 declared fields, at least one, and no field twice", () => {
    const fields = Array.from({ length: 16 }, (_, i) => `f${i}`);
    parseSchema(schemaOf({ indexes: [index("i", ...fields.slice(0, 15))] }));
    fails({ indexes: [index("i", ...fields)] }, "Indexes may have up to 16 fields.", "IndexTooManyFields");
    fails({ indexes: [index("i")] }, 'In table "t" index "i" must have at least one field.', "EmptyIndex");
    fails(
      { stagedDbIndexes: [index("i")] },
      'In table "t" staged index "i" must have at least one field.',
      "EmptyIndex",
    );
    fails(
      { indexes: [index("i", "a", "a")] },
      'Duplicate field "a". Index fields must be unique within an index.',
      "FieldsNotUniqueWithinIndex",
    );
  });

  it("refuses system fields and malformed paths as fields of an index", () => {
    const field = (name: string, message: string, code: string): void =>
      fails({ indexes: [index("i", name)] }, message, code);
    field(
      "_id",
      "`_id` is not a valid index field. To load documents by ID, use `db.get(id)`.",
      "IndexFieldsContainId",
    );
    field(
      "_creationTime",
      "`_creationTime` is automatically added to the end of each index. It should not be added explicitly in the index definition. See https://docs.convex.dev/using/indexes for more details.",
      "IndexFieldsContainCreationTime",
    );
    field("_x", "Reserved fields (starting with `_`) are not allowed in indexes.", "IndexFieldNameReserved");
    field("a..b", 'In index "i": Invalid index field: "a..b"', "InvalidIndexField");
  });

  it("refuses names that are reserved, malformed or taken, by an index of any kind", () => {
    fails(
      { indexes: [index("by_id", "a")] },
      'In table "t" cannot name an index "by_id" because the name is reserved. Indexes may not start with an underscore or be named "by_id" or "by_creation_time".',
      "IndexNameReserved",
    );
    fails(
      { indexes: [index("a-b", "a")] },
      'Invalid index name: "a-b". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.',
      "InvalidIndexName",
    );
    fails(
      {
        indexes: [index("i", "a")],
        searchIndexes: [{ indexDescriptor: "i", searchField: "a", filterFields: [] }],
      },
      'Table "t" has two or more definitions of index "i".',
      "IndexNamesNotUnique",
    );
    fails(
      { indexes: [index("i", "a"), index("j", "a")] },
      'In table "t" index "i" and index "j" have the same fields. Indexes must be unique within a table.',
      "IndexNotUnique",
    );
    const named = (tableName: string): string =>
      JSON.stringify({ tables: [{ tableName, indexes: [] }], schemaValidation: true });
    assertFails(() => parseSchema(named("_x")), "_x is a reserved table name.", "TableNameReserved");
    assertFails(
      () => parseSchema(named("a b")),
      'Invalid table name: "a b". Identifiers must start with a letter and can only contain letters, digits, and underscores.',
      "InvalidTableName",
    );
  });

  it("refuses fields that documents can't have, unless anything goes or nothing is checked", () => {
    const documentType = {
      type: "object",
      value: {
        a: { fieldType: { type: "string" }, optional: false },
        r: {
          fieldType: {
            type: "record",
            keys: { type: "string" },
            values: {
              fieldType: { type: "object", value: { x: { fieldType: { type: "null" }, optional: true } } },
              optional: false,
            },
          },
          optional: false,
        },
      },
    };
    const indexed = (field: string): object => ({ documentType, indexes: [index("i", field)] });
    for (const field of ["a", "r.anything", "r.anything.x"]) parseSchema(schemaOf(indexed(field)));
    for (const field of ["b", "a.b", "r.k.y"]) {
      fails(
        indexed(field),
        `In table "t" the index "i" is invalid because it references the field "${field}" that does not exist.`,
        "SchemaDefinitionError",
      );
    }
    parseSchema(schemaOf(indexed("b"), false));
    parseSchema(schemaOf({ indexes: [index("i", "b")], documentType: { type: "any" } }));
  });

  it("checks search and vector indexes", () => {
    const vector = (dimensions: number): object => ({
      vectorIndexes: [{ indexDescriptor: "i", vectorField: "e", dimensions, filterFields: [] }],
    });
    fails(vector(1), "Dimensions 1 must be between 2 and 4096.", "InvalidVectorDimensionError");
    const strings = {
      type: "object",
      value: { e: { fieldType: { type: "array", value: { type: "string" } }, optional: false } },
    };
    fails(
      { ...vector(3), documentType: strings },
      'In table "t" the vector index "i" is invalid because it references the field "e" that is neither an array of float64 or optional array of float64.',
      "SchemaDefinitionError",
    );
    const filterFields = Array.from({ length: 17 }, (_, i) => `f${i}`);
    fails(
      { searchIndexes: [{ indexDescriptor: "i", searchField: "a", filterFields }] },
      "Search indexes may have up to 16 filter fields.",
      "IndexTooManyFilterFields",
    );
  });

  it("refuses document types that are neither objects nor any, and too many indexes", () => {
    fails(
      { documentType: { type: "string" } },
      "The document validator in a schema must be an object, a union of objects, or `v.any()`. Found v.string(). To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.",
      "InvalidTopLevelTypeInSchemaError",
    );
    const indexes = Array.from({ length: 65 }, (_, i) => index(`i${i}`, `f${i}`));
    parseSchema(schemaOf({ indexes: indexes.slice(1) }));
    fails({ indexes }, 'Table "t" cannot have more than 64 indexes.', "TooManyIndexes");
  });
});

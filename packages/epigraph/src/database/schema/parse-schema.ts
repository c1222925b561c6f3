import { parseDocumentValidator } from "../../values/document-validator.ts";
import { checkTableName } from "../../values/names.ts";
import { compileValidator } from "../../values/validate.ts";
import { isPlainObject } from "../../values/value.ts";
import { DatabaseError } from "../database-error.ts";
import { checkIndexedFields } from "./check-indexed-fields.ts";
import { checkIndexes } from "./check-indexes.ts";
import type { IndexSchema, Schema, SearchIndexSchema, TableSchema, VectorIndexSchema } from "./schema.ts";

type Fields = Record<string, unknown>;

/**
 * Reads the text that `schema.export()` gives, and checks every rule that needs no data.
 * @throws DatabaseError or ValueError, with the text and code that the push reports.
 */
export function parseSchema(json: string): Schema {
  const exported = asObject(JSON.parse(json), "The schema");
  // Older packages do not export the flag, and then did not check either.
  const validation = exported["schemaValidation"] === true;
  const tables = new Map<string, TableSchema>();
  for (const entry of asArray(exported["tables"], "The tables of the schema")) {
    const table = parseTable(asObject(entry, "A table of the schema"));
    if (tables.has(table.name)) {
      throw invalidSchema(`The schema defines the table "${table.name}" twice.`);
    }
    checkIndexes(table);
    if (validation) checkIndexedFields(table);
    tables.set(table.name, table);
  }
  return { json, validation, tables };
}

function parseTable(json: Fields): TableSchema {
  const name = asString(json["tableName"], "The name of a table");
  checkTableName(name);
  const what = `Table "${name}"`;
  const documentType = parseDocumentValidator(json["documentType"]);
  return {
    name,
    documentType,
    validator: compileValidator(documentType),
    indexes: withStaged(json, "indexes", "stagedDbIndexes", what, parseIndex),
    searchIndexes: withStaged(json, "searchIndexes", "stagedSearchIndexes", what, parseSearchIndex),
    vectorIndexes: withStaged(json, "vectorIndexes", "stagedVectorIndexes", what, parseVectorIndex),
  };
}

function withStaged<T>(
  json: Fields,
  usual: string,
  staged: string,
  what: string,
  parse: (json: Fields, staged: boolean) => T,
): readonly T[] {
  const read = (field: string, isStaged: boolean): T[] =>
    asArray(json[field] ?? [], `${what}, ${field}`).map((entry) =>
      parse(asObject(entry, `${what}, ${field}`), isStaged),
    );
  return [...read(usual, false), ...read(staged, true)];
}

function parseIndex(json: Fields, staged: boolean): IndexSchema {
  const name = asString(json["indexDescriptor"], "The name of an index");
  return { name, fields: asStrings(json["fields"], `The fields of index "${name}"`), staged };
}

function parseSearchIndex(json: Fields, staged: boolean): SearchIndexSchema {
  const name = asString(json["indexDescriptor"], "The name of a search index");
  return {
    name,
    searchField: asString(json["searchField"], `The search field of index "${name}"`),
    filterFields: asStrings(json["filterFields"] ?? [], `The filter fields of index "${name}"`),
    staged,
  };
}

function parseVectorIndex(json: Fields, staged: boolean): VectorIndexSchema {
  const name = asString(json["indexDescriptor"], "The name of a vector index");
  const dimensions = json["dimensions"] ?? json["dimension"];
  if (typeof dimensions !== "number")
    throw invalidSchema(`The dimensions of index "${name}" are not a number.`);
  return {
    name,
    vectorField: asString(json["vectorField"], `The vector field of index "${name}"`),
    dimensions,
    filterFields: asStrings(json["filterFields"] ?? [], `The filter fields of index "${name}"`),
    staged,
  };
}

function asObject(json: unknown, what: string): Fields {
  if (!isPlainObject(json)) throw invalidSchema(`${what} is not an object.`);
  return json;
}

function asArray(json: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(json)) throw invalidSchema(`${what} are not an array.`);
  return json;
}

function asString(json: unknown, what: string): string {
  if (typeof json !== "string") throw invalidSchema(`${what} is not a string.`);
  return json;
}

function asStrings(json: unknown, what: string): readonly string[] {
  const strings = asArray(json, what);
  if (!strings.every((entry) => typeof entry === "string")) throw invalidSchema(`${what} are not strings.`);
  return strings as readonly string[];
}

function invalidSchema(text: string): DatabaseError {
  return new DatabaseError("InvalidSchemaExport", text);
}

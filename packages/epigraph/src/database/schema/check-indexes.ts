import { checkIndexField, checkIndexName } from "../../values/names.ts";
import { DatabaseError } from "../database-error.ts";
import type { IndexSchema, TableSchema } from "./schema.ts";

/** Declared fields: with `_creationTime` behind them an index has at most 16. */
const MAX_INDEX_FIELDS = 15;
const MAX_FILTER_FIELDS = 16;
const MIN_DIMENSIONS = 2;
const MAX_DIMENSIONS = 4096;
/** All kinds together, staged ones included. */
const MAX_INDEXES_PER_TABLE = 64;

/**
 * Checks names, fields and numbers of a table's indexes.
 * @throws DatabaseError or ValueError.
 */
export function checkIndexes(table: TableSchema): void {
  const { indexes, searchIndexes, vectorIndexes } = table;
  const all = [...indexes, ...searchIndexes, ...vectorIndexes];
  const names = new Set<string>();
  for (const { name } of all) {
    checkIndexName(table.name, name);
    if (names.has(name)) {
      throw new DatabaseError(
        "IndexNamesNotUnique",
        `Table "${table.name}" has two or more definitions of index "${name}".`,
      );
    }
    names.add(name);
  }
  if (all.length > MAX_INDEXES_PER_TABLE) {
    throw new DatabaseError(
      "TooManyIndexes",
      `Table "${table.name}" cannot have more than ${MAX_INDEXES_PER_TABLE} indexes.`,
    );
  }
  for (const index of indexes) checkFields(table.name, index);
  checkDistinct(
    indexes,
    (index) => index.fields,
    (a, b) =>
      new DatabaseError(
        "IndexNotUnique",
        `In table "${table.name}" index "${a}" and index "${b}" have the same fields. Indexes must be unique within a table.`,
      ),
  );
  checkSearchIndexes(table);
  checkVectorIndexes(table);
}

function checkFields(table: string, index: IndexSchema): void {
  const { name, fields, staged } = index;
  if (fields.length === 0) {
    throw new DatabaseError(
      "EmptyIndex",
      `In table "${table}" ${staged ? "staged index" : "index"} "${name}" must have at least one field.`,
    );
  }
  if (fields.length > MAX_INDEX_FIELDS) {
    throw new DatabaseError("IndexTooManyFields", `Indexes may have up to ${MAX_INDEX_FIELDS + 1} fields.`);
  }
  const seen = new Set<string>();
  for (const field of fields) {
    checkIndexField(name, field);
    if (seen.has(field)) {
      throw new DatabaseError(
        "FieldsNotUniqueWithinIndex",
        `Duplicate field "${field}". Index fields must be unique within an index.`,
      );
    }
    seen.add(field);
  }
}

function checkSearchIndexes({ name: table, searchIndexes }: TableSchema): void {
  for (const { name, searchField, filterFields } of searchIndexes) {
    checkIndexField(name, searchField);
    checkFilterFields(name, filterFields);
  }
  checkDistinct(
    searchIndexes,
    (index) => [index.searchField, ...index.filterFields.toSorted()],
    (a, b) =>
      new DatabaseError(
        "SearchIndexFieldNotUnique",
        `In table "${table}" search index "${a}" and search index "${b}" have the same search field and filter fields. Search indexes must be unique within a table.`,
      ),
  );
}

function checkVectorIndexes({ name: table, vectorIndexes }: TableSchema): void {
  for (const { name, vectorField, dimensions, filterFields } of vectorIndexes) {
    checkIndexField(name, vectorField);
    checkFilterFields(name, filterFields);
    if (!Number.isInteger(dimensions) || dimensions < MIN_DIMENSIONS || dimensions > MAX_DIMENSIONS) {
      throw new DatabaseError(
        "InvalidVectorDimensionError",
        `Dimensions ${dimensions} must be between ${MIN_DIMENSIONS} and ${MAX_DIMENSIONS}.`,
      );
    }
  }
  checkDistinct(
    vectorIndexes,
    (index) => [index.vectorField, String(index.dimensions)],
    (a, b) =>
      new DatabaseError(
        "VectorIndexFieldNotUnique",
        `In table "${table}" vector index "${a}" and vector index "${b}" have the same vector field and dimensions. Vector indexes must be unique within a table.`,
      ),
  );
}

function checkFilterFields(index: string, fields: readonly string[]): void {
  if (fields.length > MAX_FILTER_FIELDS) {
    throw new DatabaseError(
      "IndexTooManyFilterFields",
      `Search indexes may have up to ${MAX_FILTER_FIELDS} filter fields.`,
    );
  }
  for (const field of fields) checkIndexField(index, field);
}

function checkDistinct<T extends { readonly name: string }>(
  indexes: readonly T[],
  identity: (index: T) => readonly string[],
  error: (a: string, b: string) => DatabaseError,
): void {
  const seen = new Map<string, string>();
  for (const index of indexes) {
    const key = JSON.stringify(identity(index));
    const other = seen.get(key);
    if (other !== undefined) throw error(other, index.name);
    seen.set(key, index.name);
  }
}

import type { CompiledValidator } from "../../values/validate.ts";
import type { ValidatorJSON } from "../../values/validator-json.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";

/** What an app says about its data, checked. */
export interface Schema {
  /** The text it was read from. */
  readonly json: string;
  /** Whether documents must match the validators of their tables. */
  readonly validation: boolean;
  readonly tables: ReadonlyMap<string, TableSchema>;
}

export interface TableSchema {
  readonly name: string;
  readonly documentType: ValidatorJSON;
  readonly validator: CompiledValidator;
  readonly indexes: readonly IndexSchema[];
  readonly searchIndexes: readonly SearchIndexSchema[];
  readonly vectorIndexes: readonly VectorIndexSchema[];
}

export interface IndexSchema {
  readonly name: string;
  /** Without the `_creationTime` that is added to each. */
  readonly fields: readonly string[];
  readonly staged: boolean;
}

export interface SearchIndexSchema {
  readonly name: string;
  readonly searchField: string;
  readonly filterFields: readonly string[];
  readonly staged: boolean;
}

export interface VectorIndexSchema {
  readonly name: string;
  readonly vectorField: string;
  readonly dimensions: number;
  readonly filterFields: readonly string[];
  readonly staged: boolean;
}

/** The validator that documents of a table must match, null when anything goes. */
export function enforcedValidator(schema: Schema | null, table: string): CompiledValidator | null {
  if (schema === null || !schema.validation) return null;
  return schema.tables.get(table)?.validator ?? null;
}

/** The index of a table that has the declared name and fields, whatever its state. */
export function findDeclaredIndex(table: Table, declared: IndexSchema): TableIndex | null {
  return table.indexes.find((index) => isSameIndex(index, declared)) ?? null;
}

/** What a schema says of an index of a table, null when it does not declare it. */
export function declarationOf(schema: Schema | null, table: Table, index: TableIndex): IndexSchema | null {
  const declared = schema?.tables.get(table.name)?.indexes ?? [];
  return declared.find((candidate) => isSameIndex(index, candidate)) ?? null;
}

function isSameIndex(index: TableIndex, declared: IndexSchema): boolean {
  return (
    index.name === declared.name &&
    index.fields.length === declared.fields.length &&
    index.fields.every((field, i) => field === declared.fields[i])
  );
}

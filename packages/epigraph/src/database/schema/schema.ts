import type { CompiledValidator } from "../../values/validate.ts";
import type { ValidatorJSON } from "../../values/validator-json.ts";

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

import type { IndexId, TableId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { CompiledValidator, ValidationContext } from "../../values/validate.ts";
import { SYSTEM_TABLES } from "./system-tables.ts";

export type IndexState = "backfilling" | "backfilled" | "enabled";

export interface IndexInfo {
  readonly rowId: string;
  readonly indexId: IndexId;
  readonly name: string;
  /** Declared field paths; `_creationTime` and the id follow in every key. */
  readonly fields: readonly string[];
  /** The same, split at dots. */
  readonly paths: readonly (readonly string[])[];
  readonly state: IndexState;
  readonly staged: boolean;
}

export interface TableInfo {
  readonly tableId: TableId;
  readonly name: string;
  readonly number: number;
  readonly component: string;
  readonly system: boolean;
  readonly indexes: readonly IndexInfo[];
  readonly byId: IndexInfo;
  readonly byCreationTime: IndexInfo;
}

export interface SchemaInfo {
  readonly id: string;
  /** The exported JSON text. */
  readonly text: string;
  readonly validation: boolean;
  readonly documents: ReadonlyMap<string, CompiledValidator>;
}

/** The code that runs: one push. */
export interface PushInfo {
  readonly id: string;
  readonly functions: FunctionTable;
  readonly httpRoutes: readonly { readonly path: string; readonly method: string }[] | null;
  readonly modules: readonly { readonly path: string; readonly hash: string }[];
  readonly importSeed: string;
  readonly importTimeMs: number;
}

export interface FunctionInfo {
  readonly udfType: "Query" | "Mutation" | "Action";
  readonly visibility: "public" | "internal" | null;
  readonly args: CompiledValidator | null;
  readonly returns: CompiledValidator | null;
}

/** By canonical path `dir/module.js:export`. */
export type FunctionTable = ReadonlyMap<string, FunctionInfo>;

export interface CatalogueParts {
  readonly ts: Ticks;
  readonly tables: readonly TableInfo[];
  readonly activeSchema: SchemaInfo | null;
  readonly push: PushInfo | null;
  readonly environment: ReadonlyMap<string, string>;
}

/** What a snapshot knows of tables, indexes, schema, code and environment. Immutable; one for each catalogue timestamp. */
export class Catalogue implements ValidationContext {
  readonly ts: Ticks;
  readonly activeSchema: SchemaInfo | null;
  readonly push: PushInfo | null;
  readonly environment: ReadonlyMap<string, string>;
  readonly tables: readonly TableInfo[];
  readonly #byName = new Map<string, TableInfo>();
  readonly #byNumber = new Map<number, TableInfo>();

  constructor(parts: CatalogueParts) {
    this.ts = parts.ts;
    this.activeSchema = parts.activeSchema;
    this.push = parts.push;
    this.environment = parts.environment;
    this.tables = [...SYSTEM_TABLE_INFOS, ...parts.tables];
    for (const table of this.tables) {
      this.#byName.set(table.name, table);
      this.#byNumber.set(table.number, table);
    }
  }

  table(name: string): TableInfo | null {
    return this.#byName.get(name) ?? null;
  }

  tableByNumber(number: number): TableInfo | null {
    return this.#byNumber.get(number) ?? null;
  }

  /** For `v.id`: private system tables look unknown to apps. */
  tableName(number: number): string | null {
    const table = this.#byNumber.get(number);
    return table === undefined || table.system ? null : table.name;
  }

  /** This catalogue with one more table, as the transaction that creates it sees it. */
  withTable(table: TableInfo): Catalogue {
    return new Catalogue({ ...this, tables: [...this.tables.filter((other) => !other.system), table] });
  }
}

export function indexInfo(
  rowId: string,
  indexId: IndexId,
  name: string,
  fields: readonly string[],
  state: IndexState,
  staged = false,
): IndexInfo {
  return { rowId, indexId, name, fields, paths: fields.map((field) => field.split(".")), state, staged };
}

const SYSTEM_TABLE_INFOS: readonly TableInfo[] = SYSTEM_TABLES.map((table) => {
  const indexes = table.indexes.map((index) =>
    indexInfo("", index.indexId, index.name, index.fields, "enabled"),
  );
  return {
    tableId: table.tableId,
    name: table.name,
    number: table.number,
    component: "",
    system: true,
    indexes,
    byId: indexes[0] as IndexInfo,
    byCreationTime: indexes[1] as IndexInfo,
  };
});

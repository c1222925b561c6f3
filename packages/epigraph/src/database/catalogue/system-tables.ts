import type { IndexId, TableId } from "../../store/store.ts";

export interface SystemTable {
  readonly tableId: TableId;
  readonly name: string;
  readonly number: number;
  readonly indexes: readonly {
    readonly indexId: IndexId;
    readonly name: string;
    readonly fields: readonly string[];
  }[];
}

function systemTable(
  place: number,
  name: string,
  indexes: Record<string, readonly string[]> = {},
): SystemTable {
  const all: [string, readonly string[]][] = [
    ["by_id", []],
    ["by_creation_time", []],
    ...Object.entries(indexes),
  ];
  return {
    tableId: place,
    name,
    number: 512 + place,
    indexes: all.map(([index, fields], i) => ({ indexId: place * 10 + i, name: index, fields })),
  };
}

/** Tables whose rows describe the deployment. Known in code, so that the first snapshot can be read at all. */
export const TABLES: SystemTable = systemTable(1, "_tables");
export const INDEXES: SystemTable = systemTable(2, "_indexes");
export const SCHEMAS: SystemTable = systemTable(3, "_schemas");
export const PUSHES: SystemTable = systemTable(4, "_pushes");
export const MODULES: SystemTable = systemTable(5, "_modules", { by_hash: ["hash"] });
export const ENVIRONMENT: SystemTable = systemTable(6, "_environment_variables", { by_name: ["name"] });

export const SYSTEM_TABLES: readonly SystemTable[] = [TABLES, INDEXES, SCHEMAS, PUSHES, MODULES, ENVIRONMENT];

/** Writing one of these changes what `Catalogue` holds. */
export const CATALOGUE_TABLES: ReadonlySet<TableId> = new Set(
  [TABLES, INDEXES, SCHEMAS, PUSHES, ENVIRONMENT].map((table) => table.tableId),
);

export const FIRST_USER_TABLE_ID = 1000;
export const FIRST_USER_INDEX_ID = 1000;
export const FIRST_USER_TABLE_NUMBER = 10_001;

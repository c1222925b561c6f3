import type { IndexId, TableId } from "../../store/store.ts";

export type IndexState = "backfilling" | "backfilled" | "enabled";

/** An index of a table, prepared for making keys. */
export interface TableIndex {
  readonly id: IndexId;
  readonly name: string;
  /** As declared: without the `_creationTime` that every index has behind its own fields. */
  readonly fields: readonly string[];
  /** Steps of the path of each part of the key in front of the internal id; empty for `by_id`. */
  readonly keyPaths: readonly (readonly string[])[];
  readonly state: IndexState;
  /** True for an index that is built but must not be used before the app says so. */
  readonly staged: boolean;
  /** The `_indexes` document; null for indexes that are known in code. */
  readonly documentId: string | null;
}

export interface Table {
  readonly id: TableId;
  readonly name: string;
  /** What the ids of its documents start with; unique in a namespace. */
  readonly number: number;
  /** Path of the component that owns it, `""` for the app itself. */
  readonly component: string;
  /** `aside`: nobody reads it, so nobody has to hear of what is written to it. */
  readonly access: "user" | "readOnly" | "private" | "aside";
  readonly byId: TableIndex;
  readonly byCreationTime: TableIndex;
  /** Every index that writes maintain, `byId` first. */
  readonly indexes: readonly TableIndex[];
  /** The `_tables` document; null for tables that are known in code. */
  readonly documentId: string | null;
}

export const BY_ID = "by_id";
export const BY_CREATION_TIME = "by_creation_time";

const CREATION_TIME_PATH: readonly string[] = ["_creationTime"];

export interface IndexDefinition {
  readonly id: IndexId;
  readonly name: string;
  readonly fields: readonly string[];
  readonly state: IndexState;
  readonly staged: boolean;
  readonly documentId: string | null;
}

export function makeIndex(definition: IndexDefinition): TableIndex {
  return { ...definition, keyPaths: keyPaths(definition) };
}

function keyPaths({ name, fields }: IndexDefinition): readonly (readonly string[])[] {
  if (name === BY_ID) return [];
  if (name === BY_CREATION_TIME) return [CREATION_TIME_PATH];
  return [...fields.map((field) => field.split(".")), CREATION_TIME_PATH];
}

/** The fields that a range on this index may name, in order; `_id` only breaks ties and comes last. */
export function rangeFields(index: TableIndex): readonly string[] {
  switch (index.name) {
    case BY_ID:
      return ["_id"];
    case BY_CREATION_TIME:
      return ["_creationTime", "_id"];
    default:
      return [...index.fields, "_creationTime", "_id"];
  }
}

export function makeTable(table: Omit<Table, "byId" | "byCreationTime">): Table {
  const system = (name: string): TableIndex => {
    const index = table.indexes.find((candidate) => candidate.name === name);
    if (index === undefined) throw new Error(`Table ${table.name} has no index ${name}`);
    return index;
  };
  const byId = system(BY_ID);
  return {
    ...table,
    byId,
    byCreationTime: system(BY_CREATION_TIME),
    indexes: [byId, ...table.indexes.filter((index) => index !== byId)],
  };
}

/** The index that queries mean by a name: the enabled one, where a redefined index exists twice, else the one to come. */
export function findIndex(table: Table, name: string): TableIndex | null {
  let pending: TableIndex | null = null;
  for (const index of table.indexes) {
    if (index.name !== name) continue;
    if (index.state === "enabled") return index;
    pending = index;
  }
  return pending;
}

import type { ChangedIndex, IndexDiff } from "../../database/schema/diff-indexes.ts";

/** An index as the official CLI knows it. */
export interface IndexJson {
  /** `table.index` */
  readonly name: string;
  readonly type: "database";
  /** With the `_creationTime` that every index has at its end. */
  readonly fields: readonly string[];
  readonly staged?: boolean;
}

export interface IndexDiffJson {
  readonly added_indexes: readonly IndexJson[];
  readonly removed_indexes: readonly IndexJson[];
  readonly enabled_indexes: readonly IndexJson[];
  readonly disabled_indexes: readonly IndexJson[];
}

export function indexDiffJson({ added, removed, enabled, disabled }: IndexDiff): IndexDiffJson {
  return {
    added_indexes: added.map(indexJson),
    removed_indexes: removed.map(indexJson),
    enabled_indexes: enabled.map(indexJson),
    disabled_indexes: disabled.map(indexJson),
  };
}

export function indexJson({ table, name, fields, staged }: ChangedIndex): IndexJson {
  const index = {
    name: `${table}.${name}`,
    type: "database",
    fields: [...fields, "_creationTime"],
  } as const;
  return staged ? { ...index, staged } : index;
}

import type { IndexSchema, Schema } from "./schema.ts";

/** An index that a change of the schema touches. */
export interface ChangedIndex extends IndexSchema {
  readonly table: string;
}

/** What the step from one schema to another does to database indexes. One with other fields is another index. */
export interface IndexDiff {
  readonly added: readonly ChangedIndex[];
  readonly removed: readonly ChangedIndex[];
  /** Were staged. */
  readonly enabled: readonly ChangedIndex[];
  /** Are staged now, and were not. */
  readonly disabled: readonly ChangedIndex[];
}

/** @param before and after null where the app has no schema. */
export function diffIndexes(before: Schema | null, after: Schema | null): IndexDiff {
  const [old, next] = [listIndexes(before), listIndexes(after)];
  const kept = [...next].flatMap(([key, index]) => {
    const was = old.get(key);
    return was === undefined ? [] : [{ was, index }];
  });
  return {
    added: [...next].filter(([key]) => !old.has(key)).map(([, index]) => index),
    removed: [...old].filter(([key]) => !next.has(key)).map(([, index]) => index),
    enabled: kept.filter(({ was, index }) => was.staged && !index.staged).map(({ index }) => index),
    disabled: kept.filter(({ was, index }) => !was.staged && index.staged).map(({ index }) => index),
  };
}

function listIndexes(schema: Schema | null): ReadonlyMap<string, ChangedIndex> {
  const indexes = new Map<string, ChangedIndex>();
  for (const { name: table, indexes: declared } of schema?.tables.values() ?? []) {
    for (const index of declared) {
      indexes.set(JSON.stringify([table, index.name, ...index.fields]), { table, ...index });
    }
  }
  return indexes;
}

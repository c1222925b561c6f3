import type { JSONValue } from "../values/value.ts";

export type { JSONValue };

/** Id of a document in `TableName`. A string at run time; the table is known to the compiler only. */
export type GenericId<TableName extends string> = string & { __tableName: TableName };

/**
 * Stands for the commit timestamp of the running mutation, as `ctx.db.vars.commitTs`. It can be stored and returned,
 * where it becomes an int64 of nanoseconds on commit, but not computed with.
 */
export declare abstract class CommitTsPlaceholder {
  private readonly isCommitTsPlaceholder: true;
  toString(): string;
  valueOf(): never;
}

/** Everything that can be stored, passed to functions and returned from them. */
export type Value =
  | null
  | bigint
  | number
  | boolean
  | string
  | ArrayBuffer
  | CommitTsPlaceholder
  | Value[]
  | { [key: string]: undefined | Value };

export type NumericValue = bigint | number;

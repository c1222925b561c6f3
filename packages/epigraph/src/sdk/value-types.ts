import { COMMIT_TS } from "../values/commit-ts.ts";
import type { JSONValue } from "../values/value.ts";

export type { JSONValue };

/** Id of a document in `TableName`. A string at run time; the table is known to the compiler only. */
export type GenericId<TableName extends string> = string & { __tableName: TableName };

declare const isCommitTsPlaceholder: unique symbol;

/**
 * Stands for the commit timestamp of the running mutation, as `ctx.db.vars.commitTs`. It can be stored and returned,
 * where it becomes an int64 of nanoseconds on commit, but not computed with.
 */
export interface CommitTsPlaceholder {
  readonly [isCommitTsPlaceholder]: true;
  toString(): string;
  valueOf(): never;
}

/** The class of the placeholder, for `instanceof`. */
export const CommitTsPlaceholder: abstract new () => CommitTsPlaceholder = /* @__PURE__ */ (() =>
  (COMMIT_TS as object).constructor as abstract new () => CommitTsPlaceholder)();

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

import { DatabaseError } from "../../database/database-error.ts";
import type { PageCursors } from "../../database/query/page-cursors.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { AdminRight } from "../runner/caller.ts";

export interface SystemQueryContext {
  readonly transaction: Transaction;
  /** Path of the component that is asked about, `""` for the app. */
  readonly component: string;
  /** Variables that the host sets, over those of the app. */
  readonly builtIn: Readonly<Record<string, string>>;
  readonly cursors: PageCursors;
}

/** A query that the host answers itself. */
export interface SystemQuery {
  /** What the caller's key has to allow. */
  readonly right: AdminRight;
  /**
   * @returns JSON text of the encoded result.
   * @throws DatabaseError for arguments that are wrong.
   */
  run(context: SystemQueryContext, args: ObjectValue): string;
}

export function textArgument(args: ObjectValue, name: string): string {
  const value = args[name];
  if (typeof value === "string") return value;
  throw new DatabaseError("InvalidArgument", `\`${name}\`: expected a string`);
}

export function objectArgument(args: ObjectValue, name: string): ObjectValue {
  const value = args[name];
  if (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ArrayBuffer)
  ) {
    return value as ObjectValue;
  }
  throw new DatabaseError("InvalidArgument", `\`${name}\`: expected an object`);
}

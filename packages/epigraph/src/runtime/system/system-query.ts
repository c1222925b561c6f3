import { writeAudit } from "../../database/audit/write-audit.ts";
import { type SystemTableName, systemTable } from "../../database/catalogue/system-tables.ts";
import type { KeyRange } from "../../database/commit-request.ts";
import { DatabaseError } from "../../database/database-error.ts";
import type { FunctionQueries } from "../../database/query/function-queries.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import type { ObjectValue, Value } from "../../values/value.ts";
import type { AdminRight } from "../runner/caller.ts";

/** All of an index. */
export const WHOLE_INDEX: KeyRange = { start: new Uint8Array(0), end: null };

export interface SystemQueryContext {
  readonly transaction: Transaction;
  /** Path of the component that is asked about, `""` for the app. */
  readonly component: string;
  /** Variables that the host sets, over those of the app. */
  readonly builtIn: Readonly<Record<string, string>>;
  /** Reads as functions of the app do, and pages as theirs: a page of another run ends where it ended. */
  readonly queries: FunctionQueries;
  /** Makes the token of an upload URL. */
  readonly uploadToken: (component: string, nowMs: number) => string;
  /** Name of the admin key that asks. */
  readonly author: string;
}

/** A query or mutation that the host answers itself. */
export interface SystemFunction {
  /** What the caller's key has to allow. */
  readonly right: AdminRight;
  /**
   * @returns JSON text of the encoded result.
   * @throws DatabaseError for arguments that are wrong.
   */
  run(context: SystemQueryContext, args: ObjectValue): string;
}

/**
 * Makes a query depend on everything in a system table that it knows through the catalogue. Of `_tables`, `_indexes` and
 * `_pushes` all of these depend anyway.
 */
export function dependOnSystemTable(transaction: Transaction, name: SystemTableName): void {
  transaction.addReadRange(systemTable(name).byId, WHOLE_INDEX);
}

/** Where the deployment is reached; operators may change it. */
export function hostVariable(
  { transaction, builtIn }: SystemQueryContext,
  name: "CONVEX_CLOUD_URL" | "CONVEX_SITE_URL",
): string {
  dependOnSystemTable(transaction, "_environment_variables");
  return builtIn[name] ?? "";
}

/** One that only reads. */
export type SystemQuery = SystemFunction;

/** One that writes, as a mutation of the app does: all of it or nothing. */
export type SystemMutation = SystemFunction;

/** Writes down what a mutation does, as part of it. @param action and what it was done to, in the platform's words. */
export function audit(
  { transaction, author }: SystemQueryContext,
  action: string,
  metadata: Readonly<Record<string, unknown>>,
): void {
  writeAudit(transaction, { author, action, metadata });
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

export function optionalTextArgument(args: ObjectValue, name: string): string | null {
  const value = args[name];
  if (value === undefined || value === null) return null;
  return textArgument(args, name);
}

export function listArgument(args: ObjectValue, name: string): readonly Value[] {
  const value = args[name];
  if (Array.isArray(value)) return value;
  throw new DatabaseError("InvalidArgument", `\`${name}\`: expected an array`);
}

import { isSystemTableName } from "../values/names.ts";
import type { CommitOutcome } from "./commit-request.ts";
import { DatabaseError } from "./database-error.ts";

const SYSTEM_DATA_TEXT =
  "Data read or written in this mutation changed while it was being run. Consider reducing the amount of data read by using indexed queries with selective index range expressions (https://docs.convex.dev/database/indexes/).";

/**
 * What the caller of a mutation is told when every attempt met a conflict.
 * @param source the mutation's own name, as in its commit requests.
 */
export function conflictError(
  outcome: Extract<CommitOutcome, { readonly type: "conflict" }>,
  source: string,
): DatabaseError {
  return new DatabaseError("OptimisticConcurrencyControlFailure", conflictText(outcome, source), {
    catchable: false,
  });
}

function conflictText(
  { table, documentId, source: other }: Extract<CommitOutcome, { readonly type: "conflict" }>,
  source: string,
): string {
  if (table !== null && isSystemTableName(table)) return SYSTEM_DATA_TEXT;
  const where = table === null ? "some table" : `the "${table}" table`;
  const who = other === source ? "Another call to this mutation" : `A call to "${other}"`;
  const what =
    other === null || documentId === null ? "" : ` ${who} changed the document with ID "${documentId}".`;
  return `Documents read from or written to ${where} changed while this mutation was being run and on every subsequent retry.${what} See https://docs.convex.dev/error#1`;
}

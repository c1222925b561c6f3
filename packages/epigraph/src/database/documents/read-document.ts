import { tryDecodeId } from "../../values/id.ts";
import type { TableNames } from "../catalogue/namespace.ts";
import { isSystemTable } from "../catalogue/system-tables.ts";
import { DatabaseError } from "../database-error.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { checkUserTable, findTarget } from "./document-target.ts";

/**
 * The text of a document, null when there is none or its table is unknown.
 * @param isSystem whether `ctx.db.system` was asked.
 * @throws DatabaseError `InvalidArgument`, `SystemTableError`, or a limit on reads.
 */
export function getDocument(
  transaction: Transaction,
  namespace: TableNames,
  id: unknown,
  tableName: string | undefined,
  isSystem: boolean,
): string | null {
  const target = findTarget(namespace, isSystem ? "db.system.get" : "db.get", id, tableName);
  if (target === null) return null;
  if (!isSystem) checkUserTable(target.table);
  else if (!isSystemTable(target.table)) {
    throw new DatabaseError("SystemTableError", "User tables cannot be accessed with db.system.");
  }
  return transaction.read(target.table, target.id, target.internalId)?.json ?? null;
}

/** The id if it is one of that table, else null; whether the document exists does not matter. */
export function normalizeId(namespace: TableNames, tableName: string, id: string): string | null {
  const decoded = tryDecodeId(id);
  if (decoded === null) return null;
  // Only the canonical form decodes, so there is nothing to write anew.
  return namespace.table(tableName)?.number === decoded.tableNumber ? id : null;
}

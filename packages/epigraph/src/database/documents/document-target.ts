import { decodeId } from "../../values/id.ts";
import type { TableNames } from "../catalogue/namespace.ts";
import { isSystemTable } from "../catalogue/system-tables.ts";
import type { Table } from "../catalogue/table.ts";
import { checkArgument, DatabaseError, invalidArgument } from "../database-error.ts";

/** A document that an operation names by its id. */
export interface DocumentTarget {
  readonly table: Table;
  readonly id: string;
  readonly internalId: Uint8Array;
}

/**
 * Finds what an id means; null when its table is unknown here.
 * @param operation as the developer knows it, `db.get`.
 * @param tableName the table that the caller named beside the id.
 * @throws DatabaseError `InvalidArgument` for a malformed id or one of another table than `tableName`.
 */
export function findTarget(
  namespace: TableNames,
  operation: string,
  id: unknown,
  tableName: string | undefined,
): DocumentTarget | null {
  if (typeof id !== "string") throw invalidArgument("id", operation, "Id must be a string");
  const { tableNumber, internalId } = checkArgument("id", operation, () => decodeId(id));
  const table = namespace.tableByNumber(tableNumber);
  if (table === null) return null;
  if (tableName !== undefined && tableName !== table.name) {
    throw invalidArgument(
      "id",
      operation,
      `expected to be an Id<"${tableName}">, got Id<"${table.name}"> instead.`,
    );
  }
  return { table, id, internalId };
}

/** @throws DatabaseError `SystemTableError`. */
export function checkUserTable(table: Table): void {
  if (isSystemTable(table)) {
    throw new DatabaseError("SystemTableError", "System tables can only be accessed with db.system.");
  }
}

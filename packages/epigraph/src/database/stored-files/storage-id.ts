import { tryDecodeId } from "../../values/id.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { invalidArgument } from "../database-error.ts";

/** What names a file: the id of its document, or the UUID of its URL. */
export type FileName =
  | { readonly type: "document"; readonly id: string }
  /** In lower case. */
  | { readonly type: "uuid"; readonly uuid: string };

const TABLE = systemTable("_storage");
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Null for what is no UUID. */
export function readUuid(text: string): FileName | null {
  return UUID.test(text) ? { type: "uuid", uuid: text.toLowerCase() } : null;
}

/**
 * Reads the id that app code named a file with.
 * @param operation as the developer knows it, `storage.getUrl`.
 * @throws DatabaseError `InvalidArgument`
 */
export function readStorageId(value: unknown, operation: string): FileName {
  const refuse = (reason: string): Error => invalidArgument("storageId", operation, reason);
  if (typeof value !== "string") throw refuse("Storage ID must be a string");
  const decoded = tryDecodeId(value);
  if (decoded?.tableNumber === TABLE.number) return { type: "document", id: value };
  if (decoded !== null) {
    throw refuse("Invalid storage ID. Storage ID cannot be an ID on any table other than '_storage'.");
  }
  const uuid = readUuid(value);
  if (uuid !== null) return uuid;
  throw refuse(
    `Invalid storage ID: "${value}". Storage ID should be an Id of '_storage' table, or a UUID string.`,
  );
}

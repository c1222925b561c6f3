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
  const name = findStorageId(value);
  if (name !== null) return name;
  if (tryDecodeId(value) !== null) {
    throw refuse("Invalid storage ID. Storage ID cannot be an ID on any table other than '_storage'.");
  }
  throw refuse(
    `Invalid storage ID: "${value}". Storage ID should be an Id of '_storage' table, or a UUID string.`,
  );
}

/** The file that a text names, an id or a UUID; null where it can't name any. */
export function findStorageId(text: string): FileName | null {
  return tryDecodeId(text)?.tableNumber === TABLE.number ? { type: "document", id: text } : readUuid(text);
}

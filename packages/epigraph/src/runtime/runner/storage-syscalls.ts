import { DatabaseError } from "../../database/database-error.ts";
import { deleteFile, factsOf, findFile, insertFile } from "../../database/stored-files/file-documents.ts";
import { newFileKey } from "../../database/stored-files/file-names.ts";
import { readStorageId } from "../../database/stored-files/storage-id.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { digestOf, mismatchText, readSha256 } from "../../files/content-digest.ts";
import type { UploadTokens } from "../../files/upload-tokens.ts";
import { base64ToBytes } from "../../values/base64.ts";

/** The argument of a syscall, parsed and otherwise unchecked. */
type Arguments = Readonly<Record<string, unknown>>;

/** Where a function that uses `ctx.storage` runs. */
export interface StoragePlace {
  readonly component: string;
  /** Public URL of the deployment, without a slash at its end. */
  readonly origin: string;
}

type Syscall = (transaction: Transaction, place: StoragePlace, args: Arguments) => unknown;

const PRINTABLE = /^[\x20-\x7e]*$/;

/** In every kind of function. */
const reads: ReadonlyMap<string, Syscall> = new Map<string, Syscall>([
  [
    "1.0/storageGetUrl",
    (transaction, { component, origin }, { storageId }) => {
      const file = findFile(transaction, component, readStorageId(storageId, "storage.getUrl"));
      if (file === null) return null;
      const inComponent = component === "" ? "" : `?component=${encodeURIComponent(component)}`;
      return `${origin}/api/storage/${file.uuid}${inComponent}`;
    },
  ],
  [
    "1.0/storageGetMetadata",
    (transaction, { component }, { storageId }) => {
      const file = findFile(transaction, component, readStorageId(storageId, "storage.getMetadata"));
      if (file === null) return null;
      const { sha256, size, contentType } = factsOf(transaction, file);
      const hex = Buffer.from(sha256, "base64").toString("hex");
      return { storageId: file.uuid, sha256: hex, size, contentType };
    },
  ],
]);

/** In mutations, and in transactions of their own in actions. */
const writes: ReadonlyMap<string, Syscall> = new Map<string, Syscall>([
  [
    "1.0/storageDelete",
    (transaction, { component }, { storageId }) => {
      const file = findFile(transaction, component, readStorageId(storageId, "storage.delete"));
      if (file === null) {
        throw new DatabaseError("StorageIdNotFound", `storage id ${storageId} not found`);
      }
      deleteFile(transaction, file);
      return null;
    },
  ],
]);

/** In mutations alone, where the bytes travel as text and are part of the transaction. */
const mutationWrites: ReadonlyMap<string, Syscall> = new Map<string, Syscall>([
  ["1.0/storageStore", (transaction, { component }, args) => storeBytes(transaction, component, args)],
  [
    "1.0/storageGet",
    (transaction, { component }, { storageId }) => {
      const file = findFile(transaction, component, readStorageId(storageId, "storage.get"));
      if (file === null) return null;
      const { size, contentType } = factsOf(transaction, file);
      transaction.usage.addFileRead(size);
      return { blob: Buffer.from(transaction.files.read(file.key)).toString("base64"), contentType };
    },
  ],
]);

/**
 * Runs a call of `ctx.storage` in a query or mutation.
 * @returns its result as JSON text; undefined when the name is none of these, or writes in a query.
 * @throws DatabaseError for what app code did wrong; FileBytesNeeded
 */
export function runStorageSyscall(
  transaction: Transaction,
  place: StoragePlace & { readonly isMutation: boolean; readonly tokens: UploadTokens },
  name: string,
  args: Arguments,
): string | undefined {
  if (place.isMutation && name === GENERATE_UPLOAD_URL) {
    return JSON.stringify(uploadUrl(place, place.tokens, transaction.nowMs));
  }
  const syscall =
    reads.get(name) ?? (place.isMutation ? (writes.get(name) ?? mutationWrites.get(name)) : undefined);
  return syscall === undefined ? undefined : JSON.stringify(syscall(transaction, place, args));
}

export const GENERATE_UPLOAD_URL = "1.0/storageGenerateUploadUrl";

export function uploadUrl({ origin, component }: StoragePlace, tokens: UploadTokens, nowMs: number): string {
  return `${origin}/api/storage/upload?token=${tokens.create(component, nowMs)}`;
}

/** What runs a call of `ctx.storage` of an action, which has a transaction of its own; undefined for any other name. */
export function findStorageOperation(
  name: string,
): { readonly isWrite: boolean; readonly run: Syscall } | undefined {
  const read = reads.get(name);
  if (read !== undefined) return { isWrite: false, run: read };
  const write = writes.get(name);
  return write === undefined ? undefined : { isWrite: true, run: write };
}

/** The digest that a caller of `storage.store` demands, in base64; null for none. @throws DatabaseError */
export function demandedSha256(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const sha256 = typeof value === "string" ? readSha256(value) : null;
  if (sha256 !== null) return sha256;
  throw new DatabaseError(
    "InvalidArgument",
    "Invalid argument `sha256` for `storage.store`: expected 32 bytes in base64 or hexadecimal digits",
  );
}

/** What is kept as a file's content type of what a Blob has as its type. @throws DatabaseError */
export function storedContentType(type: unknown): string | null {
  if (type === undefined || type === null || type === "") return null;
  if (typeof type === "string" && PRINTABLE.test(type)) return type;
  throw new DatabaseError(
    "InvalidArgument",
    "Invalid argument `contentType` for `storage.store`: expected printable ASCII characters",
  );
}

function storeBytes(
  transaction: Transaction,
  component: string,
  { blob, contentType, sha256 }: Arguments,
): string {
  const bytes = typeof blob === "string" ? base64ToBytes(blob) : null;
  if (bytes === null) {
    throw new DatabaseError(
      "InvalidArgument",
      "Invalid argument `blob` for `storage.store`: expected base64",
    );
  }
  transaction.usage.addFileWrite(bytes.length);
  const content = digestOf(bytes);
  const demanded = demandedSha256(sha256);
  if (demanded !== null && demanded !== content.sha256) {
    throw new DatabaseError("Sha256Mismatch", mismatchText(demanded, content.sha256));
  }
  const facts = { ...content, contentType: storedContentType(contentType) };
  const key = newFileKey(transaction);
  transaction.files.store(key, bytes);
  return insertFile(transaction, component, key, facts);
}

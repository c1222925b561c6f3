import type { Value } from "../../values/value.ts";
import type { SystemFields } from "../catalogue/catalogue-documents.ts";
import { DatabaseError } from "../database-error.ts";
import {
  deleteSystemDocument,
  findSystemDocuments,
  getSystemDocument,
  insertSystemDocument,
  patchSystemDocument,
} from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { newFileKey, newUuid } from "./file-names.ts";
import type { FileName } from "./storage-id.ts";

/** What is known of a file's content; a document of `_storage`, which apps see. */
export interface FileFacts {
  /** In base64. */
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  readonly contentType: string | null;
}

/**
 * Of a file's bytes:
 * - `writing`: they are on their way, and no file yet;
 * - `stored`: they belong to the file `storageId`;
 * - `deleted`: they belong to none, and can be removed once nobody reads them any more.
 */
export type FileState = "writing" | "stored" | "deleted";

/** A document of `_files`: bytes in the file store, and what they are to the database. */
export interface FileDocument {
  readonly state: FileState;
  /** Wall clock when it came into this state, in milliseconds. */
  readonly sinceMs: number;
  /** Under which the file store has the bytes. */
  readonly key: string;
  readonly component: string;
  /** Of the file's URL; null for what is no file yet. */
  readonly uuid: string | null;
  readonly storageId: string | null;
}

/** A file that is there. */
export interface StoredFile extends FileDocument, SystemFields {
  readonly uuid: string;
  readonly storageId: string;
}

/** To be committed before bytes are sent to the file store: so that they are found when nothing comes of it. */
export function beginFile(
  transaction: Transaction,
  component: string,
  key: string = newFileKey(transaction),
): { readonly id: string; readonly key: string } {
  const id = insertSystemDocument<FileDocument>(transaction, "_files", {
    state: "writing",
    sinceMs: transaction.nowMs,
    key,
    component,
    uuid: null,
    storageId: null,
  });
  return { id, key };
}

/**
 * Makes a file of bytes that are in the file store by now.
 * @param id what `beginFile` gave.
 * @returns the file's id.
 * @throws DatabaseError `FileLost` when they were taken for left behind, after hours.
 */
export function finishFile(transaction: Transaction, id: string, facts: FileFacts): string {
  const begun = getSystemDocument<FileDocument>(transaction, "_files", id);
  if (begun?.state !== "writing") throw new DatabaseError("FileLost", "Storing the file took too long");
  const storageId = insertSystemDocument(transaction, "_storage", facts);
  patchSystemDocument<FileDocument>(transaction, "_files", id, {
    state: "stored",
    sinceMs: transaction.nowMs,
    uuid: newUuid(transaction),
    storageId,
  });
  return storageId;
}

/**
 * Makes a file whose bytes must be in the file store, under the key, before the transaction is committed.
 * @returns the file's id.
 */
export function insertFile(
  transaction: Transaction,
  component: string,
  key: string,
  facts: FileFacts,
): string {
  const storageId = insertSystemDocument(transaction, "_storage", facts);
  insertSystemDocument<FileDocument>(transaction, "_files", {
    state: "stored",
    sinceMs: transaction.nowMs,
    key,
    component,
    uuid: newUuid(transaction),
    storageId,
  });
  return storageId;
}

/** The file of a name, null when the component has none. */
export function findFile(transaction: Transaction, component: string, name: FileName): StoredFile | null {
  const [index, value] = name.type === "uuid" ? ["by_uuid", name.uuid] : ["by_storage_id", name.id];
  const found = findSystemDocuments<FileDocument>(transaction, "_files", index as string, [value as Value]);
  const file = found.find((each) => each.state === "stored" && each.component === component);
  return (file as StoredFile | undefined) ?? null;
}

/** What apps see of a file that was found. */
export function factsOf(transaction: Transaction, { storageId }: StoredFile): FileFacts {
  const facts = getSystemDocument<FileFacts>(transaction, "_storage", storageId);
  if (facts === null) throw new Error(`The file ${storageId} has no document`);
  return facts;
}

/** From the commit on the file is gone. Its bytes go later. */
export function deleteFile(transaction: Transaction, { _id, storageId }: StoredFile): void {
  deleteSystemDocument(transaction, "_storage", storageId);
  patchSystemDocument<FileDocument>(transaction, "_files", _id, {
    state: "deleted",
    sinceMs: transaction.nowMs,
  });
}

import { encodeKey } from "../../values/index-key.ts";
import type { SystemFields } from "../catalogue/catalogue-documents.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { findIndex, type TableIndex } from "../catalogue/table.ts";
import {
  deleteSystemDocument,
  findSystemDocuments,
  patchSystemDocument,
} from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { FileDocument, FileState } from "./file-documents.ts";

const TABLE = systemTable("_files");
const BY_STATE = findIndex(TABLE, "by_state") as TableIndex;

/** Some of the documents that came into a state before an instant, the oldest first. */
export function findFilesSince(
  transaction: Transaction,
  state: FileState,
  { beforeMs, limit }: { readonly beforeMs: number; readonly limit: number },
): readonly (FileDocument & SystemFields)[] {
  const range = { start: encodeKey([state]), end: encodeKey([state, beforeMs]), order: "asc" as const };
  const scan = transaction.scan(TABLE, BY_STATE, range, limit);
  const found: (FileDocument & SystemFields)[] = [];
  for (let row = scan.next(); row !== null && found.length < limit; row = scan.next()) {
    found.push(JSON.parse(row.json) as FileDocument & SystemFields);
  }
  scan.close();
  return found;
}

/**
 * Gives up bytes that were on their way: they become `deleted`, unless a mutation has made a file of them, which has a
 * document of its own.
 * @returns whether they are nobody's, and can be removed.
 */
export function giveUpFile(
  transaction: Transaction,
  { id, key }: { readonly id: string; readonly key: string },
): boolean {
  const documents = findSystemDocuments<FileDocument>(transaction, "_files", "by_key", [key]);
  const begun = documents.find(({ _id }) => _id === id);
  // Given up before, when whoever writes them seemed to have gone: now that they are written they are in the way.
  if (begun === undefined) return documents.length === 0;
  if (begun.state !== "writing") return false;
  if (documents.length > 1) {
    deleteSystemDocument(transaction, "_files", id);
    return false;
  }
  const sinceMs = transaction.nowMs;
  patchSystemDocument<FileDocument>(transaction, "_files", id, { state: "deleted", sinceMs });
  return true;
}

/** The bytes are removed: nothing of them is left to be known. */
export function forgetFile(transaction: Transaction, id: string): void {
  deleteSystemDocument(transaction, "_files", id);
}

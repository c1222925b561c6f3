import type { Snapshot } from "../../store/store.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import type { AuditDocument, SystemFields } from "../catalogue/catalogue-documents.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { deleteSystemDocument, insertSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";

/** What was done, and with which key. */
export interface AuditEntry {
  /** Name of the key. */
  readonly author: string;
  /** In the platform's words: `update_environment_variable`. */
  readonly action: string;
  /** JSON without anything secret. */
  readonly metadata: object;
}

/** So many entries are kept: the oldest goes. */
export const MAX_AUDIT_ENTRIES = 10_000;
/** So many old ones go at once at most: the log has grown beyond its size by no more than writers that met. */
const MAX_REMOVED = 8;

/**
 * Writes down what a transaction does, as part of it. Entries are numbered, so that nobody has to count them; two that meet
 * may get the same number, for a log on whose end all depended would have all conflict.
 * @param maxEntries of which there may be a few more for a while.
 */
export function writeAudit(
  transaction: Transaction,
  { author, action, metadata }: AuditEntry,
  maxEntries: number = MAX_AUDIT_ENTRIES,
): void {
  const { snapshot, nowMs } = transaction;
  const number = (entriesAt(snapshot, "desc", 1)[0]?.number ?? 0) + 1;
  for (const old of entriesAt(snapshot, "asc", MAX_REMOVED)) {
    if ((old.number ?? 0) > number - maxEntries) break;
    deleteSystemDocument(transaction, "_audit_log", old._id);
  }
  insertSystemDocument<AuditDocument>(transaction, "_audit_log", {
    number,
    timeMs: nowMs,
    author,
    action,
    metadata: JSON.stringify(metadata),
  });
}

function entriesAt(
  snapshot: Snapshot,
  order: "asc" | "desc",
  count: number,
): readonly (AuditDocument & SystemFields)[] {
  const { byCreationTime } = systemTable("_audit_log");
  return snapshot
    .scan(byCreationTime.id, new Uint8Array(0), null, order, count)
    .map(({ document }) => decodeValue(JSON.parse(document.json)) as unknown as AuditDocument & SystemFields);
}

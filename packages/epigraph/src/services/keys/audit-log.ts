import type { AuditDocument } from "../../database/catalogue/catalogue-documents.ts";
import { systemTable } from "../../database/catalogue/system-tables.ts";
import type { Database } from "../../database/database.ts";
import { estimateTable } from "../../database/documents/estimate-table.ts";
import { deleteSystemDocument, insertSystemDocument } from "../../database/transaction/system-documents.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import type { ObjectValue } from "../../values/value.ts";

export interface AuditLogOptions {
  readonly database: Database;
  readonly nowMs: () => number;
  readonly maxEntries?: number;
}

const SOURCE = "audit log";
const MAX_ENTRIES = 10_000;
/** Old entries go in pieces: most entries cost nothing but themselves. */
const PIECE = 100;

/** What was done with admin keys. Bounded: the oldest goes. */
export class AuditLog {
  readonly #options: Required<AuditLogOptions>;
  #count: number | null = null;

  constructor(options: AuditLogOptions) {
    this.#options = { maxEntries: MAX_ENTRIES, ...options };
  }

  /**
   * Writes down what was done.
   * @param author name of the key.
   * @param metadata JSON without anything secret.
   */
  async record(author: string, action: string, metadata: object): Promise<void> {
    const { database, nowMs, maxEntries } = this.#options;
    this.#count ??= database.read(
      ({ snapshot }) => estimateTable(snapshot, systemTable("_audit_log")).documents,
    );
    const isFull = this.#count >= maxEntries;
    await database.write(SOURCE, (transaction) => {
      if (isFull) removeOldest(transaction);
      insertSystemDocument<AuditDocument>(transaction, "_audit_log", {
        timeMs: nowMs(),
        author,
        action,
        metadata: JSON.stringify(metadata),
      });
    });
    this.#count = isFull ? Math.max(0, this.#count - PIECE) + 1 : this.#count + 1;
  }
}

function removeOldest(transaction: Transaction): void {
  const { byCreationTime } = systemTable("_audit_log");
  const page = transaction.snapshot.scan(byCreationTime.id, new Uint8Array(0), null, "asc", PIECE);
  for (const { document } of page) {
    const { _id } = decodeValue(JSON.parse(document.json)) as ObjectValue;
    deleteSystemDocument(transaction, "_audit_log", _id as string);
  }
}

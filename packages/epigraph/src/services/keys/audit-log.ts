import { type AuditEntry, writeAudit } from "../../database/audit/write-audit.ts";
import type { Database } from "../../database/database.ts";

const SOURCE = "audit log";

/** What was done with admin keys, for what is no transaction that could write it down by itself. */
export class AuditLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Writes down what was done. */
  async record(
    author: AuditEntry["author"],
    action: AuditEntry["action"],
    metadata: AuditEntry["metadata"],
  ): Promise<void> {
    await this.#database.write(SOURCE, (transaction) =>
      writeAudit(transaction, { author, action, metadata }),
    );
  }
}

import { formatSize } from "../../values/size.ts";
import { DatabaseError } from "../database-error.ts";

const ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

export interface TransactionLimits {
  readonly documentsRead: number;
  readonly bytesRead: number;
  readonly databaseQueries: number;
  readonly documentsWritten: number;
  readonly bytesWritten: number;
}

export const DEFAULT_LIMITS: TransactionLimits = {
  documentsRead: 32_000,
  bytesRead: 16_777_216,
  databaseQueries: 4096,
  documentsWritten: 16_000,
  bytesWritten: 16_777_216,
};

/** Counts what a transaction used; nested calls share it. */
export class Usage {
  documentsRead = 0;
  bytesRead = 0;
  documentsWritten = 0;
  bytesWritten = 0;
  readonly limits: TransactionLimits;

  constructor(limits: TransactionLimits) {
    this.limits = limits;
  }

  read(bytes: number): void {
    this.documentsRead++;
    this.bytesRead += bytes;
    if (this.documentsRead > this.limits.documentsRead) {
      throw new DatabaseError(
        "TooManyDocumentsRead",
        `Too many documents read in a single function execution (limit: ${this.limits.documentsRead}). ${ADVICE}`,
      );
    }
    if (this.bytesRead > this.limits.bytesRead) {
      throw new DatabaseError(
        "TooManyBytesRead",
        `Too many bytes read in a single function execution (limit: ${this.limits.bytesRead} bytes). ${ADVICE}`,
      );
    }
  }

  checkRanges(intervals: number): void {
    if (intervals > this.limits.databaseQueries) {
      throw new DatabaseError(
        "TooManyReads",
        `Too many reads in a single function execution (limit: ${this.limits.databaseQueries}). ${ADVICE}`,
      );
    }
  }

  write(bytes: number): void {
    this.documentsWritten++;
    this.bytesWritten += bytes;
    if (this.documentsWritten > this.limits.documentsWritten) {
      throw new DatabaseError(
        "TooManyWrites",
        `Too many writes in a single function execution (limit: ${this.limits.documentsWritten})`,
      );
    }
    if (this.bytesWritten > this.limits.bytesWritten) {
      throw new DatabaseError(
        "TooManyBytesWritten",
        `Too many bytes written in a single function execution (limit: ${formatSize(this.limits.bytesWritten)})`,
      );
    }
  }
}

import { type DocumentMeasures, MAX_DOCUMENT_BYTES, MAX_DOCUMENT_NESTING } from "../../values/limits.ts";
import { formatSize } from "../../values/size.ts";
import { limitExceeded, limitNear, METERS, type UsageWarning } from "./limit-texts.ts";
import { type TransactionLimits, WARN_ABOVE } from "./transaction-limits.ts";

/** Arguments of one scheduled function that nobody warns of. */
const MAX_SCHEDULED_ARGS_BYTES = 4 * 1024 * 1024;

/** Counts what a transaction does against its limits. Counters grow first, then the limit is checked. */
export class Usage {
  documentsRead = 0;
  bytesRead = 0;
  documentsWritten = 0;
  bytesWritten = 0;
  functionsScheduled = 0;
  scheduledFunctionArgsBytes = 0;
  filesWritten = 0;
  fileWriteBytes = 0;
  filesRead = 0;
  fileReadBytes = 0;
  /** Kept by the read set: intervals can merge, so they can't be counted here. */
  databaseQueries = 0;
  #largestDocument = 0;
  #largestScheduledArgs = 0;
  #deepestDocument = 0;
  #limits: TransactionLimits;

  constructor(limits: TransactionLimits) {
    this.#limits = limits;
  }

  get limits(): TransactionLimits {
    return this.#limits;
  }

  /** @throws DatabaseError `TooManyDocumentsRead` or `TooManyBytesRead`. */
  addRead(bytes: number): void {
    this.documentsRead++;
    this.bytesRead += bytes;
    if (this.documentsRead > this.#limits.documentsRead)
      throw limitExceeded("documentsRead", this.#limits.documentsRead);
    if (this.bytesRead > this.#limits.bytesRead) throw limitExceeded("bytesRead", this.#limits.bytesRead);
  }

  /** @throws DatabaseError `TooManyReads`. */
  setDatabaseQueries(intervals: number): void {
    this.databaseQueries = intervals;
    if (intervals > this.#limits.databaseQueries)
      throw limitExceeded("databaseQueries", this.#limits.databaseQueries);
  }

  /** @throws DatabaseError `TooManyWrites` or `TooManyBytesWritten`. */
  addWrite(bytes: number): void {
    this.documentsWritten++;
    this.bytesWritten += bytes;
    if (this.documentsWritten > this.#limits.documentsWritten)
      throw limitExceeded("documentsWritten", this.#limits.documentsWritten);
    if (this.bytesWritten > this.#limits.bytesWritten)
      throw limitExceeded("bytesWritten", this.#limits.bytesWritten);
  }

  /** A document that is to be written, within its own limits. */
  addDocument({ size, nesting }: DocumentMeasures): void {
    if (size > this.#largestDocument) this.#largestDocument = size;
    if (nesting > this.#deepestDocument) this.#deepestDocument = nesting;
  }

  /** @throws DatabaseError `TooManyFunctionsScheduled` or `ScheduledFunctionsArgumentsTooLarge`. */
  addScheduledFunction(argsBytes: number): void {
    if (argsBytes > this.#largestScheduledArgs) this.#largestScheduledArgs = argsBytes;
    this.functionsScheduled++;
    this.scheduledFunctionArgsBytes += argsBytes;
    if (this.functionsScheduled > this.#limits.functionsScheduled)
      throw limitExceeded("functionsScheduled", this.#limits.functionsScheduled);
    if (this.scheduledFunctionArgsBytes > this.#limits.scheduledFunctionArgsBytes) {
      throw limitExceeded("scheduledFunctionArgsBytes", this.#limits.scheduledFunctionArgsBytes);
    }
  }

  /** @throws DatabaseError `TooManyFilesWritten` or `TooManyFileBytesWritten`. */
  addFileWrite(bytes: number): void {
    this.filesWritten++;
    this.fileWriteBytes += bytes;
    if (this.filesWritten > this.#limits.filesWritten)
      throw limitExceeded("filesWritten", this.#limits.filesWritten);
    if (this.fileWriteBytes > this.#limits.fileWriteBytes)
      throw limitExceeded("fileWriteBytes", this.#limits.fileWriteBytes);
  }

  /** @throws DatabaseError `TooManyFilesRead` or `TooManyFileBytesRead`. */
  addFileRead(bytes: number): void {
    this.filesRead++;
    this.fileReadBytes += bytes;
    if (this.filesRead > this.#limits.filesRead) throw limitExceeded("filesRead", this.#limits.filesRead);
    if (this.fileReadBytes > this.#limits.fileReadBytes)
      throw limitExceeded("fileReadBytes", this.#limits.fileReadBytes);
  }

  /**
   * Lowers the limits for a nested call: what is used so far plus the call's own budget, never above what holds now.
   * @returns puts back the limits that held before.
   */
  restrict(budget: Partial<TransactionLimits>): () => void {
    const before = this.#limits;
    const lowered: { -readonly [K in keyof TransactionLimits]: number } = { ...before };
    for (const meter of METERS) {
      const allowed = budget[meter];
      if (allowed !== undefined) lowered[meter] = Math.min(before[meter], this[meter] + allowed);
    }
    this.#limits = lowered;
    return () => {
      this.#limits = before;
    };
  }

  /** `{used, remaining}` of each limit, as `ctx.meta.getTransactionMetrics()` gives it; remaining may be negative. */
  metrics(): Record<keyof TransactionLimits, { used: number; remaining: number }> {
    const entries = METERS.toSorted().map((meter) => [
      meter,
      { used: this[meter], remaining: this.#limits[meter] - this[meter] },
    ]);
    return Object.fromEntries(entries) as ReturnType<Usage["metrics"]>;
  }

  /** What has come near its limit without passing it. */
  warnings(): readonly UsageWarning[] {
    const warnings: UsageWarning[] = [];
    for (const meter of METERS) {
      const limit = this.#limits[meter];
      if (this[meter] <= limit * WARN_ABOVE || this[meter] > limit) continue;
      warnings.push(limitNear(meter, this[meter], limit));
    }
    if (this.#largestScheduledArgs > MAX_SCHEDULED_ARGS_BYTES * WARN_ABOVE) {
      warnings.push({
        code: "warning:ScheduledFunctionsArgumentsTooLarge",
        text: `Large arguments of a scheduled function (actual: ${formatSize(this.#largestScheduledArgs)}, limit: ${formatSize(MAX_SCHEDULED_ARGS_BYTES)}). Going beyond the limit will be an error in the future.`,
      });
    }
    if (this.#largestDocument > MAX_DOCUMENT_BYTES * WARN_ABOVE) {
      warnings.push({
        code: "warning:ValueTooLargeError",
        text: `Value is large (actual: ${formatSize(this.#largestDocument)}, limit: ${formatSize(MAX_DOCUMENT_BYTES)}).`,
      });
    }
    if (this.#deepestDocument > MAX_DOCUMENT_NESTING * WARN_ABOVE) {
      warnings.push({
        code: "warning:TooNested",
        text: `Value is deeply nested (actual: ${this.#deepestDocument}, limit: ${MAX_DOCUMENT_NESTING}).`,
      });
    }
    return warnings;
  }
}

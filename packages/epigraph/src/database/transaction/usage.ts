import { type DocumentMeasures, MAX_DOCUMENT_BYTES, MAX_DOCUMENT_NESTING } from "../../values/limits.ts";
import { formatSize } from "../../values/size.ts";
import { DatabaseError } from "../database-error.ts";

/** What one execution, nested calls included, may read and write. */
export interface TransactionLimits {
  readonly documentsRead: number;
  readonly bytesRead: number;
  /** Disjoint intervals of index keys. */
  readonly databaseQueries: number;
  readonly documentsWritten: number;
  readonly bytesWritten: number;
  readonly functionsScheduled: number;
  readonly scheduledFunctionArgsBytes: number;
  /** Files that a mutation stores and reads, and their bytes. */
  readonly filesWritten: number;
  readonly fileWriteBytes: number;
  readonly filesRead: number;
  readonly fileReadBytes: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_TRANSACTION_LIMITS: TransactionLimits = {
  documentsRead: 32_000,
  bytesRead: 16 * MEBIBYTE,
  databaseQueries: 4_096,
  documentsWritten: 16_000,
  bytesWritten: 16 * MEBIBYTE,
  functionsScheduled: 1_000,
  scheduledFunctionArgsBytes: 16 * MEBIBYTE,
  filesWritten: 100,
  fileWriteBytes: 16 * MEBIBYTE,
  filesRead: 100,
  fileReadBytes: 16 * MEBIBYTE,
};

/** For the host's own transactions. */
export const UNLIMITED: TransactionLimits = {
  documentsRead: Infinity,
  bytesRead: Infinity,
  databaseQueries: Infinity,
  documentsWritten: Infinity,
  bytesWritten: Infinity,
  functionsScheduled: Infinity,
  scheduledFunctionArgsBytes: Infinity,
  filesWritten: Infinity,
  fileWriteBytes: Infinity,
  filesRead: Infinity,
  fileReadBytes: Infinity,
};

/** Arguments of one scheduled function that nobody warns of. */
const MAX_SCHEDULED_ARGS_BYTES = 4 * MEBIBYTE;

const READ_ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";
const FILE_ADVICE = " Consider storing and reading large files in actions, or through upload URLs.";
/** Part of a limit above which there is a warning. */
export const WARN_ABOVE = 0.8;

export interface UsageWarning {
  /** `warning:` and the code of the limit's error. */
  readonly code: string;
  readonly text: string;
}

interface LimitTexts {
  readonly code: string;
  /** What is too much or, in a warning, much. */
  readonly subject: string;
  readonly scope: string;
  readonly advice: string;
  show(amount: number): string;
}

const plain = (amount: number): string => String(amount);
const inFunction = "in a single function execution";

const TEXTS: Readonly<Record<keyof TransactionLimits, LimitTexts>> = {
  documentsRead: {
    code: "TooManyDocumentsRead",
    subject: "many documents read",
    scope: inFunction,
    advice: ` ${READ_ADVICE}`,
    show: plain,
  },
  bytesRead: {
    code: "TooManyBytesRead",
    subject: "many bytes read",
    scope: inFunction,
    advice: ` ${READ_ADVICE}`,
    show: (amount) => `${amount} bytes`,
  },
  databaseQueries: {
    code: "TooManyReads",
    subject: "many reads",
    scope: inFunction,
    advice: ` ${READ_ADVICE}`,
    show: plain,
  },
  documentsWritten: {
    code: "TooManyWrites",
    subject: "many writes",
    scope: inFunction,
    advice: "",
    show: plain,
  },
  bytesWritten: {
    code: "TooManyBytesWritten",
    subject: "many bytes written",
    scope: inFunction,
    advice: "",
    show: formatSize,
  },
  functionsScheduled: {
    code: "TooManyFunctionsScheduled",
    subject: "many functions scheduled",
    scope: "by this mutation",
    advice: "",
    show: plain,
  },
  scheduledFunctionArgsBytes: {
    code: "ScheduledFunctionsArgumentsTooLarge",
    subject: "large total size of the arguments of scheduled functions",
    scope: "from this mutation",
    advice: "",
    show: (amount) => `${amount} bytes`,
  },
  filesWritten: {
    code: "TooManyFilesWritten",
    subject: "many files stored",
    scope: inFunction,
    advice: FILE_ADVICE,
    show: plain,
  },
  fileWriteBytes: {
    code: "TooManyFileBytesWritten",
    subject: "many bytes of files stored",
    scope: inFunction,
    advice: FILE_ADVICE,
    show: formatSize,
  },
  filesRead: {
    code: "TooManyFilesRead",
    subject: "many files read",
    scope: inFunction,
    advice: FILE_ADVICE,
    show: plain,
  },
  fileReadBytes: {
    code: "TooManyFileBytesRead",
    subject: "many bytes of files read",
    scope: inFunction,
    advice: FILE_ADVICE,
    show: formatSize,
  },
};

const METERS = Object.keys(TEXTS) as (keyof TransactionLimits)[];

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
    if (this.documentsRead > this.#limits.documentsRead) throw this.#exceeded("documentsRead");
    if (this.bytesRead > this.#limits.bytesRead) throw this.#exceeded("bytesRead");
  }

  /** @throws DatabaseError `TooManyReads`. */
  setDatabaseQueries(intervals: number): void {
    this.databaseQueries = intervals;
    if (intervals > this.#limits.databaseQueries) throw this.#exceeded("databaseQueries");
  }

  /** @throws DatabaseError `TooManyWrites` or `TooManyBytesWritten`. */
  addWrite(bytes: number): void {
    this.documentsWritten++;
    this.bytesWritten += bytes;
    if (this.documentsWritten > this.#limits.documentsWritten) throw this.#exceeded("documentsWritten");
    if (this.bytesWritten > this.#limits.bytesWritten) throw this.#exceeded("bytesWritten");
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
    if (this.functionsScheduled > this.#limits.functionsScheduled) throw this.#exceeded("functionsScheduled");
    if (this.scheduledFunctionArgsBytes > this.#limits.scheduledFunctionArgsBytes) {
      throw this.#exceeded("scheduledFunctionArgsBytes");
    }
  }

  /** @throws DatabaseError `TooManyFilesWritten` or `TooManyFileBytesWritten`. */
  addFileWrite(bytes: number): void {
    this.filesWritten++;
    this.fileWriteBytes += bytes;
    if (this.filesWritten > this.#limits.filesWritten) throw this.#exceeded("filesWritten");
    if (this.fileWriteBytes > this.#limits.fileWriteBytes) throw this.#exceeded("fileWriteBytes");
  }

  /** @throws DatabaseError `TooManyFilesRead` or `TooManyFileBytesRead`. */
  addFileRead(bytes: number): void {
    this.filesRead++;
    this.fileReadBytes += bytes;
    if (this.filesRead > this.#limits.filesRead) throw this.#exceeded("filesRead");
    if (this.fileReadBytes > this.#limits.fileReadBytes) throw this.#exceeded("fileReadBytes");
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
      const { code, subject, scope, advice, show } = TEXTS[meter];
      warnings.push({
        code: `warning:${code}`,
        text: `${subject[0]?.toUpperCase()}${subject.slice(1)} ${scope} (actual: ${show(this[meter])}, limit: ${show(limit)}).${advice}`,
      });
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

  #exceeded(meter: keyof TransactionLimits): DatabaseError {
    const { code, subject, scope, advice, show } = TEXTS[meter];
    const limit = show(this.#limits[meter]);
    return new DatabaseError(
      code,
      `Too ${subject} ${scope} (limit: ${limit})${advice === "" ? "" : `.${advice}`}`,
    );
  }
}

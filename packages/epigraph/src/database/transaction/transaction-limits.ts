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

/** Part of a limit above which there is a warning. */
export const WARN_ABOVE = 0.8;

/** Primary result codes of SQLite that are told apart; extended codes carry more in their upper bits. */
export const SQLITE_PERMISSION = 3;
export const SQLITE_BUSY = 5;
export const SQLITE_READ_ONLY = 8;
export const SQLITE_IO_ERROR = 10;
export const SQLITE_CORRUPT = 11;
export const SQLITE_FULL = 13;
export const SQLITE_CANNOT_OPEN = 14;
export const SQLITE_CONSTRAINT = 19;
export const SQLITE_NOT_A_DATABASE = 26;

/** The primary result code of an error that SQLite reported, null for any other error. */
export function sqliteErrorCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : null;
}

/** Whether SQLite found a file to be no database, or one that contradicts itself. */
export function isCorruption(error: unknown): boolean {
  const code = sqliteErrorCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOT_A_DATABASE;
}

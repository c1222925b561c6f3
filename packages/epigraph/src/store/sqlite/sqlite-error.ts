/** Primary result codes of SQLite that are told apart; extended codes carry more in their upper bits. */
export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
export const SQLITE_FULL = 13;
export const SQLITE_CONSTRAINT = 19;
export const SQLITE_NOT_A_DATABASE = 26;

/** The primary result code of an error that SQLite reported, null for any other error. */
export function sqliteErrorCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : null;
}

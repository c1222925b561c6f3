import type { Transaction } from "../transaction/transaction.ts";

const RANDOM_BYTES = 16;

/** A key of the file store that was never used. */
export function newFileKey(transaction: Transaction): string {
  return Buffer.from(transaction.randomBytes(RANDOM_BYTES)).toString("hex");
}

/** Whoever knows it can fetch the file. Version 4 of RFC 9562. */
export function newUuid(transaction: Transaction): string {
  const bytes = Buffer.from(transaction.randomBytes(RANDOM_BYTES));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

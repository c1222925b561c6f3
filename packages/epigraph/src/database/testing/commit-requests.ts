import type { CommitRequest, KeyRange, TransactionWrite } from "../commit-request.ts";

/** The index that all of these read and write. */
export const INDEX = 1000;

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function point(text: string): KeyRange {
  return { start: bytes(text), end: bytes(`${text}\0`) };
}

/** A new document that stands at one key; its text is the key, padded. */
export function insertion(key: string, size = 10): TransactionWrite {
  return {
    tableId: 1000,
    tableName: "messages",
    documentId: key,
    previous: null,
    json: JSON.stringify(key.padEnd(size)),
    size,
    indexes: [{ index: INDEX, remove: null, add: bytes(key) }],
    touched: [{ index: INDEX, key: bytes(key) }],
  };
}

/** On a snapshot of `snapshotTs`, in a store whose catalogue was never changed. */
export function commitRequest(
  snapshotTs: number,
  ranges: readonly KeyRange[],
  writes: readonly TransactionWrite[],
  overrides: Partial<CommitRequest> = {},
): CommitRequest {
  return {
    snapshotTs,
    catalogueTs: 0,
    reads: ranges.length === 0 ? [] : [{ index: INDEX, ranges }],
    writes,
    backfill: [],
    changesCatalogue: false,
    source: "messages.js:send",
    notify: null,
    ...overrides,
  };
}

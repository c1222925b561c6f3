import { COMMIT_TS } from "../../values/commit-ts.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { commitTsOffsets, encodeKey } from "../../values/index-key.ts";
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
    commitTsOffsets: null,
  };
}

/** A new document that stands at the timestamp of its commit, behind a prefix. */
export function stampedInsertion(prefix: string, size = 30): TransactionWrite {
  const parts = [prefix, COMMIT_TS];
  const key = encodeKey(parts);
  const { indexes: _indexes, touched: _touched, ...rest } = insertion(prefix);
  return {
    ...rest,
    json: encodeValueToString(["".padEnd(size), COMMIT_TS]),
    indexes: [{ index: INDEX, remove: null, add: key }],
    touched: [{ index: INDEX, key }],
    commitTsOffsets: [commitTsOffsets(parts)],
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
    retry: null,
    ...overrides,
  };
}

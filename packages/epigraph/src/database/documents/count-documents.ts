import { keySuccessor } from "../../values/index-key.ts";
import type { TableNames } from "../catalogue/namespace.ts";
import type { KeyRange } from "../commit-request.ts";
import type { Transaction } from "../transaction/transaction.ts";

const PAGE_ROWS = 1024;
const FIRST_KEY: Uint8Array = new Uint8Array(0);
const WHOLE_INDEX: KeyRange = { start: FIRST_KEY, end: null };

/**
 * Number of documents of a table, own writes included; 0 for a table that does not exist. Depends on the whole table,
 * but counts as no read document: an app can't make it smaller.
 */
export function countDocuments(transaction: Transaction, namespace: TableNames, tableName: string): number {
  const table = namespace.table(tableName);
  if (table === null) return 0;
  transaction.addReadRange(table.byId, WHOLE_INDEX);
  let count = 0;
  for (const { base, version } of transaction.pendingDocuments(table)) {
    count += (version === null ? 0 : 1) - (base === null ? 0 : 1);
  }
  let start = FIRST_KEY;
  for (;;) {
    const page = transaction.snapshot.scan(table.byId.id, start, null, "asc", PAGE_ROWS);
    count += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) break;
    start = keySuccessor(last.key);
  }
  const source = { table, index: table.byId, range: WHOLE_INDEX, expressions: [], page: null };
  transaction.observer?.queryOpened(source, "asc")({ scanned: count, returned: 0, bytes: 0 });
  return count;
}

import type { IndexChange } from "../../store/store.ts";
import { compareBytes } from "../../values/index-key.ts";
import { textHoldsCommitTs } from "../../values/resolve-commit-ts.ts";
import { keyCommitTsOffsets } from "../catalogue/index-keys.ts";
import type { TouchedKey, TransactionWrite } from "../commit-request.ts";
import type { PendingDocument } from "./write-set.ts";

const NOWHERE: readonly number[] = [];

/**
 * The change of one document as the committer takes it; null when it ends as it began.
 * @param usesCommitTs whether the transaction has met the placeholder of its commit's timestamp.
 */
export function commitWrite(document: PendingDocument, usesCommitTs: boolean): TransactionWrite | null {
  const { table, id, internalId, base, version } = document;
  if (base === null && version === null) return null;
  if (base !== null && version !== null && base.version.json === version.json) return null;
  const oldKeys = base?.version.keys(table, internalId);
  const newKeys = version?.keys(table, internalId);
  const resolved = usesCommitTs && version !== null && textHoldsCommitTs(version.json) ? version : null;
  const commitTsOffsets: (readonly number[])[] | null = resolved === null ? null : [];
  const isRead = table.access !== "aside";
  const indexes: IndexChange[] = [];
  const touched: TouchedKey[] = [];
  for (let i = 0; i < table.indexes.length; i++) {
    const { id: index, state } = table.indexes[i]!;
    const remove = oldKeys?.[i] ?? null;
    const add = newKeys?.[i] ?? null;
    const offsets = resolved === null ? NOWHERE : keyCommitTsOffsets(table.indexes[i]!, resolved.value);
    // The body changed where the key did not: readers of the key are touched once, the store's entry stays. A key with
    // a placeholder is going to be another one, whatever it equals now.
    const isSame = remove !== null && add !== null && offsets.length === 0 && compareBytes(remove, add) === 0;
    if (isRead && remove !== null) touched.push({ index, key: remove });
    if (isRead && add !== null && !isSame) touched.push({ index, key: add });
    // In an index that is being filled it may be missing. Entered now, it spares the backfill a fight over the document.
    if (isSame && state !== "backfilling") continue;
    indexes.push({ index, remove, add });
    commitTsOffsets?.push(offsets);
  }
  return {
    tableId: table.id,
    tableName: table.name,
    documentId: id,
    previous: base === null ? null : { row: base.row, ts: base.ts },
    json: version?.json ?? null,
    size: version?.size ?? 0,
    indexes,
    touched,
    commitTsOffsets,
  };
}

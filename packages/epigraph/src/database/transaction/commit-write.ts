import type { IndexChange } from "../../store/store.ts";
import { compareBytes } from "../../values/index-key.ts";
import type { TouchedKey, TransactionWrite } from "../commit-request.ts";
import type { PendingDocument } from "./write-set.ts";

/** The change of one document as the committer takes it; null when it ends as it began. */
export function commitWrite(document: PendingDocument): TransactionWrite | null {
  const { table, id, internalId, base, version } = document;
  if (base === null && version === null) return null;
  if (base !== null && version !== null && base.version.json === version.json) return null;
  const oldKeys = base?.version.keys(table, internalId);
  const newKeys = version?.keys(table, internalId);
  const indexes: IndexChange[] = [];
  const touched: TouchedKey[] = [];
  for (let i = 0; i < table.indexes.length; i++) {
    const { id: index, state } = table.indexes[i]!;
    const remove = oldKeys?.[i] ?? null;
    const add = newKeys?.[i] ?? null;
    // The body changed where the key did not: readers of the key are touched once, the store's entry stays.
    const isSame = remove !== null && add !== null && compareBytes(remove, add) === 0;
    if (remove !== null) touched.push({ index, key: remove });
    if (add !== null && !isSame) touched.push({ index, key: add });
    // In an index that is being filled it may be missing. Entered now, it spares the backfill a fight over the document.
    if (isSame && state !== "backfilling") continue;
    indexes.push({ index, remove, add });
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
  };
}

import type { IndexId } from "../../store/store.ts";
import type { Database } from "../database.ts";
import { deleteSystemDocument } from "../transaction/system-documents.ts";

/**
 * Removes what is left of dropped indexes: their entries in the store, then their place in the catalogue. Reads of the
 * past may still use an index for as long as history is kept, so this runs later than that.
 * @param removeEntries deletes all entries of an index; only the store's writer can.
 */
export async function forgetDroppedIndexes(
  database: Database,
  removeEntries: (index: IndexId) => Promise<void>,
): Promise<void> {
  const dropped = database.read(({ catalogue }) => [...catalogue.droppedIndexes]);
  if (dropped.length === 0) return;
  for (const [index] of dropped) await removeEntries(index);
  await database.write("index removal", (transaction) => {
    for (const [, documentId] of dropped) deleteSystemDocument(transaction, "_indexes", documentId);
  });
}

import type { IndexId } from "../../store/store.ts";
import type { Database } from "../database.ts";
import { deleteSystemDocument } from "../transaction/system-documents.ts";

/** Indexes that nothing uses any more, with their `_indexes` documents. */
export type DroppedIndexes = readonly (readonly [index: IndexId, documentId: string])[];

/** The indexes that are dropped now and have not been forgotten. */
export function findDroppedIndexes(database: Database): DroppedIndexes {
  return database.read(({ catalogue }) => [...catalogue.droppedIndexes]);
}

/**
 * Removes what is left of dropped indexes: their entries in the store, then their place in the catalogue. Reads of the
 * past may still use an index for as long as history is kept after it was dropped: this must run later than that.
 * Interrupted, it can be done again.
 * @param removeEntries deletes all entries of an index; only the store's writer can.
 */
export async function forgetDroppedIndexes(
  database: Database,
  dropped: DroppedIndexes,
  removeEntries: (index: IndexId) => Promise<void>,
): Promise<void> {
  if (dropped.length === 0) return;
  for (const [index] of dropped) await removeEntries(index);
  await database.write("index removal", (transaction) => {
    for (const [, documentId] of dropped) deleteSystemDocument(transaction, "_indexes", documentId);
  });
}

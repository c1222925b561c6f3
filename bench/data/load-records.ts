import { documentKey } from "../../packages/epigraph/src/database/catalogue/index-keys.ts";
import type { Table, TableIndex } from "../../packages/epigraph/src/database/catalogue/table.ts";
import type {
  BackfillEntry,
  DocumentRow,
  DocumentWrite,
  Store,
  StoreCommit,
} from "../../packages/epigraph/src/store/store.ts";
import { encodeValueToString } from "../../packages/epigraph/src/values/encoded-json.ts";
import { encodeId } from "../../packages/epigraph/src/values/id.ts";
import { checkDocument } from "../../packages/epigraph/src/values/limits.ts";
import type { ObjectValue } from "../../packages/epigraph/src/values/value.ts";
import { createdMsAt, internalIdAt, positionsById, positionsByShuffled, recordAt } from "./records.ts";

/** Of documents or entries in one commit: large enough for its sync not to count. */
const COMMIT_SIZE = 10_000;

/**
 * Stores records at positions 0 to below `count` in a table that is empty, past transactions: documents in their order
 * with their entries by creation time, then the other indexes in theirs. Each page is written about once that way,
 * where records with all their entries would write to as many pages as they have indexes.
 */
export function loadRecords(store: Store, table: Table, count: number): void {
  const writer = store.openWriter();
  const firstTs = writer.lastTs + 1;
  const commit = (part: Pick<StoreCommit, "writes" | "backfill">): void => {
    writer.apply([{ ts: writer.lastTs + 1, changesCatalogue: false, ...part }]);
    while (!writer.maintain());
  };
  try {
    for (const positions of batches(range(count))) {
      commit({ writes: positions.map((position) => documentAt(table, position)), backfill: [] });
    }
    const firstRow = rowOfFirst(store, table);
    const entryAt = (index: TableIndex, position: number): BackfillEntry => ({
      index: index.id,
      key: documentKey(index, fieldsAt(position), internalIdAt(position)),
      row: firstRow + position,
      ts: firstTs + Math.floor(position / COMMIT_SIZE),
    });
    for (const index of table.indexes) {
      if (index === table.byCreationTime) continue;
      const ordered = index === table.byId ? positionsById(0, count) : positionsByShuffled(0, count);
      for (const positions of batches(ordered)) {
        commit({ writes: [], backfill: positions.map((position) => entryAt(index, position)) });
      }
    }
  } finally {
    writer.close();
  }
}

function documentAt(table: Table, position: number): DocumentWrite {
  const internalId = internalIdAt(position);
  const value = { ...fieldsAt(position), _id: encodeId(table.number, internalId) };
  const index = table.byCreationTime;
  return {
    tableId: table.id,
    previous: null,
    json: encodeValueToString(value),
    size: checkDocument(value).size,
    indexes: [{ index: index.id, remove: null, add: documentKey(index, value, internalId) }],
  };
}

function fieldsAt(position: number): ObjectValue {
  return { ...recordAt(position), _creationTime: createdMsAt(position) };
}

/** Rows are given in the order of inserts, without a gap within one process. */
function rowOfFirst(store: Store, table: Table): DocumentRow {
  const snapshots = store.openSnapshots();
  const snapshot = snapshots.open();
  try {
    const key = documentKey(table.byCreationTime, fieldsAt(0), internalIdAt(0));
    return snapshot.get(table.byCreationTime.id, key)!.row;
  } finally {
    snapshot.close();
    snapshots.close();
  }
}

function* range(count: number): Generator<number> {
  for (let position = 0; position < count; position++) yield position;
}

function* batches(positions: Iterable<number>): Generator<readonly number[]> {
  let batch: number[] = [];
  for (const position of positions) {
    batch.push(position);
    if (batch.length < COMMIT_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

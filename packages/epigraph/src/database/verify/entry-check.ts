import type { IndexId, StoreInspection, TableId } from "../../store/store.ts";
import { compareBytes } from "../../values/compare.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { documentKey } from "../catalogue/index-keys.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import { indexName, readDocument } from "./document-check.ts";

/**
 * Sentences on entries that no document asks for. A key leads to one document and holds its id, so where there are as
 * many entries as documents have found theirs, there is no other; only where there are more is the index read.
 * @param found how many entries of each index a document has found.
 * @param counts how many there are.
 */
export function* checkEntryCounts(
  inspection: StoreInspection,
  catalogue: Catalogue,
  tables: ReadonlyMap<TableId, Table>,
  found: ReadonlyMap<IndexId, number>,
  counts: ReadonlyMap<IndexId, number>,
): Generator<string> {
  const known = new Set<IndexId>(catalogue.droppedIndexes.keys());
  for (const table of tables.values()) {
    for (const index of table.indexes) {
      known.add(index.id);
      if ((counts.get(index.id) ?? 0) === (found.get(index.id) ?? 0)) continue;
      // A load that ended early leaves entries whose documents have not come.
      const mayLeadNowhere = catalogue.asideTables.has(table.id);
      yield* findStrays(inspection, tables, { table, index, mayLeadNowhere });
    }
  }
  for (const [index, count] of counts) {
    if (known.has(index)) continue;
    yield `${count} entries belong to index ${index}, which the catalogue does not have.`;
  }
}

interface Suspect {
  readonly table: Table;
  readonly index: TableIndex;
  readonly mayLeadNowhere: boolean;
}

function* findStrays(
  inspection: StoreInspection,
  tables: ReadonlyMap<TableId, Table>,
  { table, index, mayLeadNowhere }: Suspect,
): Generator<string> {
  const entry = `An entry of index ${indexName(table, index)}`;
  for (const { key, row } of inspection.entries(index.id)) {
    const stored = inspection.document(row);
    if (stored === null) {
      if (!mayLeadNowhere) yield `${entry} leads to document row ${row}, which does not exist.`;
      continue;
    }
    const read = readDocument(tables, stored);
    // The document itself has been told of.
    if (typeof read === "string") continue;
    if (read.table !== table) {
      yield `${entry} leads to a document of table "${read.table.name}".`;
    } else if (compareBytes(key, documentKey(index, read.value, read.internalId)) !== 0) {
      yield `${entry} leads to document "${String(read.value["_id"])}", which has another key there.`;
    }
  }
}

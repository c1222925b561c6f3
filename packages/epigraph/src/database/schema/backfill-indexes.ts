import { decodeValue } from "../../values/encoded-json.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { IndexDocument } from "../catalogue/catalogue-documents.ts";
import { documentKey } from "../catalogue/index-keys.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import type { Database } from "../database.ts";
import { DatabaseError } from "../database-error.ts";
import { patchSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { type SchemaProgressListener, shareOfIds } from "./schema-progress.ts";

const SOURCE = "index backfill";
const PAGE_ROWS = 256;
const FIRST_KEY: Uint8Array = new Uint8Array(0);

/** An index under construction, by names and identities: what it is now is looked up by each transaction. */
interface Wanted {
  readonly tableName: string;
  readonly indexName: string;
  readonly indexId: number;
}

/**
 * Fills the indexes of a component that are being built and that `select` accepts, then marks them as filled. Each
 * write enters its document into them from the commit that made them; documents that were there before are added here,
 * page by page in the order of ids. A page is a transaction that depends on the documents it adds: one that raced with
 * a write is done again, and then passes over what was written, for that has its entries. So no document stops it twice.
 * Interrupted, it starts anew and passes over what it has done.
 */
export async function backfillIndexes(
  database: Database,
  component: string,
  select: (table: Table, index: TableIndex) => boolean,
  onProgress: SchemaProgressListener,
): Promise<void> {
  const wanted = database.read(({ catalogue }) =>
    Array.from(catalogue.namespace(component).tables).flatMap((table) =>
      table.indexes
        .filter((index) => index.state === "backfilling" && select(table, index))
        .map((index): Wanted => ({ tableName: table.name, indexName: index.name, indexId: index.id })),
    ),
  );
  for (const index of wanted) await fill(database, component, index, onProgress);
  await database.write(SOURCE, (transaction) => {
    for (const each of wanted) {
      const index = findBackfilling(transaction, component, each)?.index;
      if (index?.documentId === null || index?.documentId === undefined) continue;
      patchSystemDocument<IndexDocument>(transaction, "_indexes", index.documentId, { state: "backfilled" });
    }
  });
}

/** Fills the staged indexes of all components, for which no push waits. */
export async function backfillStagedIndexes(database: Database): Promise<void> {
  const components = database.read(({ catalogue }) => [...catalogue.namespaces.keys()]);
  for (const component of components) {
    await backfillIndexes(
      database,
      component,
      (_table, index) => index.staged,
      () => {},
    );
  }
}

async function fill(
  database: Database,
  component: string,
  wanted: Wanted,
  onProgress: SchemaProgressListener,
): Promise<void> {
  let start: Uint8Array | null = FIRST_KEY;
  let rows = PAGE_ROWS;
  let documents = 0;
  while (start !== null) {
    const from: Uint8Array = start;
    let page: PageResult;
    try {
      page = await database.write(SOURCE, (transaction) => {
        const found = findBackfilling(transaction, component, wanted);
        return found === null ? NO_PAGE : fillPage(transaction, found.table, found.index, from, rows);
      });
    } catch (error) {
      // A part of the table that is written to all the time is taken in smaller bites.
      if (!isConflict(error) || rows === 1) throw error;
      rows = Math.max(1, rows >> 2);
      continue;
    }
    rows = Math.min(rows * 2, PAGE_ROWS);
    documents += page.documents;
    start = page.next;
    if (documents === 0) continue;
    const { tableName: table, indexName: index } = wanted;
    const share = start === null ? 1 : shareOfIds(start);
    onProgress({ step: "fillingIndex", table, index, documents, share });
  }
}

interface PageResult {
  readonly documents: number;
  /** Where the next page starts, null at the end. */
  readonly next: Uint8Array | null;
}

/** Of an index that is gone, or that somebody else has filled. */
const NO_PAGE: PageResult = { documents: 0, next: null };

function fillPage(
  transaction: Transaction,
  table: Table,
  index: TableIndex,
  start: Uint8Array,
  rows: number,
): PageResult {
  const { snapshot } = transaction;
  const page = snapshot.scan(table.byId.id, start, null, "asc", rows);
  for (const { key: internalId, document } of page) {
    const value = decodeValue(JSON.parse(document.json)) as ObjectValue;
    const key = documentKey(index, value, internalId);
    // A document written since the index was made has its entry, and every write to come keeps it.
    if (snapshot.get(index.id, key) !== null) continue;
    transaction.addReadRange(table.byId, { start: internalId, end: keySuccessor(internalId) });
    transaction.addBackfill({ index: index.id, key, row: document.row, ts: document.ts });
  }
  const last = page.length < rows ? undefined : page.at(-1);
  return { documents: page.length, next: last === undefined ? null : keySuccessor(last.key) };
}

function findBackfilling(
  { catalogue }: Transaction,
  component: string,
  { tableName, indexId }: Wanted,
): { readonly table: Table; readonly index: TableIndex } | null {
  const table = catalogue.namespace(component).table(tableName);
  const index = table?.indexes.find(({ id }) => id === indexId);
  return table === null || index?.state !== "backfilling" ? null : { table, index };
}

function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === "OptimisticConcurrencyControlFailure";
}

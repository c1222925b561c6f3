import assert from "node:assert/strict";
import type { IndexId, Snapshot, StoredDocument } from "../../store/store.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { documentKey } from "../catalogue/index-keys.ts";
import type { Table, TableIndex } from "../catalogue/table.ts";
import { enforcedValidator } from "../schema/schema.ts";

const PAGE_ROWS = 512;

export interface CheckOptions {
  /** A snapshot of the past: entries of an index that is being filled are not promised to be found by it. */
  readonly isPast?: boolean;
}

/**
 * Asserts what holds at every instant: a filled index has exactly the keys of the documents, one that is being filled
 * no others; and every document matches the active schema, and a pending one that is validated.
 */
export function checkIndexesAndDocuments(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { isPast = false }: CheckOptions = {},
): void {
  for (const namespace of catalogue.namespaces.values()) {
    const { activeSchema, pendingSchema } = namespace;
    const validated = pendingSchema?.state === "validated" ? pendingSchema : null;
    for (const table of namespace.tables) {
      const documents = readTable(snapshot, table);
      for (const stored of [activeSchema, validated]) {
        const validator = enforcedValidator(stored?.schema ?? null, table.name);
        for (const { value } of documents.values()) {
          const { _id, _creationTime, ...fields } = value;
          const failure = validator?.check(fields, namespace) ?? null;
          assert.equal(failure, null, `${_id} of ${table.name}, ${stored?.state} schema: ${failure?.text}`);
        }
      }
      for (const index of table.indexes) {
        if (!isPast || index.state === "enabled") checkIndex(snapshot, table, index, documents);
      }
    }
  }
}

/** Every entry of an index, whatever the catalogue says of it. */
export function* scanEntries(
  snapshot: Snapshot,
  index: IndexId,
): Generator<{ readonly key: Uint8Array; readonly document: StoredDocument }> {
  let start: Uint8Array = new Uint8Array(0);
  for (;;) {
    const page = snapshot.scan(index, start, null, "asc", PAGE_ROWS);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    start = keySuccessor(last.key);
  }
}

interface FoundDocument {
  readonly internalId: Uint8Array;
  readonly json: string;
  readonly value: ObjectValue;
}

function readTable(snapshot: Snapshot, table: Table): ReadonlyMap<number, FoundDocument> {
  const documents = new Map<number, FoundDocument>();
  for (const { key, document } of scanEntries(snapshot, table.byId.id)) {
    const value = decodeValue(JSON.parse(document.json)) as ObjectValue;
    documents.set(document.row, { internalId: key, json: document.json, value });
  }
  return documents;
}

function checkIndex(
  snapshot: Snapshot,
  table: Table,
  index: TableIndex,
  documents: ReadonlyMap<number, FoundDocument>,
): void {
  const what = `${table.name}.${index.name} (${index.id}, ${index.state})`;
  let entries = 0;
  for (const { key, document } of scanEntries(snapshot, index.id)) {
    const found = documents.get(document.row);
    assert.notEqual(found, undefined, `${what} leads to a document that is not there: ${document.json}`);
    const { value, internalId, json } = found as FoundDocument;
    assert.equal(document.json, json, `${what} leads to another version`);
    assert.deepEqual(
      Buffer.from(key),
      Buffer.from(documentKey(index, value, internalId)),
      `${what} has a key that is not that of ${json}`,
    );
    entries++;
  }
  if (index.state === "backfilling") return;
  assert.equal(entries, documents.size, `${what} has ${entries} entries for ${documents.size} documents`);
}

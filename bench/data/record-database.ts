import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { Catalogue } from "../../packages/epigraph/src/database/catalogue/catalogue.ts";
import { CatalogueCache } from "../../packages/epigraph/src/database/catalogue/catalogue-cache.ts";
import type { Table } from "../../packages/epigraph/src/database/catalogue/table.ts";
import { Committer } from "../../packages/epigraph/src/database/committer/committer.ts";
import { Database } from "../../packages/epigraph/src/database/database.ts";
import { SchemaChange } from "../../packages/epigraph/src/database/schema/schema-change.ts";
import { SqliteStore } from "../../packages/epigraph/src/store/sqlite/sqlite-store.ts";
import { encodeId } from "../../packages/epigraph/src/values/id.ts";
import { loadRecords } from "./load-records.ts";
import { internalIdAt } from "./records.ts";

/** The component that is the app itself. */
export const ROOT = "";
const SCHEMA = new URL("../database-app/convex/schema.ts", import.meta.url).href;

/** Makes a data folder that holds the schema of `bench/database-app` and so many records. */
export async function makeRecordStore(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const store = new SqliteStore(folder);
  const snapshots = store.openSnapshots();
  const committer = new Committer(store.openWriter(), { nowMs: Date.now });
  const database = new Database({
    snapshots,
    committer,
    nowMs: Date.now,
    random: randomBytes,
    sleep: async () => {},
  });
  const change = new SchemaChange(database, ROOT, await exportSchema());
  await change.prepare();
  await database.write("push", (transaction) => change.activate(transaction));
  const snapshot = snapshots.open();
  const table = recordTable(new CatalogueCache().get(snapshot));
  snapshot.close();
  snapshots.close();
  committer.close();
  loadRecords(store, table, count);
}

export function recordTable(catalogue: Catalogue): Table {
  const table = catalogue.namespace(ROOT).table("records");
  if (table === null) throw new Error("The folder holds no table of records.");
  return table;
}

/** The id of the record at a position. */
export function recordId(table: Table, position: number): string {
  return encodeId(table.number, internalIdAt(position));
}

/** The schema as a push of the app brings it; the SDK's types don't show the method. */
async function exportSchema(): Promise<string> {
  const { default: schema } = (await import(SCHEMA)) as { readonly default: { export(): string } };
  return schema.export();
}

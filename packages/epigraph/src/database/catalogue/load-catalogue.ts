import type { Snapshot } from "../../store/store.ts";
import { parseDocumentValidator } from "../../values/document-validator.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { type CompiledValidator, compileValidator } from "../../values/validate.ts";
import { parseValidator } from "../../values/validator-json.ts";
import {
  Catalogue,
  type FunctionInfo,
  type IndexInfo,
  indexInfo,
  type PushInfo,
  type SchemaInfo,
  type TableInfo,
} from "./catalogue.ts";
import { ENVIRONMENT, INDEXES, PUSHES, SCHEMAS, type SystemTable, TABLES } from "./system-tables.ts";

/** Rows of the system tables, as pushes, schema changes and the environment service write them. */
export interface TableRow {
  readonly _id: string;
  readonly tableId: number;
  readonly name: string;
  readonly number: number;
  readonly component: string;
}
export interface IndexRow {
  readonly _id: string;
  readonly indexId: number;
  readonly tableId: number;
  readonly name: string;
  readonly fields: readonly string[];
  readonly state: IndexInfo["state"];
  readonly staged: boolean;
}
export interface SchemaRow {
  readonly _id: string;
  readonly component: string;
  readonly schema: string;
}
export interface PushRow {
  readonly _id: string;
  readonly component: string;
  /** JSON text: module path to its analysed functions. */
  readonly functions: string;
  readonly httpRoutes: string | null;
  readonly modules: readonly { readonly path: string; readonly hash: string }[];
  readonly importSeed: string;
  readonly importTimeMs: number;
}
export interface EnvironmentRow {
  readonly _id: string;
  readonly name: string;
  readonly value: string;
}

interface AnalysedFunction {
  readonly name: string;
  readonly udfType: FunctionInfo["udfType"];
  readonly visibility: FunctionInfo["visibility"];
  readonly args: string | null;
  readonly returns: string | null;
}

const PAGE = 1000;

/** Builds the catalogue that a snapshot sees. Costs what the catalogue holds, so callers cache it by `catalogueTs`. */
export function loadCatalogue(snapshot: Snapshot): Catalogue {
  const indexes = Map.groupBy(systemRows<IndexRow>(snapshot, INDEXES), (row) => row.tableId);
  const push = systemRows<PushRow>(snapshot, PUSHES).at(-1);
  return new Catalogue({
    ts: snapshot.catalogueTs,
    tables: systemRows<TableRow>(snapshot, TABLES).map((row) =>
      tableInfo(row, indexes.get(row.tableId) ?? []),
    ),
    activeSchema: schemaInfo(systemRows<SchemaRow>(snapshot, SCHEMAS).at(-1)),
    push: push === undefined ? null : pushInfo(push),
    environment: new Map(
      systemRows<EnvironmentRow>(snapshot, ENVIRONMENT).map((row) => [row.name, row.value]),
    ),
  });
}

/** The catalogue of the newest snapshots, built once for each catalogue timestamp. */
export class CatalogueCache {
  #newest: Catalogue | null = null;

  get(snapshot: Snapshot): Catalogue {
    if (this.#newest !== null && this.#newest.ts === snapshot.catalogueTs) return this.#newest;
    const catalogue = loadCatalogue(snapshot);
    if (this.#newest === null || catalogue.ts > this.#newest.ts) this.#newest = catalogue;
    return catalogue;
  }
}

/** All rows of a system table, oldest first. */
export function systemRows<Row>(snapshot: Snapshot, table: SystemTable): Row[] {
  const byCreationTime = (table.indexes[1] as { indexId: number }).indexId;
  const found: Row[] = [];
  let start: Uint8Array = new Uint8Array(0);
  for (;;) {
    const page = snapshot.scan(byCreationTime, start, null, "asc", PAGE);
    for (const entry of page) found.push(JSON.parse(entry.document.json) as Row);
    if (page.length < PAGE) return found;
    start = keySuccessor((page[page.length - 1] as { key: Uint8Array }).key);
  }
}

function tableInfo(row: TableRow, indexRows: readonly IndexRow[]): TableInfo {
  const indexes = indexRows.map((index) =>
    indexInfo(index._id, index.indexId, index.name, index.fields, index.state, index.staged),
  );
  const named = (name: string): IndexInfo => {
    const index = indexes.find((candidate) => candidate.name === name);
    if (index === undefined)
      throw new Error(`Table ${row.name} has no index ${name}: the catalogue is damaged, restore a backup.`);
    return index;
  };
  return {
    tableId: row.tableId,
    name: row.name,
    number: row.number,
    component: row.component,
    system: false,
    indexes,
    byId: named("by_id"),
    byCreationTime: named("by_creation_time"),
  };
}

function schemaInfo(row: SchemaRow | undefined): SchemaInfo | null {
  if (row === undefined) return null;
  const json = JSON.parse(row.schema) as {
    schemaValidation?: boolean;
    tables: { tableName: string; documentType?: unknown }[];
  };
  const documents = new Map<string, CompiledValidator>();
  for (const table of json.tables) {
    documents.set(
      table.tableName,
      compileValidator(parseDocumentValidator(table.documentType ?? { type: "any" })),
    );
  }
  return { id: row._id, text: row.schema, validation: json.schemaValidation === true, documents };
}

function pushInfo(row: PushRow): PushInfo {
  const functions = new Map<string, FunctionInfo>();
  for (const [path, list] of Object.entries(
    JSON.parse(row.functions) as Record<string, AnalysedFunction[]>,
  )) {
    for (const { name, udfType, visibility, args, returns } of list) {
      functions.set(`${path}:${name}`, {
        udfType,
        visibility,
        args: validator(args),
        returns: validator(returns),
      });
    }
  }
  return {
    id: row._id,
    functions,
    httpRoutes: row.httpRoutes === null ? null : (JSON.parse(row.httpRoutes) as PushInfo["httpRoutes"]),
    modules: row.modules,
    importSeed: row.importSeed,
    importTimeMs: row.importTimeMs,
  };
}

function validator(text: string | null): CompiledValidator | null {
  if (text === null) return null;
  const json: unknown = JSON.parse(text);
  return json === null ? null : compileValidator(parseValidator(json));
}

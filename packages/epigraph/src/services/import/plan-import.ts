import type { Namespace } from "../../database/catalogue/namespace.ts";
import { FIRST_USER_TABLE_NUMBER } from "../../database/catalogue/system-tables.ts";
import type { Table } from "../../database/catalogue/table.ts";
import type { Database } from "../../database/database.ts";
import { estimateTable } from "../../database/documents/estimate-table.ts";
import { tryDecodeId } from "../../values/id.ts";
import { ImportError } from "./import-error.ts";
import type { FileSource } from "./import-files.ts";
import type { ImportRequest } from "./import-request.ts";
import type { ImportSource, TableSource } from "./import-source.ts";
import { findReference } from "./schema-facts.ts";

/** The component that imports go to: the app itself. */
export const ROOT = "";

/** What becomes of one table. */
export interface TablePlan {
  readonly name: string;
  /** `append`: rows are added to it; `swap`: another table takes its place; `drop`: it goes. */
  readonly step: "append" | "swap" | "drop";
  /** Null for a table that becomes empty, or goes. */
  readonly source: TableSource | null;
  /** Of the table afterwards. */
  readonly number: number;
  /** The table of that name as it was found; null when there was none. */
  readonly existing: Table | null;
  readonly created: number;
  /** Of a large table about. */
  readonly deleted: number;
}

export interface ImportPlan {
  readonly tables: readonly TablePlan[];
  /** Documents of the schemas that rows are checked against: the active one and one that is being pushed. */
  readonly schemaIds: readonly (string | null)[];
  readonly files: readonly FileSource[];
}

/** What one look through the data has found. */
interface Counted {
  readonly source: TableSource;
  readonly rows: number;
  /** From the first row that has an id. */
  readonly number: number | null;
}

/**
 * Looks through an import and decides what to do, without doing it.
 * @throws ImportError for what can't be imported as it is asked for.
 */
export async function planImport(
  database: Database,
  request: ImportRequest,
  source: ImportSource,
): Promise<ImportPlan> {
  const counted: Counted[] = [];
  for (const table of source.tables) counted.push(await count(table));
  return database.read(({ catalogue, snapshot }) => {
    const namespace = catalogue.namespace(ROOT);
    const size = (table: Table | null): number =>
      table === null ? 0 : estimateTable(snapshot, table).documents;
    const imported = new Map(counted.map((table) => [table.source.name, table]));
    const numbers = assignNumbers(namespace, request, source.numbers, counted);
    const tables: TablePlan[] = counted.map(({ source: table, rows }) => {
      const existing = namespace.table(table.name);
      const deleted = size(existing);
      if (request.mode === "requireEmpty" && deleted > 0) throw tableExists(table.name);
      if (request.mode !== "append") refuseBackfilling(existing);
      const isAppended = request.mode === "append";
      return {
        name: table.name,
        step: isAppended ? "append" : "swap",
        source: table,
        number: numbers.get(table.name) as number,
        existing,
        created: rows,
        deleted: isAppended ? 0 : deleted,
      };
    });
    if (request.mode === "replaceAll") {
      for (const existing of namespace.tables) {
        if (imported.has(existing.name)) continue;
        const isDeclared = [namespace.activeSchema, namespace.pendingSchema].some(
          (stored) => stored?.schema.tables.has(existing.name) === true,
        );
        if (isDeclared) refuseBackfilling(existing);
        tables.push({
          name: existing.name,
          step: isDeclared ? "swap" : "drop",
          source: null,
          number: existing.number,
          existing,
          created: 0,
          deleted: size(existing),
        });
      }
    }
    checkReferences(namespace, tables, size);
    return { tables, schemaIds: schemaIdsOf(namespace), files: source.files };
  });
}

/** What must not change between looking and doing. */
export function schemaIdsOf({ activeSchema, pendingSchema }: Namespace): readonly (string | null)[] {
  return [activeSchema?.documentId ?? null, pendingSchema?.documentId ?? null];
}

export function tableExists(name: string): ImportError {
  return new ImportError(
    "TableExists",
    `Table ${name} already exists. Please choose a new table name or use replace/append modes.`,
  );
}

async function count(source: TableSource): Promise<Counted> {
  const { rows, firstId } = await source.count();
  const number = typeof firstId === "string" ? (tryDecodeId(firstId)?.tableNumber ?? null) : null;
  return { source, rows, number };
}

/**
 * The number of each imported table: as the import names it, else that of its ids, else the one that a table of its name
 * has, else a free one.
 */
function assignNumbers(
  namespace: Namespace,
  { mode }: ImportRequest,
  named: ReadonlyMap<string, number>,
  counted: readonly Counted[],
): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const takenBy = new Map<number, string>();
  const take = (name: string, number: number): void => {
    const other = takenBy.get(number);
    if (other !== undefined) {
      throw new ImportError(
        "InvalidId",
        `conflict between \`${other}\` and \`${name}\` with number ${number}`,
      );
    }
    numbers.set(name, number);
    takenBy.set(number, name);
  };
  const wanted = counted.map(({ source: { name }, number }) => ({
    name,
    number: named.get(name) ?? number,
  }));
  for (const { name, number } of wanted) {
    if (number === null) continue;
    checkNumber(namespace, mode, { name, number }, counted);
    take(name, number);
  }
  for (const { name, number } of wanted) {
    if (number !== null) continue;
    const existing = namespace.table(name)?.number;
    if (existing !== undefined && !takenBy.has(existing)) take(name, existing);
    else {
      let free = namespace.freeTableNumber();
      while (takenBy.has(free) || namespace.tableByNumber(free) !== null) free++;
      take(name, free);
    }
  }
  return numbers;
}

function checkNumber(
  namespace: Namespace,
  mode: ImportRequest["mode"],
  { name, number }: { readonly name: string; readonly number: number },
  counted: readonly Counted[],
): void {
  const existing = namespace.table(name);
  if (mode === "append" && existing !== null && existing.number !== number) {
    throw new ImportError(
      "TableNumberConflict",
      `table ${name} wants table number ${number} but was already assigned ${existing.number}`,
    );
  }
  if (number < FIRST_USER_TABLE_NUMBER) {
    throw new ImportError(
      "TableConflict",
      `New table \`${name}\` has IDs that conflict with existing internal table.`,
    );
  }
  const owner = namespace.tableByNumber(number);
  const isReplaced =
    mode === "replaceAll" || counted.some(({ source }) => mode !== "append" && source.name === owner?.name);
  if (owner === null || owner.name === name || isReplaced) return;
  throw new ImportError(
    "TableConflict",
    `New table \`${name}\` has IDs that conflict with existing table \`${owner.name}\`. To delete all existing tables, import with \`npx convex import --replace-all\`.`,
  );
}

function refuseBackfilling(table: Table | null): void {
  const isFilling = table?.indexes.some(({ state, staged }) => state === "backfilling" && !staged) === true;
  if (!isFilling) return;
  throw new ImportError(
    "InvalidImport",
    `${table?.name} is still backfilling indexes, so it cannot be replaced. Wait for indexes to complete backfilling`,
  );
}

/** Documents that stay would name documents by ids that lead nowhere. */
function checkReferences(
  namespace: Namespace,
  tables: readonly TablePlan[],
  size: (table: Table | null) => number,
): void {
  const schema = namespace.activeSchema?.schema ?? null;
  if (schema === null) return;
  const planned = new Set(tables.map(({ name }) => name));
  for (const { name, existing, number } of tables) {
    if (existing === null || existing.number === number) continue;
    for (const other of schema.tables.values()) {
      if (planned.has(other.name) || !findReference(other.documentType, name)) continue;
      if (size(namespace.table(other.name)) === 0) continue;
      throw new ImportError(
        "InvalidImport",
        `Import changes table '${name}' which is referenced by '${other.name}' in the schema`,
      );
    }
  }
}

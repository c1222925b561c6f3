import {
  activateHiddenTable,
  createHiddenTable,
  createTable,
  dropTable,
} from "../../database/catalogue/create-table.ts";
import type { Table } from "../../database/catalogue/table.ts";
import type { Database } from "../../database/database.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import type { FileStore } from "../../files/file-store.ts";
import type { Draft, DraftTarget } from "../../store/store.ts";
import { ImportError } from "./import-error.ts";
import { FileImporter } from "./import-files.ts";
import type { ImportRequest } from "./import-request.ts";
import { type ImportPlan, ROOT, schemaIdsOf, type TablePlan, tableExists } from "./plan-import.ts";
import { TableFiller, type TableFillerOptions } from "./table-filler.ts";
import { TableWriter } from "./table-writer.ts";

export interface ImportProgress {
  readonly table: string;
  /** Those that have been stored, or are ready to be. */
  readonly rows: number;
  readonly isComplete: boolean;
}

export interface RunOptions {
  readonly onProgress: (progress: ImportProgress) => void;
  /** Ends it by throwing its reason; nothing of it is seen then, but of one that appends. */
  readonly signal: AbortSignal;
  /** Where bytes of files are kept. */
  readonly openStore: () => Promise<FileStore>;
  /** Gives as many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  readonly drafts: Drafts;
}

/** How tables that nobody sees are filled. */
export interface Drafts {
  /** Begins a draft, in place of the one before. */
  readonly create: (target: DraftTarget) => Draft;
  /** Brings the draft, which is complete and closed, into the store, where the next commit makes it durable. */
  readonly load: () => Promise<void>;
  /** Removes the draft's file, if there is one. */
  readonly remove: () => void;
}

const SOURCE = "import";
const WHOLE_TABLE = { start: new Uint8Array(0), end: null } as const;

/**
 * Does what was planned. All but `append`: new tables are filled aside and then take their places in one transaction.
 * @returns number of documents.
 * @throws ImportError when a row can't be stored, or what was found has changed; tables that were being filled are for
 * `dropHiddenTables` then.
 */
export async function runImport(
  database: Database,
  request: ImportRequest,
  plan: ImportPlan,
  options: RunOptions,
): Promise<number> {
  const files = new FileImporter(database, options.openStore, request.mode);
  try {
    const targets = await database.write(SOURCE, (transaction) => makeTables(transaction, plan));
    let documents = 0;
    for (const [table, target] of targets) {
      if (table.source === null) continue;
      const rows = await fill(database, { table, target, plan }, options);
      options.onProgress({ table: table.name, rows, isComplete: true });
      documents += rows;
    }
    if (plan.files.length > 0) {
      const rows = await files.write(plan.files, options.signal);
      options.onProgress({ table: "_storage", rows, isComplete: true });
      documents += rows;
    }
    await database.write(SOURCE, (transaction) => {
      if (request.mode !== "append") activate(transaction, request, plan, targets);
      if (plan.files.length > 0) files.activate(transaction);
    });
    return documents;
  } catch (error) {
    await files.abandon();
    throw error;
  }
}

type Targets = ReadonlyMap<TablePlan, Table>;

function makeTables(transaction: Transaction, { tables }: ImportPlan): Targets {
  const targets = new Map<TablePlan, Table>();
  for (const plan of tables) {
    const { name, number, step } = plan;
    const existing = transaction.catalogue.namespace(ROOT).table(name);
    if (step === "append") {
      targets.set(plan, existing ?? createTable(transaction, ROOT, name, number));
    } else if (step === "swap") {
      const indexes = existing?.indexes ?? [];
      targets.set(plan, createHiddenTable(transaction, { component: ROOT, name, number, indexes }));
    }
  }
  return targets;
}

interface Filling {
  readonly table: TablePlan;
  readonly target: Table;
  readonly plan: ImportPlan;
}

/** @returns number of rows. */
async function fill(
  database: Database,
  { table, target, plan }: Filling,
  options: RunOptions,
): Promise<number> {
  if (table.step === "swap") return fillAside(database, { table, target, plan }, options);
  const onRows = (rows: number): void => options.onProgress({ table: table.name, rows, isComplete: false });
  const writer = new TableWriter({ database, target, onRows });
  for await (const rows of table.source?.rows() ?? []) {
    options.signal.throwIfAborted();
    await writer.add(rows);
  }
  return writer.end();
}

async function fillAside(
  database: Database,
  { table, target, plan }: Filling,
  { drafts, random, onProgress, signal }: RunOptions,
): Promise<number> {
  const draft = drafts.create({ tableId: target.id, indexes: target.indexes.map(({ id }) => id) });
  try {
    const tableName = tableNamesAfter(plan);
    const filler = new TableFiller({ database, target, draft, random, tableName });
    for await (const rows of table.source?.rows() ?? []) {
      signal.throwIfAborted();
      filler.add(rows);
      onProgress({ table: table.name, rows: filler.rows, isComplete: false });
    }
    filler.complete();
    draft.close();
    await drafts.load();
    return filler.rows;
  } finally {
    draft.close();
    drafts.remove();
  }
}

/** What ids of a table number name when all is done, given what they name now. */
function tableNamesAfter({ tables }: ImportPlan): TableFillerOptions["tableName"] {
  const numbers = new Map(
    tables.flatMap(({ step, number, name }) => (step === "drop" ? [] : [[number, name]])),
  );
  const gone = new Set(tables.flatMap(({ step, existing }) => (step === "append" ? [] : [existing?.number])));
  return (number, before) => numbers.get(number) ?? (gone.has(number) ? null : before(number));
}

function activate(
  transaction: Transaction,
  { mode }: ImportRequest,
  { tables, schemaIds }: ImportPlan,
  targets: Targets,
): void {
  const namespace = transaction.catalogue.namespace(ROOT);
  if (schemaIdsOf(namespace).some((id, i) => id !== schemaIds[i])) {
    throw new ImportError(
      "InvalidImport",
      "Could not complete import because schema changed. Avoid modifying schema.ts while importing tables",
    );
  }
  for (const { name, existing } of tables) {
    const found = namespace.table(name);
    if (found?.id !== existing?.id && found !== null) throw changed(name);
    if (found === null || mode !== "requireEmpty") continue;
    transaction.addReadRange(found.byId, WHOLE_TABLE);
    if (transaction.snapshot.scan(found.byId.id, WHOLE_TABLE.start, null, "asc", 1).length > 0) {
      throw tableExists(name);
    }
  }
  for (const plan of tables) {
    const { name, number, step, existing } = plan;
    const owner = namespace.tableByNumber(number);
    if (step === "swap" && owner !== null && !tables.some((other) => other.existing?.id === owner.id)) {
      throw changed(name);
    }
    if (step === "drop" && existing !== null) dropTable(transaction, existing);
    const target = targets.get(plan);
    if (step === "swap" && target !== undefined) activateHiddenTable(transaction, target);
  }
}

function changed(table: string): ImportError {
  return new ImportError(
    "InvalidImport",
    `Could not complete import because table ${table} was created or changed meanwhile. Import again.`,
  );
}

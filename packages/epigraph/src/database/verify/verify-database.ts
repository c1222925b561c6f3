import type { StoreCheck, StoreInspection } from "../../store/store.ts";
import { loadCatalogue } from "../catalogue/load-catalogue.ts";
import { SYSTEM_TABLES } from "../catalogue/system-tables.ts";
import type { Table } from "../catalogue/table.ts";
import { CatalogueCheck } from "./catalogue-check.ts";
import { DocumentCheck } from "./document-check.ts";
import { checkEntryCounts } from "./entry-check.ts";
import { Findings, type Verification } from "./verification.ts";

export interface VerifyOptions {
  /** How many sentences of each kind are kept. */
  readonly kept: number;
  /** Called now and then: what is looked at, and how far that is, from 0 to 1, where it is known. */
  readonly onProgress: (subject: string, done: number | null) => void;
  /** Ends the check by throwing its reason. */
  readonly signal: AbortSignal;
}

/** Documents between two looks at the clock, the signal and whoever else wants to run. */
const DOCUMENTS_A_TURN = 512;

/**
 * Checks everything that is stored: that the store holds together, that each document is one, and that every index has
 * exactly the entries its documents ask for. Changes nothing. Memory follows the catalogue, not the data.
 */
export async function verifyDatabase(
  inspection: StoreInspection,
  options: VerifyOptions,
): Promise<Verification> {
  const problems = new Findings(options.kept);
  const warnings = new Findings(options.kept);
  const result = { tables: 0, documents: 0, indexes: 0, entries: 0, problems, warnings };
  const run = async (check: StoreCheck): Promise<void> => {
    options.onProgress(check.subject, null);
    await nextTurn(options.signal);
    for (const sentence of check.run()) problems.add(sentence);
  };
  await run(inspection.integrity);
  if (problems.count > 0) return { ...result, isComplete: false };
  for (const check of inspection.checks) await run(check);

  let catalogue: ReturnType<typeof loadCatalogue>;
  try {
    catalogue = loadCatalogue(inspection.snapshot);
  } catch (error) {
    problems.add(`The catalogue, which says what the data means, can't be read: ${(error as Error).message}`);
    return { ...result, isComplete: false };
  }
  const userTables = [...catalogue.namespaces.values()].flatMap(({ tables }) => [...tables]);
  const aside = Array.from(catalogue.asideTables.values(), ({ table }) => table);
  const tables = new Map<number, Table>(
    [...SYSTEM_TABLES, ...userTables, ...aside].map((table) => [table.id, table]),
  );
  const catalogueCheck = new CatalogueCheck(problems);
  const documentCheck = new DocumentCheck(inspection, catalogue, tables, { problems, warnings });
  const total = inspection.documentCount();
  let documents = 0;
  for (const stored of inspection.documents()) {
    if (documents % DOCUMENTS_A_TURN === 0) {
      options.onProgress("documents and their index entries", documents / total);
      await nextTurn(options.signal);
    }
    documents++;
    const value = documentCheck.run(stored);
    if (value !== null) catalogueCheck.see(stored.tableId, value);
  }
  catalogueCheck.finish();

  options.onProgress("what else is in the indexes", null);
  await nextTurn(options.signal);
  const counts = inspection.entryCounts();
  for (const sentence of checkEntryCounts(inspection, catalogue, tables, documentCheck.found, counts)) {
    problems.add(sentence);
  }
  return {
    ...result,
    tables: userTables.length,
    documents,
    indexes: userTables.reduce((sum, { indexes }) => sum + indexes.length, 0),
    entries: counts.values().reduce((sum, count) => sum + count, 0),
    isComplete: true,
  };
}

async function nextTurn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

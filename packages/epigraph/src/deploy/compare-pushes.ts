import type {
  ModuleDocument,
  PushDocument,
  PushRecordDocument,
  SystemFields,
} from "../database/catalogue/catalogue-documents.ts";
import { findSystemDocuments } from "../database/transaction/system-documents.ts";
import type { Transaction } from "../database/transaction/transaction.ts";
import type { CronSpec } from "../services/crons/cron-spec.ts";
import type { AnalysedFunction, Analysis } from "./analysis.ts";
import { listProviders } from "./auth-config.ts";
import { findRecord } from "./push-history.ts";
import { type Difference, difference, listFunctions, listIndexes, listRoutes } from "./push-report.ts";

/** What differs between two pushes: what going from the one to the other would change. */
export interface PushComparison {
  /** As people write them; `changed`: kind, visibility or validators. */
  readonly functions: Difference & { readonly changed: readonly string[] };
  readonly routes: Difference;
  /** By path; those that are changed have other code. */
  readonly modules: Difference & { readonly changed: readonly string[] };
  readonly authProviders: Difference;
  /** Null where a version that kept no schemas has made one of the two pushes. */
  readonly indexes: Difference | null;
  /** Tables whose documents are declared otherwise; null as `indexes`. */
  readonly tables: readonly TableComparison[] | null;
  /** Null as `indexes`. */
  readonly crons: (Difference & { readonly changed: readonly string[] }) | null;
}

/** JSON texts of validators, null where the schema does not name the table. */
export interface TableComparison {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

type PushRecord = PushRecordDocument & SystemFields;

/**
 * @param from, to ids of the history.
 * @throws EpigraphError `PushNotFound`
 */
export function comparePushes(transaction: Transaction, from: string, to: string): PushComparison {
  const [before, after] = [findRecord(transaction, from), findRecord(transaction, to)];
  const [old, current] = [contentOf(before), contentOf(after)];
  const knowsSchemas = before.schema !== undefined && after.schema !== undefined;
  const [oldSchema, schema] = [before.schema ?? null, after.schema ?? null];
  return {
    functions: {
      ...difference(listFunctions(old.functions), listFunctions(current.functions)),
      changed: changedKeys(signatures(old.functions), signatures(current.functions)),
    },
    routes: difference(listRoutes(old.functions), listRoutes(current.functions)),
    modules: compareMaps(old.hashes, current.hashes),
    authProviders: difference(listProviders(old.authProviders), listProviders(current.authProviders)),
    indexes: knowsSchemas ? difference(listIndexes(oldSchema), listIndexes(schema)) : null,
    tables: knowsSchemas ? compareTables(declaredTables(oldSchema), declaredTables(schema)) : null,
    crons:
      before.crons === undefined || after.crons === undefined
        ? null
        : compareMaps(cronsIn(before.crons), cronsIn(after.crons)),
  };
}

/**
 * The code of a module as it ran in a push, null where the push had none of that path.
 * @throws EpigraphError `PushNotFound`
 */
export function readModuleSource(transaction: Transaction, id: string, path: string): string | null {
  const { hashes } = contentOf(findRecord(transaction, id));
  const hash = hashes.get(path);
  if (hash === undefined) return null;
  return findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [hash])[0]?.source ?? null;
}

interface PushContent {
  readonly functions: Analysis["modules"];
  readonly hashes: ReadonlyMap<string, string>;
  readonly authProviders: string | null;
}

function contentOf(record: PushRecord): PushContent {
  const { functions, modules, authProviders = null } = JSON.parse(record.push) as PushDocument;
  return {
    functions: JSON.parse(functions) as Analysis["modules"],
    hashes: new Map(modules.map(({ path, hash }) => [path, hash])),
    authProviders,
  };
}

/** What callers see of each function, by its name. */
function signatures(modules: Analysis["modules"]): ReadonlyMap<string, string> {
  const names = listFunctions(modules);
  const all: readonly AnalysedFunction[] = Object.values(modules).flatMap(({ functions }) => functions);
  return new Map(
    all.map(({ udfType, visibility, args, returns }, i) => [
      names[i] as string,
      JSON.stringify([udfType, visibility, args, returns]),
    ]),
  );
}

function declaredTables(schemaJson: string | null): ReadonlyMap<string, string> {
  if (schemaJson === null) return new Map();
  const { tables = [] } = JSON.parse(schemaJson) as {
    readonly tables?: readonly { readonly tableName: string; readonly documentType?: unknown }[];
  };
  return new Map(
    tables.map(({ tableName, documentType }) => [tableName, JSON.stringify(documentType ?? { type: "any" })]),
  );
}

function compareTables(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly TableComparison[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
    .filter((table) => table.before !== table.after);
}

function cronsIn(json: string): ReadonlyMap<string, string> {
  const specs = JSON.parse(json) as readonly CronSpec[];
  return new Map(
    specs.map(({ name, path, args, schedule }) => [name, JSON.stringify([path, args, schedule])]),
  );
}

function compareMaps(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Difference & { readonly changed: readonly string[] } {
  return {
    ...difference([...before.keys()], [...after.keys()]),
    changed: changedKeys(before, after),
  };
}

function changedKeys(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...after].flatMap(([key, value]) => (before.has(key) && before.get(key) !== value ? [key] : []));
}

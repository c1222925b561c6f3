import type {
  ModuleDocument,
  PushDocument,
  PushModule,
  PushRecordDocument,
  SystemFields,
} from "../database/catalogue/catalogue-documents.ts";
import {
  allSystemDocuments,
  deleteSystemDocument,
  findSystemDocuments,
  insertSystemDocument,
  patchSystemDocument,
} from "../database/transaction/system-documents.ts";
import type { Transaction } from "../database/transaction/transaction.ts";
import { applyCrons, type CronSettings } from "../services/crons/apply-crons.ts";
import { checkDeclared, readDeclaredVariables } from "../services/environment/declared-variables.ts";
import { allModules, type PushedCode, type ReceivedModule } from "./analysis.ts";
import { appError } from "./app-error.ts";
import { hashModuleGraphs, writeModuleGraphs } from "./module-graphs.ts";
import { type PushAuthor, type PushPlan, ROOT } from "./push-plan.ts";

/** How a push is activated. */
export interface Activation {
  readonly author: PushAuthor & { readonly timeMs: number };
  readonly crons: CronSettings;
}

/**
 * The one transaction that makes a push the one that runs: all of it, or nothing. Whatever else a push switches belongs
 * here. In-flight queries and mutations run again on the new code, for the catalogue changes.
 * @throws AppError `ConcurrentPush` or `RaceDetected` when it was evaluated against what is no longer so; DatabaseError
 * when its schema has failed or was overwritten meanwhile.
 */
export function activatePush(transaction: Transaction, plan: PushPlan, { author, crons }: Activation): void {
  checkRaces(transaction, plan);
  checkDeclared(readDeclaredVariables(plan.analysis.definitionJson), transaction.catalogue.environment);
  // What runs already must not disturb anybody.
  if (!plan.report.changed) return;
  activateCode(transaction, plan, author);
  plan.schemaChange.activate(transaction);
  applyCrons(transaction, ROOT, plan.crons, crons);
}

function checkRaces({ catalogue }: Transaction, { before, environment }: PushPlan): void {
  if (catalogue.activePush(ROOT)?._id !== before?._id) {
    throw appError(
      "ConcurrentPush",
      "Another push was activated meanwhile. Are you running multiple `npx convex dev` processes in the same directory?",
    );
  }
  if (!sameEntries(catalogue.environment, environment)) {
    throw appError("RaceDetected", "Environment variables have changed during push");
  }
}

function activateCode(
  transaction: Transaction,
  { code, analysis, authProviders, crons, phase, report }: PushPlan,
  author: PushAuthor & { readonly timeMs: number },
): void {
  const pushes = allSystemDocuments<PushDocument>(transaction, "_pushes");
  const modules = allModules(code);
  const documents = moduleDocuments(code);
  const stored = new Set(pushes.flatMap(hashesOf));
  for (const document of documents) {
    if (stored.has(document.hash)) continue;
    stored.add(document.hash);
    insertSystemDocument<ModuleDocument>(transaction, "_modules", document);
  }
  retireOldPushes(transaction, pushes, documents);
  const routes = analysis.modules["http.js"]?.httpRoutes ?? null;
  const push: PushDocument = {
    state: "active",
    component: ROOT,
    functions: JSON.stringify(analysis.modules),
    httpRoutes: routes === null ? null : JSON.stringify(routes),
    authProviders,
    packages: code.packages === null ? null : JSON.stringify(code.packages),
    modules: modules.map(
      ({ path, hash, environment, isShareable, isPatching }): PushModule => ({
        path,
        hash,
        environment,
        isShareable,
        isPatching,
      }),
    ),
    definition: analysis.definitionJson,
    definitionHash: code.definition?.hash ?? null,
    received: code.received?.map(({ path, sha256, environment }) => ({ path, sha256, environment })) ?? null,
    udfServerVersion: code.udfServerVersion,
    importSeed: phase.importSeed,
    importTimestamp: phase.importTimeMs,
  };
  const pushId = insertSystemDocument<PushDocument>(transaction, "_pushes", push);
  writeModuleGraphs(transaction, ROOT, hashModuleGraphs(code, analysis.modules));
  const { name, timeMs, message } = author;
  insertSystemDocument<PushRecordDocument>(transaction, "_push_history", {
    pushId,
    author: name,
    timeMs,
    message,
    report: JSON.stringify(report),
    push: JSON.stringify(push),
    schema: analysis.schemaJson,
    crons: JSON.stringify(crons),
  });
}

/** So many pushes can be activated again, the one that runs among them. */
export const KEPT_PUSHES = 10;

/** The modules that run, and those that came, which the next push may leave out. */
function moduleDocuments(code: PushedCode): readonly ModuleDocument[] {
  const definition = code.definition === null ? [] : [code.definition];
  const running = [...allModules(code), ...definition].map(
    ({ hash, source, sourceMap, environment }): ModuleDocument => ({ hash, source, sourceMap, environment }),
  );
  const received = (code.received ?? []).map(
    (module): ModuleDocument => ({
      hash: receivedKey(module),
      source: module.source,
      sourceMap: module.sourceMap,
      environment: module.environment,
    }),
  );
  return [...running, ...received];
}

/** What stands as the hash of a module that is kept as it came. */
export function receivedKey({ sha256, environment }: Pick<ReceivedModule, "sha256" | "environment">): string {
  return `received ${environment} ${sha256}`;
}

function hashesOf({ modules, definitionHash, received }: PushDocument): readonly string[] {
  const definition = typeof definitionHash === "string" ? [definitionHash] : [];
  return [...modules.map(({ hash }) => hash), ...definition, ...(received ?? []).map(receivedKey)];
}

/**
 * Marks the active push as inactive and removes older ones; one is kept, whose modules executions that started on it may
 * still load. The history holds what may be activated again; modules that only older pushes had are removed.
 */
function retireOldPushes(
  transaction: Transaction,
  pushes: readonly (PushDocument & SystemFields)[],
  documents: readonly ModuleDocument[],
): void {
  const own = pushes.filter(({ component }) => component === ROOT);
  const used = new Set(documents.map(({ hash }) => hash));
  for (const push of pushes) {
    if (push.state === "active" || push.component !== ROOT) for (const hash of hashesOf(push)) used.add(hash);
  }
  const records = allSystemDocuments<PushRecordDocument>(transaction, "_push_history");
  // The one that is about to be written is the last.
  const [gone, kept] = [records.slice(0, 1 - KEPT_PUSHES), records.slice(1 - KEPT_PUSHES)];
  const recorded = ({ push }: PushRecordDocument): readonly string[] =>
    hashesOf(JSON.parse(push) as PushDocument);
  for (const hash of kept.flatMap(recorded)) used.add(hash);
  const unused = new Set<string>();
  for (const record of gone) {
    for (const hash of recorded(record)) if (!used.has(hash)) unused.add(hash);
    deleteSystemDocument(transaction, "_push_history", record._id);
  }
  for (const push of own) {
    if (push.state === "active") {
      patchSystemDocument<PushDocument>(transaction, "_pushes", push._id, { state: "inactive" });
      continue;
    }
    for (const hash of hashesOf(push)) if (!used.has(hash)) unused.add(hash);
    deleteSystemDocument(transaction, "_pushes", push._id);
  }
  for (const hash of unused) {
    for (const { _id } of findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [hash])) {
      deleteSystemDocument(transaction, "_modules", _id);
    }
  }
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a === b || (a.size === b.size && [...a].every(([name, value]) => b.get(name) === value));
}

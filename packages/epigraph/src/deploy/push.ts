import { randomBytes } from "node:crypto";
import type {
  ModuleDocument,
  PushDocument,
  PushModule,
  SystemFields,
} from "../database/catalogue/catalogue-documents.ts";
import type { Database } from "../database/database.ts";
import { DatabaseError } from "../database/database-error.ts";
import { abandonUnfinished } from "../database/schema/abandon-unfinished.ts";
import { SchemaChange } from "../database/schema/schema-change.ts";
import type { SchemaProgressListener } from "../database/schema/schema-progress.ts";
import {
  allSystemDocuments,
  deleteSystemDocument,
  findSystemDocuments,
  insertSystemDocument,
  patchSystemDocument,
} from "../database/transaction/system-documents.ts";
import type { Transaction } from "../database/transaction/transaction.ts";
import {
  applyCrons,
  type CronDiff,
  DEFAULT_CRON_SPLAY_SECONDS,
  diffCrons,
} from "../services/crons/apply-crons.ts";
import type { ImportPhase } from "./analyse-code.ts";
import type { Analysis, PushedCode, PushedModule } from "./analysis.ts";
import { appError } from "./app-error.ts";
import { checkAnalysis, checkPushedCode } from "./check-push.ts";
import { difference, listFunctions, listRoutes, type PushReport } from "./push-report.ts";
import { readCrons } from "./read-crons.ts";

export interface PusherOptions {
  readonly database: Database;
  /** Evaluates the modules with these environment variables; throws what is wrong with them. */
  readonly analyse: (
    code: PushedCode,
    environment: Readonly<Record<string, string>>,
    phase: ImportPhase,
  ) => Promise<Analysis>;
  /** Wall clock in milliseconds: what the clock says while modules are evaluated. */
  readonly nowMs?: () => number;
  readonly random?: (bytes: number) => Uint8Array;
  /** Over how many seconds behind their times crons are spread. */
  readonly cronSplaySeconds?: number;
}

const ROOT = "";
const SOURCE = "push";
const IMPORT_SEED_BYTES = 32;
/** The version of the platform whose rules the code is run by. */
const UDF_SERVER_VERSION = "1.48.0";

/**
 * Brings code into a deployment. One push at a time: a second one waits. Until its last transaction, which swaps
 * code, functions, schema and indexes at once, nothing that runs notices; if anything is wrong, that one never starts.
 */
export class Pusher {
  readonly #options: Required<PusherOptions>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PusherOptions) {
    this.#options = {
      nowMs: Date.now,
      random: randomBytes,
      cronSplaySeconds: DEFAULT_CRON_SPLAY_SECONDS,
      ...options,
    };
  }

  /**
   * Checks code and makes it the one that runs.
   * @param onProgress told while documents are checked and indexes are filled.
   * @throws AppError or DatabaseError or what the analysis throws: what is wrong with the app; the old code goes on.
   */
  push(code: PushedCode, onProgress?: SchemaProgressListener): Promise<PushReport> {
    return this.#queue(() => this.#push(code, onProgress));
  }

  /** Drops what pushes that failed or were killed have left in the database: their schemas and indexes. */
  abandonUnfinished(): Promise<void> {
    return this.#queue(() => this.#abandonUnfinished());
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  #abandonUnfinished(): Promise<void> {
    return this.#options.database.write(SOURCE, (transaction) => abandonUnfinished(transaction, ROOT, null));
  }

  async #push(code: PushedCode, onProgress: SchemaProgressListener | undefined): Promise<PushReport> {
    const { database, analyse, random, cronSplaySeconds } = this.#options;
    checkPushedCode(code);
    const { before, environment } = database.read(({ catalogue }) => ({
      before: catalogue.activePush(ROOT),
      environment: catalogue.environment,
    }));
    const phase: ImportPhase = {
      importSeed: Buffer.from(this.#options.random(IMPORT_SEED_BYTES)).toString("hex"),
      importTimeMs: this.#options.nowMs(),
    };
    const analysis = await analyse(code, Object.fromEntries(environment), phase);
    checkAnalysis(analysis);
    const crons = readCrons(analysis);
    const schemaBefore = activeSchemaJson(database);
    const cronDiff = database.read((transaction) => diffCrons(transaction, ROOT, crons));
    const report = describe(before, code, analysis, schemaBefore, cronDiff);
    if (!report.changed) {
      // Perhaps on the way back from a push that failed.
      await this.#abandonUnfinished();
      return report;
    }
    const schemaChange = this.#makeSchemaChange(analysis);
    await schemaChange.prepare(onProgress);
    await database.write(SOURCE, (transaction) => {
      const { catalogue } = transaction;
      if (catalogue.activePush(ROOT)?._id !== before?._id) {
        throw appError(
          "ConcurrentPush",
          "Another push was activated meanwhile. Are you running two dev commands on the same data folder?",
        );
      }
      if (!sameEntries(catalogue.environment, environment)) {
        throw appError("RaceDetected", "Environment variables have changed during push");
      }
      this.#activate(transaction, code, analysis, phase);
      schemaChange.activate(transaction);
      applyCrons(transaction, ROOT, crons, { random, splaySeconds: cronSplaySeconds });
    });
    return report;
  }

  #makeSchemaChange({ schemaJson }: Analysis): SchemaChange {
    try {
      return new SchemaChange(this.#options.database, ROOT, schemaJson);
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message: string };
      if (typeof code !== "string") throw error;
      throw new DatabaseError(code, `Hit an error while evaluating your schema:\n${message}`, {
        cause: error,
      });
    }
  }

  #activate(
    transaction: Transaction,
    code: PushedCode,
    analysis: Analysis,
    { importSeed, importTimeMs }: ImportPhase,
  ): void {
    const pushes = allSystemDocuments<PushDocument>(transaction, "_pushes");
    const modules = allModules(code);
    const stored = new Set(pushes.flatMap((push) => push.modules.map(({ hash }) => hash)));
    for (const module of modules) {
      if (stored.has(module.hash)) continue;
      stored.add(module.hash);
      const { hash, source, sourceMap, environment } = module;
      insertSystemDocument<ModuleDocument>(transaction, "_modules", { hash, source, sourceMap, environment });
    }
    retireOldPushes(transaction, pushes, modules);
    insertSystemDocument<PushDocument>(transaction, "_pushes", {
      state: "active",
      component: ROOT,
      functions: JSON.stringify(analysis.modules),
      httpRoutes: routesJson(analysis),
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
      udfServerVersion: UDF_SERVER_VERSION,
      importSeed,
      importTimestamp: importTimeMs,
    });
  }
}

/** The SDK and the schema among them: a push is complete by itself. */
function allModules({ modules, sdk, schema }: PushedCode): readonly PushedModule[] {
  return schema === null ? [...modules, sdk] : [...modules, sdk, schema];
}

/**
 * Marks the active push as inactive and removes older ones with the modules only they had. One is kept: executions
 * that started on it may still load its modules.
 */
function retireOldPushes(
  transaction: Transaction,
  pushes: readonly (PushDocument & SystemFields)[],
  modules: readonly PushedModule[],
): void {
  const own = pushes.filter(({ component }) => component === ROOT);
  const used = new Set(modules.map(({ hash }) => hash));
  for (const push of pushes) {
    if (push.state === "active" || push.component !== ROOT)
      for (const { hash } of push.modules) used.add(hash);
  }
  const unused = new Set<string>();
  for (const push of own) {
    if (push.state === "active") {
      patchSystemDocument<PushDocument>(transaction, "_pushes", push._id, { state: "inactive" });
      continue;
    }
    for (const { hash } of push.modules) if (!used.has(hash)) unused.add(hash);
    deleteSystemDocument(transaction, "_pushes", push._id);
  }
  for (const hash of unused) {
    for (const { _id } of findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [hash])) {
      deleteSystemDocument(transaction, "_modules", _id);
    }
  }
}

function describe(
  before: PushDocument | null,
  code: PushedCode,
  analysis: Analysis,
  schemaBefore: string | null,
  crons: CronDiff,
): PushReport {
  const old = before === null ? {} : (JSON.parse(before.functions) as Analysis["modules"]);
  const oldHashes = new Map(before?.modules.map(({ path, hash }) => [path, hash]));
  const modules = allModules(code);
  const modified = modules.filter(({ path, hash }) => oldHashes.has(path) && oldHashes.get(path) !== hash);
  const paths = difference(
    [...oldHashes.keys()],
    modules.map(({ path }) => path),
  );
  const schemaChanged = schemaBefore !== analysis.schemaJson;
  return {
    changed:
      before === null ||
      schemaChanged ||
      Object.values(crons).some((names) => names.length > 0) ||
      modified.length + paths.added.length + paths.removed.length > 0 ||
      before.functions !== JSON.stringify(analysis.modules) ||
      (before.packages ?? null) !== (code.packages === null ? null : JSON.stringify(code.packages)),
    functions: difference(listFunctions(old), listFunctions(analysis.modules)),
    routes: difference(listRoutes(old), listRoutes(analysis.modules)),
    indexes: difference(listIndexes(schemaBefore), listIndexes(analysis.schemaJson)),
    modules: { ...paths, modified: modified.map(({ path }) => path) },
    schemaChanged,
    crons,
  };
}

function activeSchemaJson(database: Database): string | null {
  return database.read(({ catalogue }) => catalogue.namespace(ROOT).activeSchema?.schema.json ?? null);
}

/** `table.index` for each declared database index. */
function listIndexes(schemaJson: string | null): readonly string[] {
  if (schemaJson === null) return [];
  const { tables } = JSON.parse(schemaJson) as {
    readonly tables?: readonly {
      readonly tableName: string;
      readonly indexes?: readonly { readonly indexDescriptor: string }[];
    }[];
  };
  return (tables ?? []).flatMap(({ tableName, indexes = [] }) =>
    indexes.map(({ indexDescriptor }) => `${tableName}.${indexDescriptor}`),
  );
}

function routesJson({ modules }: Analysis): string | null {
  const routes = modules["http.js"]?.httpRoutes ?? null;
  return routes === null ? null : JSON.stringify(routes);
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a === b || (a.size === b.size && [...a].every(([name, value]) => b.get(name) === value));
}

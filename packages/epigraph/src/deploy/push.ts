import { randomBytes } from "node:crypto";
import type { PushRow } from "../database/catalogue/load-catalogue.ts";
import { systemRows } from "../database/catalogue/load-catalogue.ts";
import { MODULES, PUSHES } from "../database/catalogue/system-tables.ts";
import type { Database } from "../database/database.ts";
import { changeSchema, prepareIndexes } from "../database/schema/change-schema.ts";
import { parseSchema } from "../database/schema/parse-schema.ts";
import { analyseCode, type ModuleAnalysis } from "../runtime/runner/analyse-code.ts";
import { makeCode } from "../runtime/runner/code.ts";
import { PushError, type PushedCode } from "./pushed-code.ts";

export interface PushReport {
  readonly functions: number;
  readonly routes: number;
  /** False when exactly this code was active already. */
  readonly changed: boolean;
}

/** Analyses code, prepares its schema and indexes, and activates everything in one transaction. */
export async function pushCode(
  database: Database,
  code: PushedCode,
  builtIn: Readonly<Record<string, string>>,
): Promise<PushReport> {
  const importSeed = [...new Uint32Array(randomBytes(12).buffer.slice(0, 12))].join(",");
  const importTimeMs = Date.now();
  const environment = database.read((catalogue) => catalogue.environment);
  const lookup = (name: string): string | undefined => builtIn[name] ?? environment.get(name);
  const analysis = analyse(code, { importSeed, importTimeMs }, lookup);
  const schemaText = code.schema === null ? null : analyseSchema(code, { importSeed, importTimeMs });
  const schema = schemaText === null ? null : parseSchema(schemaText);
  await prepareIndexes(database, schema);
  const modules = code.modules.map(({ path, hash }) => ({ path, hash }));
  const functions = JSON.stringify(
    Object.fromEntries([...analysis].map(([path, module]) => [path, module.functions])),
  );
  const routes = analysis.get("http.js")?.httpRoutes ?? null;
  const changed = await database.write("push", (tx) => {
    changeSchema(tx, schema, schemaText);
    const known = new Set(systemRows<{ hash: string }>(tx.snapshot, MODULES).map((row) => row.hash));
    for (const { source, sourceMap, hash } of code.modules) {
      if (known.has(hash)) continue;
      known.add(hash);
      tx.insertSystem("_modules", { hash, source, sourceMap, environment: "isolate" });
    }
    const before = systemRows<PushRow>(tx.snapshot, PUSHES);
    const active = before.at(-1);
    if (
      active !== undefined &&
      JSON.stringify(active.modules) === JSON.stringify(modules) &&
      active.functions === functions
    )
      return false;
    for (const row of before) tx.delete(row._id);
    dropUnusedModules(tx, new Set(modules.map((module) => module.hash)));
    tx.insertSystem("_pushes", {
      component: "",
      functions,
      httpRoutes: routes === null ? null : JSON.stringify(routes),
      modules,
      importSeed,
      importTimeMs,
    });
    return true;
  });
  const count = [...analysis.values()].reduce((sum, module) => sum + module.functions.length, 0);
  return { functions: count, routes: routes?.length ?? 0, changed };
}

function dropUnusedModules(
  tx: Parameters<Parameters<Database["write"]>[1]>[0],
  used: ReadonlySet<string>,
): void {
  for (const row of systemRows<{ _id: string; hash: string }>(tx.snapshot, MODULES))
    if (!used.has(row.hash)) tx.delete(row._id);
}

interface Phase {
  readonly importSeed: string;
  readonly importTimeMs: number;
}

function analyse(
  code: PushedCode,
  phase: Phase,
  environment: (name: string) => string | undefined,
): Map<string, ModuleAnalysis> {
  const found = analyseCode(makeCode("", phase, code.modules), code.entryPoints, environment);
  const analysis = new Map<string, ModuleAnalysis>();
  for (const [path, result] of found) {
    if ("message" in result)
      throw new PushError(
        "AnalysisFailed",
        `Failed to analyze ${path}: ${result.message}\n${result.frames}`.trimEnd(),
      );
    analysis.set(path, result);
  }
  return analysis;
}

function analyseSchema(code: PushedCode, phase: Phase): string {
  const modules = code.schema === null ? code.modules : [...code.modules, code.schema];
  const result = analyseCode(makeCode("", phase, modules), ["schema.js"], () => undefined).get("schema.js");
  if (result === undefined || "message" in result || result.schemaJson === null) {
    const message =
      result !== undefined && "message" in result ? `${result.message}\n${result.frames}` : "no schema";
    throw new PushError("SchemaFailed", `Hit an error while evaluating your schema:\n${message}`.trimEnd());
  }
  return result.schemaJson;
}

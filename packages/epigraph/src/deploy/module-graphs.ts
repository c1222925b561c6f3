import { createHash } from "node:crypto";
import type { ModuleGraphDocument } from "../database/catalogue/catalogue-documents.ts";
import {
  deleteSystemDocument,
  findSystemDocuments,
  insertSystemDocument,
  patchSystemDocument,
} from "../database/transaction/system-documents.ts";
import type { Transaction } from "../database/transaction/transaction.ts";
import { type Analysis, allModules, type PushedCode, type PushedModule } from "./analysis.ts";
import { isSdk, requiredSpecifiers, resolvePath } from "./required-modules.ts";

/**
 * Writes down what the functions of each module depend on of a push: documents change only for modules whose functions may
 * behave differently from now on.
 */
export function writeModuleGraphs(
  transaction: Transaction,
  component: string,
  graphs: ReadonlyMap<string, string>,
): void {
  const stored = findSystemDocuments<ModuleGraphDocument>(transaction, "_module_graphs", "by_path", [
    component,
  ]);
  const known = new Set<string>();
  for (const { _id, path } of stored) {
    const hash = graphs.get(path);
    known.add(path);
    if (hash === undefined) deleteSystemDocument(transaction, "_module_graphs", _id);
    else patchSystemDocument<ModuleGraphDocument>(transaction, "_module_graphs", _id, { hash });
  }
  for (const [path, hash] of graphs) {
    if (known.has(path)) continue;
    insertSystemDocument<ModuleGraphDocument>(transaction, "_module_graphs", { component, path, hash });
  }
}

/**
 * For each module with functions a hash of all that these are made of: the module, whatever it imports, directly or not,
 * and what the analysis found in it. What modules see of the push itself while they are evaluated (its time, its seed) is
 * not part of it.
 */
export function hashModuleGraphs(
  code: PushedCode,
  modules: Analysis["modules"],
): ReadonlyMap<string, string> {
  const known = new Map(
    allModules(code).map((module) => [module.path, new GraphNode(module, code.sdk.path)]),
  );
  return new Map(
    Object.entries(modules).map(([path, analysed]) => [
      path,
      hashGraph(path, known, JSON.stringify(analysed)),
    ]),
  );
}

/** A module with what it imports. */
class GraphNode {
  readonly text: string;
  readonly imports: readonly string[];

  constructor({ path, source, hash, isShareable, isPatching, environment }: PushedModule, sdkPath: string) {
    this.text = `${path} ${hash} ${isShareable} ${isPatching}\n`;
    // Those of the Node runtime are no part of what queries run.
    this.imports =
      environment === "node"
        ? []
        : requiredSpecifiers(source).map((specifier) =>
            isSdk(specifier) ? sdkPath : resolvePath(path, specifier),
          );
  }
}

function hashGraph(path: string, known: ReadonlyMap<string, GraphNode>, analysed: string): string {
  const reached = new Set([path]);
  // Grows while it is gone through.
  for (const next of reached) for (const imported of known.get(next)?.imports ?? []) reached.add(imported);
  const hash = createHash("sha256").update(`${analysed}\n`);
  for (const each of [...reached].sort()) hash.update(known.get(each)?.text ?? `${each} is missing\n`);
  return hash.digest("hex");
}

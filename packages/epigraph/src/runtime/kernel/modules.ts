import type { Execution } from "./execution.ts";
import { freezeDeep } from "./freeze.ts";
import { ownChanges } from "./intrinsics.ts";
import { saveIntrinsics } from "./restore.ts";
import { SafeMap } from "./safe-collections.ts";

interface ModuleInstance {
  exports: Record<string, unknown>;
  /** What a shareable module has at its top level besides: app code reaches it through functions. */
  readonly locals?: readonly unknown[];
}

/** A module in wrapper form. Called anew for each execution, except shared ones. */
export type ModuleFunction = (
  exports: Record<string, unknown>,
  require: (specifier: string) => unknown,
  module: ModuleInstance,
) => void;

/** How a realm treats a module. */
export type ModuleUse =
  /** Evaluated for each execution. */
  | "own"
  /** Evaluated once per realm and frozen. */
  | "shared"
  /** Evaluated for each execution, and it may change what belongs to the language or the platform. */
  | "patching";

interface ModuleDefinition {
  readonly run: ModuleFunction;
  readonly use: ModuleUse;
}

const SDK_PATH = "_sdk.js";
/** What the SDK's module exports, by the specifier that app code has. */
const SDK_EXPORTS: ReadonlyMap<string, string> = new SafeMap<string, string>()
  .set("convex/server", "server")
  .set("convex/values", "values");

const definitions = new SafeMap<string, ModuleDefinition>();
const sharedInstances = new SafeMap<string, ModuleInstance>();
let isAllShared = false;

export function defineModule(path: string, run: ModuleFunction, use: ModuleUse): void {
  definitions.set(path, { run, use });
  if (use === "patching") saveIntrinsics(globalThis);
}

/** Namespace of a module for this execution, evaluated on first use. */
export function instantiate(path: string, execution: Execution): Record<string, unknown> {
  const definition = definitions.get(path);
  if (definition === undefined) {
    throw new Error(`Couldn't find JavaScript module '${path}'. Did you forget to run \`npx convex dev\`?`);
  }
  const isShared = definition.use === "shared";
  const instances = isShared ? sharedInstances : execution.modules;
  const existing = instances.get(path);
  if (existing !== undefined) return existing.exports;
  if (definition.use === "patching") {
    shareFirst(execution);
    ownChanges(execution);
  }
  const module: ModuleInstance = { exports: {} };
  // Registered before it runs, so that import cycles see the live (still filling) namespace, as in ESM.
  instances.set(path, module);
  const outer = execution.importPhase;
  execution.importPhase = { path, random: null };
  try {
    definition.run(module.exports, (specifier) => requireModule(path, specifier, execution), module);
  } catch (error) {
    instances.delete(path);
    throw error;
  } finally {
    execution.importPhase = outer;
  }
  if (isShared) {
    freezeDeep(module.exports);
    freezeDeep(module.locals ?? []);
  }
  return module.exports;
}

/** What executions share must not be made of what one of them has changed: it is made before. */
function shareFirst(execution: Execution): void {
  if (isAllShared) return;
  isAllShared = true;
  for (const [path, { use }] of definitions) if (use === "shared") instantiate(path, execution);
}

function requireModule(importer: string, specifier: string, execution: Execution): unknown {
  // What stands at the top of a module is required while it is evaluated; anything later is an `import()`.
  if (execution.importPhase === null && execution.isTransaction) {
    throw new TypeError("dynamic module import unsupported");
  }
  const sdkExport = SDK_EXPORTS.get(specifier);
  if (sdkExport !== undefined) return instantiate(SDK_PATH, execution)[sdkExport];
  return instantiate(resolve(importer, specifier), execution);
}

/** Specifiers are relative to the importing module. */
function resolve(importer: string, specifier: string): string {
  const parts = importer.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

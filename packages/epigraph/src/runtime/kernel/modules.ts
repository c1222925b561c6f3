import type { Execution } from "./execution.ts";

/** A module in wrapper form. Called anew for each execution, except shared ones. */
export type ModuleFunction = (
  exports: Record<string, unknown>,
  require: (specifier: string) => unknown,
  module: { exports: Record<string, unknown> },
) => void;

interface ModuleDefinition {
  readonly run: ModuleFunction;
  /** Evaluated once per realm and frozen: the SDK, which holds no state. */
  readonly shared: boolean;
}

const definitions = new Map<string, ModuleDefinition>();
const sharedInstances = new Map<string, { exports: Record<string, unknown> }>();

export function defineModule(path: string, run: ModuleFunction, shared: boolean): void {
  definitions.set(path, { run, shared });
}

/** Namespace of a module for this execution, evaluated on first use. */
export function instantiate(path: string, execution: Execution): Record<string, unknown> {
  const definition = definitions.get(path);
  if (definition === undefined) {
    throw new Error(`Couldn't find JavaScript module '${path}'. Did you forget to run \`npx convex dev\`?`);
  }
  const instances = definition.shared ? sharedInstances : execution.modules;
  const existing = instances.get(path);
  if (existing !== undefined) return existing.exports;
  const module = { exports: {} as Record<string, unknown> };
  // Registered before it runs, so that import cycles see the live (still filling) namespace, as in ESM.
  instances.set(path, module);
  definition.run(module.exports, (specifier) => instantiate(resolve(path, specifier), execution), module);
  if (definition.shared) freezeDeep(module.exports);
  return module.exports;
}

/** The SDK's specifiers name one shared module; all others are relative to the importing module. */
function resolve(importer: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const parts = importer.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function freezeDeep(root: object): void {
  const seen = new Set<object>();
  const visit = (value: unknown): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value))
      return;
    // Intrinsics stay as they are: freezing them breaks ordinary code.
    if (intrinsics.has(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
      if (descriptor !== undefined && "value" in descriptor) visit(descriptor.value);
      else if (descriptor?.get !== undefined && value === root)
        visit((value as Record<PropertyKey, unknown>)[key]);
    }
    const prototype = Reflect.getPrototypeOf(value);
    if (prototype !== null) visit(prototype);
    if (!ArrayBuffer.isView(value)) Object.freeze(value);
  };
  visit(root);
}

const intrinsics = new Set<unknown>();
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = (globalThis as Record<string, unknown>)[name];
  if (typeof value !== "function" && typeof value !== "object") continue;
  intrinsics.add(value);
  if (typeof value === "function") intrinsics.add((value as { prototype?: unknown }).prototype);
}
for (const sample of [async () => {}, function* () {}, async function* () {}, () => {}]) {
  let prototype: object | null = Object.getPrototypeOf(sample);
  while (prototype !== null) {
    intrinsics.add(prototype);
    intrinsics.add((sample as { prototype?: unknown }).prototype);
    prototype = Object.getPrototypeOf(prototype);
  }
}
for (const iterator of [
  [][Symbol.iterator](),
  new Map().entries(),
  new Set().values(),
  ""[Symbol.iterator](),
]) {
  intrinsics.add(Object.getPrototypeOf(iterator));
}

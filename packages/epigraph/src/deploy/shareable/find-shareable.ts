import { type Program, parse } from "acorn";
import { isSdk, requiredSpecifiers, resolvePath } from "../required-modules.ts";
import { checkUses, isRequire } from "./check-uses.ts";
import type { Evaluator } from "./evaluator.ts";
import { patchesIntrinsics } from "./patches-intrinsics.ts";
import { readTopLevel } from "./top-level.ts";
import { isReference, walk } from "./uses.ts";
import { fragileParts, type ModuleExports, type Value } from "./value.ts";

/** A module in wrapper form. */
export interface WrappedModule {
  readonly path: string;
  readonly source: string;
}

/** How the executions of a realm may use modules. */
export interface Sharing {
  /** Names of the top levels of those that all executions may share, whose values are to be frozen; by path. */
  readonly shareable: ReadonlyMap<string, readonly string[]>;
  /** Those that may change objects of the language or the platform, or that import one that may. */
  readonly patching: ReadonlySet<string>;
}

/** Larger ones are libraries, which are not worth the time. */
const MAX_LENGTH = 1024 * 1024;

/**
 * Finds the modules that one realm may evaluate once for all executions, instead of anew for each: their top levels
 * depend on nothing, keep nothing that could change, and import only modules that are so too. Nothing is run for it;
 * what can't be told is not shareable. The realm freezes what it shares, so that whatever would be overlooked here
 * fails instead of leaking from one execution into another.
 */
export function findSharing(modules: readonly WrappedModule[]): Sharing {
  const graph = new ModuleGraph(modules);
  const shareable = new Map<string, readonly string[]>();
  // Imports come before their importers, so one pass is enough.
  for (const [path, { isShareable, imports, evaluator }] of graph.facts) {
    if (graph.patching.has(path)) continue;
    const isClear = [...evaluator.values.values()].every((value) => !graph.harmed.has(value));
    if (!isShareable || !isClear || !imports.every((imported) => shareable.has(imported))) continue;
    shareable.set(path, namesToFreeze(evaluator));
  }
  return { shareable, patching: graph.patching };
}

interface ModuleFacts {
  /** As far as the module itself is concerned. */
  readonly isShareable: boolean;
  readonly imports: readonly string[];
  readonly exports: ModuleExports;
  readonly evaluator: Evaluator;
}

class ModuleGraph {
  /** In the order of evaluation. */
  readonly facts: Map<string, ModuleFacts> = new Map();
  /** Values that some module changes, or hands to somebody who might. */
  readonly harmed: Set<Value> = new Set();
  readonly patching: Set<string> = new Set();
  /** By the modules that are imported. */
  readonly #importers = new Map<string, string[]>();
  readonly #sources: ReadonlyMap<string, string>;
  readonly #running = new Set<string>();

  constructor(modules: readonly WrappedModule[]) {
    this.#sources = new Map(modules.map(({ path, source }) => [path, source]));
    for (const { path } of modules) this.#load(path);
    // Grows while it is gone through.
    for (const path of this.patching) {
      for (const importer of this.#importers.get(path) ?? []) this.patching.add(importer);
    }
  }

  #load(path: string): ModuleFacts | null {
    const known = this.facts.get(path);
    if (known !== undefined) return known;
    const source = this.#sources.get(path);
    // In a cycle a module sees another one before it is finished.
    if (source === undefined || this.#running.has(path)) return null;
    this.#running.add(path);
    const facts = this.#read(path, source);
    this.#running.delete(path);
    this.facts.set(path, facts);
    return facts;
  }

  #read(path: string, source: string): ModuleFacts {
    const parsed = parseWrapped(source);
    if (parsed === null || patchesIntrinsics(parsed)) this.patching.add(path);
    const program = source.length > MAX_LENGTH ? null : parsed;
    this.#noteImports(path, source);
    const resolve = (specifier: string): Value | null => this.#resolve(path, specifier);
    const { isKnown, exports, evaluator } = readTopLevel(program?.body ?? [], source, resolve);
    if (program === null) {
      this.#handOverImports(source, resolve);
      return { isShareable: false, imports: [], exports: new Map(), evaluator };
    }
    const requires = listRequires(program);
    for (const specifier of requires ?? []) resolve(specifier);
    const { isClean, harmed } = checkUses(program, evaluator);
    for (const value of harmed) this.harmed.add(value);
    const imports = (requires ?? []).filter((specifier) => !isSdk(specifier));
    return {
      isShareable: isKnown && isClean && requires !== null,
      imports: imports.map((specifier) => resolvePath(path, specifier)),
      exports,
      evaluator,
    };
  }

  #noteImports(path: string, source: string): void {
    for (const specifier of requiredSpecifiers(source)) {
      if (isSdk(specifier)) continue;
      const imported = resolvePath(path, specifier);
      this.#importers.set(imported, [...(this.#importers.get(imported) ?? []), path]);
    }
  }

  #resolve(path: string, specifier: string): Value | null {
    if (isSdk(specifier)) return { kind: "sdk", path: specifier.slice("convex/".length) };
    const facts = this.#load(resolvePath(path, specifier));
    return facts === null ? null : { kind: "module", exports: facts.exports };
  }

  /** Nobody knows what a module does that was not looked at. */
  #handOverImports(source: string, resolve: (specifier: string) => Value | null): void {
    for (const specifier of requiredSpecifiers(source)) {
      const value = resolve(specifier);
      if (value !== null) for (const part of fragileParts(value)) this.harmed.add(part);
    }
  }
}

function parseWrapped(source: string): Program | null {
  try {
    return parse(source, { ecmaVersion: "latest", sourceType: "script" });
  } catch {
    // Syntax that the parser does not know yet.
    return null;
  }
}

const WRAPPER_NAMES: ReadonlySet<string> = new Set(["require", "module", "exports"]);

/** The specifiers that a module requires, at whatever time; null when the wrapper's names are used in other ways. */
function listRequires(program: Program): readonly string[] | null {
  const specifiers: string[] = [];
  let isPlain = true;
  walk(program, (node, around) => {
    if (isRequire(node)) {
      const [specifier] = node.arguments;
      if (specifier?.type === "Literal" && typeof specifier.value === "string")
        specifiers.push(specifier.value);
      else isPlain = false;
    }
    if (node.type !== "Identifier" || !WRAPPER_NAMES.has(node.name)) return;
    const parent = around.at(-1);
    if (!isReference(node, parent)) return;
    const isKnownUse =
      (parent?.type === "CallExpression" && parent.callee === node) ||
      (node.name === "module" && parent?.type === "MemberExpression");
    if (!isKnownUse) isPlain = false;
  });
  return isPlain ? specifiers : null;
}

/** What the top level made: what it imports is frozen already. */
function namesToFreeze({ values, own }: Evaluator): readonly string[] {
  return [...values].flatMap(([name, value]) =>
    value.kind === "function" || value.kind === "literal" || own.has(value) ? [name] : [],
  );
}

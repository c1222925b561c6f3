import { posix } from "node:path";

/** What of esbuild's output lowers, so that every continuation of app code is a call of `then`. */
export const WITHOUT_ASYNC: Readonly<Record<string, boolean>> = {
  "async-await": false,
  "async-generator": false,
  "for-await": false,
};

const NAMES = /\bAsync(?:LocalStorage|Resource)\b/;
/** Of a bundled module, whose imports stand there with these quotes; a text that looks like one does no harm. */
const IMPORT = /(?:\bfrom|\bimport|\bimport\()\s*"([^"]+)"/g;

/**
 * The modules whose async functions have to carry a context: those that may run in one execution with a module that
 * names `AsyncLocalStorage` or `AsyncResource`. All others keep their async functions as the engine has them.
 * @param modules ES modules of a bundle.
 * @returns their paths.
 */
export function findAsyncContext(
  modules: readonly { readonly path: string; readonly source: string }[],
): ReadonlySet<string> {
  const naming = modules.filter(({ source }) => NAMES.test(source)).map(({ path }) => path);
  if (naming.length === 0) return new Set();
  const imports = new Map(modules.map(({ path, source }) => [path, importsOf(path, source)]));
  const graphs = modules.map(({ path }) => reachable(path, imports));
  return new Set(
    graphs.filter((graph) => naming.some((path) => graph.has(path))).flatMap((graph) => [...graph]),
  );
}

function importsOf(path: string, source: string): readonly string[] {
  return Array.from(source.matchAll(IMPORT), ([, specifier]) =>
    posix.join(posix.dirname(path), specifier as string),
  );
}

function reachable(
  path: string,
  imports: ReadonlyMap<string, readonly string[]>,
  found: Set<string> = new Set(),
): Set<string> {
  if (found.has(path) || !imports.has(path)) return found;
  found.add(path);
  for (const imported of imports.get(path) ?? []) reachable(imported, imports, found);
  return found;
}

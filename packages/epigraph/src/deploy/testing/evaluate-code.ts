import { posix } from "node:path";
import { runInThisContext } from "node:vm";
import type { AnalysedFunction, AnalysedModule, Analysis, PushedCode, PushedModule } from "../analysis.ts";

type Exports = Record<string, unknown>;

/** Evaluates modules in wrapper form, as the runtime does: each once, on first use. */
export function evaluateCode({ modules, sdk, schema }: PushedCode): (path: string) => Exports {
  const definitions = new Map(
    [...modules, sdk, ...(schema === null ? [] : [schema])].map((m) => [m.path, m]),
  );
  const instances = new Map<string, { exports: Exports }>();
  const load = (path: string): Exports => {
    const existing = instances.get(path);
    if (existing !== undefined) return existing.exports;
    const definition = definitions.get(path);
    if (definition === undefined) throw new Error(`There is no module ${path}`);
    const module = { exports: {} as Exports };
    instances.set(path, module);
    const require = (specifier: string): unknown => {
      if (specifier.startsWith("convex/")) return load("_sdk.js")[specifier.slice("convex/".length)];
      return load(posix.join(posix.dirname(path), specifier));
    };
    wrap(definition)(module.exports, require, module);
    return module.exports;
  };
  return load;
}

function wrap({ source, path }: PushedModule): (...args: unknown[]) => void {
  const text = `(function (exports, require, module) {${source}\n})`;
  return runInThisContext(text, { filename: path }) as (...args: unknown[]) => void;
}

/** What functions, routes and schema the code has: enough of an analysis for well-behaved apps. */
export async function analyseCode(code: PushedCode): Promise<Analysis> {
  const load = evaluateCode(code);
  const modules: Record<string, AnalysedModule> = {};
  for (const { path } of code.modules) {
    if (path.startsWith("_deps/")) continue;
    const exports = load(path);
    const router = exports["default"] as { isRouter?: boolean; getRoutes(): [string, string][] } | undefined;
    modules[path] = {
      functions: Object.entries(exports).flatMap(([name, value]) => analyseFunction(name, value)),
      httpRoutes:
        router?.isRouter === true
          ? router.getRoutes().map(([route, method]) => ({ path: route, method }))
          : null,
    };
  }
  const schema = code.schema === null ? null : (load("schema.js")["default"] as { export(): string });
  const crons =
    modules["crons.js"] === undefined ? null : (load("crons.js")["default"] as { export(): string });
  return {
    modules,
    httpActions: [],
    schemaJson: schema?.export() ?? null,
    cronsJson: crons?.export() ?? null,
    definitionJson: null,
  };
}

interface Registered {
  readonly isQuery?: true;
  readonly isMutation?: true;
  readonly isAction?: true;
  readonly isPublic?: true;
  exportArgs(): string;
  exportReturns(): string;
}

function analyseFunction(name: string, value: unknown): AnalysedFunction[] {
  if (typeof value !== "function") return [];
  const { isQuery, isMutation, isAction, isPublic, ...registered } = value as unknown as Registered;
  if (!isQuery && !isMutation && !isAction) return [];
  return [
    {
      name,
      udfType: isQuery ? "Query" : isMutation ? "Mutation" : "Action",
      visibility: isPublic ? "public" : "internal",
      args: registered.exportArgs(),
      returns: registered.exportReturns(),
      line: null,
    },
  ];
}

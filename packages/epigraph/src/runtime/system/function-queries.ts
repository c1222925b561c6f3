import type { ActivePush } from "../../database/catalogue/catalogue.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import type { Value } from "../../values/value.ts";
import type { SystemQuery } from "./system-query.ts";

interface AnalysedModules {
  readonly [path: string]: {
    readonly functions: readonly {
      readonly name: string;
      readonly udfType: string;
      readonly visibility: "public" | "internal" | null;
      readonly args: string | null;
      readonly returns: string | null;
      readonly line?: number | null;
    }[];
  };
}

/**
 * The code that runs: `{modules: [{path, environment, functions: [{name, type, visibility, args, returns, line}]}],
 * routes: [{method, path}]}`, validators as JSON text; null before the first push.
 */
export const listFunctions: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }) {
    const push = transaction.catalogue.activePush(component);
    return encodeValueToString(push === null ? null : { modules: modulesOf(push), routes: routesOf(push) });
  },
};

function modulesOf({ functions, modules }: ActivePush): Value[] {
  const environments = new Map(modules.map(({ path, environment }) => [path, environment]));
  return Object.entries(JSON.parse(functions) as AnalysedModules).map(([path, module]) => ({
    path,
    environment: environments.get(path) ?? "isolate",
    functions: module.functions.map(
      ({ name, udfType, visibility, args, returns, line = null }): Value => ({
        name,
        type: udfType,
        visibility: visibility ?? "public",
        args,
        returns,
        line,
      }),
    ),
  }));
}

function routesOf({ httpRoutes }: ActivePush): Value[] {
  const routes = JSON.parse(httpRoutes ?? "[]") as readonly {
    readonly path: string;
    readonly method: string;
  }[];
  return routes.map(({ path, method }) => ({ method, path }));
}

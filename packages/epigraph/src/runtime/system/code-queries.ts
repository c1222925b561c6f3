import type { ActivePush } from "../../database/catalogue/catalogue.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import type { Value } from "../../values/value.ts";
import { dependOnSystemTable, hostVariable, type SystemQuery } from "./system-query.ts";

const ANY: Value = { type: "any" };

interface AnalysedModules {
  readonly [path: string]: {
    readonly functions: readonly {
      readonly name: string;
      readonly udfType: string;
      readonly visibility: "public" | "internal" | null;
      readonly args: string | null;
      readonly returns: string | null;
    }[];
  };
}

/** Every function and route of the code that runs, with validators as objects. */
export const apiSpec: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }) {
    const push = transaction.catalogue.activePush(component);
    return encodeValueToString(push === null ? [] : [...functionsOf(push), ...routesOf(push)]);
  },
};

function functionsOf({ functions }: ActivePush): Value[] {
  return Object.entries(JSON.parse(functions) as AnalysedModules).flatMap(([path, module]) =>
    module.functions.map(
      ({ name, udfType, visibility, args, returns }): Value => ({
        identifier: `${path}:${name}`,
        functionType: udfType,
        visibility: { kind: visibility ?? "public" },
        args: validator(args),
        returns: validator(returns),
      }),
    ),
  );
}

function routesOf({ httpRoutes }: ActivePush): Value[] {
  const routes = JSON.parse(httpRoutes ?? "[]") as readonly {
    readonly path: string;
    readonly method: string;
  }[];
  return routes.map(({ path, method }) => ({ functionType: "HttpAction", method, path }));
}

/** What says nothing about a value accepts any. */
function validator(json: string | null): Value {
  return ((json === null ? null : JSON.parse(json)) as Value) ?? ANY;
}

export const cloudUrl: SystemQuery = {
  right: "ViewData",
  run: (context) => encodeValueToString(hostVariable(context, "CONVEX_CLOUD_URL")),
};

export const siteUrl: SystemQuery = {
  right: "ViewData",
  run: (context) => encodeValueToString(hostVariable(context, "CONVEX_SITE_URL")),
};

/** There is the app, and nothing in it. */
export const listComponents: SystemQuery = {
  right: "ViewData",
  run: () => "[]",
};

/** The text of the schema that holds, and of the one that a push is checking. */
export const getSchemas: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }) {
    dependOnSystemTable(transaction, "_schemas");
    const { activeSchema, pendingSchema } = transaction.catalogue.namespace(component);
    return encodeValueToString({
      ...(activeSchema === null ? {} : { active: activeSchema.schema.json }),
      ...(pendingSchema === null ? {} : { inProgress: pendingSchema.schema.json }),
    });
  },
};

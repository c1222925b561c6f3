/** The module that names the identity providers. */
export const AUTH_CONFIG_PATH = "auth.config.js";

/** Facts of a module's exports as JSON text: functions, HTTP actions, routes, schema, crons, identity providers. Throws the platform's texts for what a push refuses. */
export function analyseModule(module: Record<string, unknown>, path: string): string {
  const functions: object[] = [];
  const httpActions: string[] = [];
  for (const [name, value] of Object.entries(module)) {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    if ("isHttp" in value) httpActions.push(name);
    const kinds = (["isQuery", "isMutation", "isAction"] as const).filter((kind) => kind in value);
    if (kinds.length !== 1) continue;
    const isPublic = "isPublic" in value;
    const isInternal = "isInternal" in value;
    if (isPublic && isInternal) continue;
    functions.push({
      name,
      udfType: (kinds[0] as string).slice(2),
      visibility: isPublic ? "public" : isInternal ? "internal" : null,
      args: exported(value, "exportArgs", path, name),
      returns: exported(value, "exportReturns", path, name),
      line: null,
    });
  }
  return JSON.stringify({
    functions,
    httpActions,
    httpRoutes: path === "http.js" ? routesOf(module) : null,
    schemaJson: path === "schema.js" ? schemaOf(module) : null,
    cronsJson: path === "crons.js" ? cronsOf(module) : null,
    definitionJson: path === "convex.config.js" ? definitionOf(module) : null,
    authConfig: path === AUTH_CONFIG_PATH ? authConfigOf(module) : null,
  });
}

function exported(
  value: object,
  method: "exportArgs" | "exportReturns",
  path: string,
  name: string,
): string | null {
  const run = (value as Record<string, unknown>)[method];
  if (run === undefined) return null;
  if (typeof run !== "function")
    throw new Error(`${path}:${name}.${method} is not a function or \`undefined\`.`);
  const json: unknown = run.call(value);
  if (typeof json !== "string") {
    throw new Error(`Invalid ${method} return value: ${path}:${name}.${method}() didn't return a string.`);
  }
  try {
    JSON.parse(json);
  } catch (cause) {
    throw new Error(`Invalid JSON returned from ${path}:${name}.${method}(): ${String(cause)}`);
  }
  return json;
}

const ROUTABLE = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

function routesOf(module: Record<string, unknown>): object[] {
  if (!("default" in module) || module["default"] === undefined) {
    throw new Error("`convex/http.js` must have a default export of a Router.");
  }
  const router = module["default"] as { isRouter?: unknown; getRoutes?: unknown } | null;
  if (typeof router !== "object" || router === null || router.isRouter !== true) {
    throw new Error("The default export of `convex/http.js` is not a Router.");
  }
  if (typeof router.getRoutes !== "function") throw new Error(".getRoutes property on Router not found");
  const wrong = (reason: string): Error =>
    new Error(`The \`getRoutes()\` method of Router did not return the expected type. (${reason})`);
  const routes: unknown = router.getRoutes();
  if (!Array.isArray(routes)) throw wrong("arr is not an array");
  return routes.map((route: unknown, index) => {
    if (!Array.isArray(route)) throw wrong(`arr[${index}] is not an array`);
    const [path, method] = route as unknown[];
    if (typeof path !== "string") throw wrong(`arr[${index}][0] is not a string`);
    if (typeof method !== "string") throw wrong(`arr[${index}][1] is not a string`);
    if (!ROUTABLE.includes(method)) {
      throw wrong(`arr[${index}][1] is not not a routable method (one of ${ROUTABLE.join(", ")})`);
    }
    return { path, method };
  });
}

function cronsOf(module: Record<string, unknown>): string {
  if (!("default" in module) || module["default"] === undefined) {
    throw new Error("`convex/crons.js` must have a default export of a Crons object.");
  }
  const crons = module["default"] as { isCrons?: unknown; export?: unknown } | null;
  if (typeof crons !== "object" || crons === null || crons.isCrons !== true) {
    throw new Error("The default export of `convex/crons.js` is not a Crons object.");
  }
  if (typeof crons.export !== "function") throw new Error(".export property on Crons not found");
  const json: unknown = crons.export();
  if (typeof json !== "string") throw new Error("The `export()` method of Crons did not return a string");
  return json;
}

function definitionOf(module: Record<string, unknown>): string {
  const definition = module["default"] as { export?: unknown } | null | undefined;
  if (typeof definition !== "object" || definition === null || typeof definition.export !== "function") {
    throw new Error("The default export of `convex/convex.config.js` is not an app definition.");
  }
  return JSON.stringify(definition.export());
}

function schemaOf(module: Record<string, unknown>): string {
  if (!("default" in module) || module["default"] === undefined) {
    throw new Error(
      "Schema file missing default export. To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.",
    );
  }
  const schema = module["default"] as { export?: unknown } | null;
  if (typeof schema !== "object" || schema === null || typeof schema.export !== "function") {
    throw new Error(
      "Default export from schema file isn't a Convex schema. To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.",
    );
  }
  return String(schema.export());
}

/** What it is is checked by the host. */
function authConfigOf(module: Record<string, unknown>): unknown {
  if (module["default"] !== undefined) return module["default"];
  throw new Error(
    "auth config file is missing default export. To learn more, see the auth documentation at https://docs.convex.dev/auth.",
  );
}

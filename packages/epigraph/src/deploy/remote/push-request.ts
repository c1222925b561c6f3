import { EpigraphError } from "../../errors/epigraph-error.ts";
import { isPlainObject } from "../../values/value.ts";

/** A module as the official CLI bundled it: an ES module, the SDK within. */
export interface SentModule {
  readonly path: string;
  readonly source: string;
  readonly sourceMap: string | null;
  readonly environment: "isolate" | "node";
}

/** A module that the CLI did not send again, because the deployment has said that it has it. */
export interface UnchangedModule {
  readonly path: string;
  readonly environment: "isolate" | "node";
  readonly sha256: string;
}

export interface NodeDependency {
  readonly name: string;
  readonly version: string;
}

/** The body of `start_push`, `evaluate_push` and `evaluate_schema`. */
export interface PushRequest {
  readonly isDryRun: boolean;
  /** Folder of the app's functions, `convex/`. */
  readonly functionsFolder: string;
  readonly definition: SentModule | null;
  readonly schema: SentModule | null;
  readonly changed: readonly SentModule[];
  readonly unchanged: readonly UnchangedModule[];
  /** Version of the `convex` package that sends it. */
  readonly udfServerVersion: string;
  /** Paths of the definitions of components that come with it. */
  readonly components: readonly string[];
  readonly nodeDependencies: readonly NodeDependency[];
  readonly nodeVersion: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/** @throws EpigraphError `BadJsonBody` */
export function parsePushRequest(body: Json): PushRequest {
  const app = object(body, "appDefinition");
  return {
    isDryRun: body["dryRun"] === true,
    functionsFolder: text(body, "functions"),
    definition: optional(app, "definition", parseModule),
    schema: optional(app, "schema", parseModule),
    // Until 1.31 the CLI sent everything, under the older name.
    changed: list(app, "changedModules" in app ? "changedModules" : "functions", parseModule),
    unchanged: "unchangedModuleHashes" in app ? list(app, "unchangedModuleHashes", parseUnchanged) : [],
    udfServerVersion: text(app, "udfServerVersion"),
    components: list(body, "componentDefinitions", (definition) => text(definition, "definitionPath")),
    nodeDependencies: list(body, "nodeDependencies", (dependency) => ({
      name: text(dependency, "name"),
      version: text(dependency, "version"),
    })),
    nodeVersion: optionalText(body, "nodeVersion"),
  };
}

function parseModule(module: Json): SentModule {
  return {
    path: text(module, "path"),
    source: text(module, "source"),
    sourceMap: optionalText(module, "sourceMap"),
    environment: environmentOf(module),
  };
}

function parseUnchanged(module: Json): UnchangedModule {
  return { path: text(module, "path"), sha256: text(module, "sha256"), environment: environmentOf(module) };
}

function environmentOf(module: Json): "isolate" | "node" {
  const environment = module["environment"] ?? "isolate";
  if (environment === "isolate" || environment === "node") return environment;
  throw wrongShape("environment: expected `isolate` or `node`");
}

function object(json: Json, field: string): Json {
  const value = json[field];
  if (isPlainObject(value)) return value;
  throw wrongShape(`${field}: expected an object`);
}

function text(json: Json, field: string): string {
  const value = json[field];
  if (typeof value === "string") return value;
  throw wrongShape(`${field}: expected a string`);
}

function optionalText(json: Json, field: string): string | null {
  const value = json[field] ?? null;
  return value === null ? null : text(json, field);
}

function optional<T>(json: Json, field: string, parse: (json: Json) => T): T | null {
  const value = json[field] ?? null;
  return value === null ? null : parse(object(json, field));
}

function list<T>(json: Json, field: string, parse: (json: Json) => T): readonly T[] {
  const value = json[field];
  if (!Array.isArray(value)) throw wrongShape(`${field}: expected an array`);
  return value.map((item: unknown) => {
    if (isPlainObject(item)) return parse(item);
    throw wrongShape(`${field}: expected objects`);
  });
}

function wrongShape(detail: string): EpigraphError {
  return new EpigraphError(
    "BadJsonBody",
    `Failed to deserialize the JSON body into the target type: ${detail}`,
  );
}

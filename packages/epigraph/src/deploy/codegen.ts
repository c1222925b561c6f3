import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AppFiles } from "./entry-points.ts";
import type { App } from "./find-app.ts";

const HEADER =
  "/* eslint-disable */\n/**\n * Generated from the functions folder: do not edit. It is written anew at each push.\n */\n";

/** Writes `_generated/`; only files whose content changes are touched. */
export function generateCode(app: App, files: AppFiles): void {
  const folder = join(app.functions, "_generated");
  mkdirSync(folder, { recursive: true });
  const ownSdk = !hasVendorPackage(app);
  const reference = ownSdk ? '/// <reference path="./convex.d.ts" />\n' : "";
  const contents: Record<string, string> = {
    "api.d.ts": HEADER + reference + apiTypes(files),
    "api.js": `${HEADER}import { anyApi, componentsGeneric } from "convex/server";\n\nexport const api = anyApi;\nexport const internal = anyApi;\nexport const components = componentsGeneric();\n`,
    "server.d.ts": HEADER + reference + SERVER_TYPES,
    "server.js": HEADER + SERVER_CODE,
    "dataModel.d.ts": HEADER + reference + (files.schema === null ? ANY_DATA_MODEL : SCHEMA_DATA_MODEL),
  };
  if (ownSdk)
    contents["convex.d.ts"] =
      `${HEADER}declare module "convex/server" {\n  export * from "epigraph/server";\n}\n\ndeclare module "convex/values" {\n  export * from "epigraph/values";\n}\n`;
  else rmSync(join(folder, "convex.d.ts"), { force: true });
  for (const [name, text] of Object.entries(contents)) {
    const path = join(folder, name);
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
  }
}

function hasVendorPackage(app: App): boolean {
  try {
    createRequire(join(app.functions, "_.js")).resolve("convex/package.json");
    return true;
  } catch {
    return false;
  }
}

const RESERVED = new Set([
  "api",
  "internal",
  "components",
  "fullApi",
  "default",
  "delete",
  "import",
  "export",
  "class",
  "function",
  "new",
  "return",
  "switch",
  "this",
  "throw",
  "try",
  "typeof",
  "var",
  "void",
  "while",
  "with",
  "in",
  "for",
  "if",
  "do",
  "else",
  "enum",
  "null",
  "true",
  "false",
  "case",
  "catch",
  "const",
  "continue",
  "debugger",
  "extends",
  "finally",
  "instanceof",
  "super",
  "yield",
  "let",
  "static",
  "await",
  "package",
  "private",
  "protected",
  "public",
  "interface",
  "implements",
  "break",
]);

function apiTypes(files: AppFiles): string {
  const modules = files.entryPoints.map((file) => {
    const path = file.replace(/\.[^.]+$/, "");
    const name = path.replace(/[^A-Za-z0-9_$]/g, "_");
    return { path, name: RESERVED.has(name) ? `${name}_` : name };
  });
  const imports = modules
    .map(({ path, name }) => `import type * as ${name} from "../${path}.js";\n`)
    .join("");
  const entries = modules.map(({ path, name }) => `  ${JSON.stringify(path)}: typeof ${name};\n`).join("");
  return `${imports}
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";

declare const fullApi: ApiFromModules<{
${entries}}>;

export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;
export declare const components: {};
`;
}

const SERVER_TYPES = `import type {
  ActionBuilder,
  GenericActionCtx,
  GenericDatabaseReader,
  GenericDatabaseWriter,
  GenericMutationCtx,
  GenericQueryCtx,
  HttpActionBuilder,
  MutationBuilder,
  QueryBuilder,
} from "convex/server";
import type { DataModel } from "./dataModel.js";

export declare const query: QueryBuilder<DataModel, "public">;
export declare const internalQuery: QueryBuilder<DataModel, "internal">;
export declare const mutation: MutationBuilder<DataModel, "public">;
export declare const internalMutation: MutationBuilder<DataModel, "internal">;
export declare const action: ActionBuilder<DataModel, "public">;
export declare const internalAction: ActionBuilder<DataModel, "internal">;
export declare const httpAction: HttpActionBuilder;
export declare const env: { readonly CONVEX_CLOUD_URL: string; readonly CONVEX_SITE_URL: string };

export type QueryCtx = GenericQueryCtx<DataModel>;
export type MutationCtx = GenericMutationCtx<DataModel>;
export type ActionCtx = GenericActionCtx<DataModel>;
export type DatabaseReader = GenericDatabaseReader<DataModel>;
export type DatabaseWriter = GenericDatabaseWriter<DataModel>;
`;

const SERVER_CODE = `import {
  actionGeneric,
  httpActionGeneric,
  internalActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  mutationGeneric,
  queryGeneric,
} from "convex/server";

export const query = queryGeneric;
export const internalQuery = internalQueryGeneric;
export const mutation = mutationGeneric;
export const internalMutation = internalMutationGeneric;
export const action = actionGeneric;
export const internalAction = internalActionGeneric;
export const httpAction = httpActionGeneric;
export const env = process.env;
`;

const SCHEMA_DATA_MODEL = `import type { DataModelFromSchemaDefinition, DocumentByName, SystemTableNames, TableNamesInDataModel } from "convex/server";
import type { GenericId } from "convex/values";
import type schema from "../schema.js";

export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
export type TableNames = TableNamesInDataModel<DataModel>;
export type Doc<TableName extends TableNames> = DocumentByName<DataModel, TableName>;
export type Id<TableName extends TableNames | SystemTableNames> = GenericId<TableName>;
`;

const ANY_DATA_MODEL = `import type { AnyDataModel } from "convex/server";
import type { GenericId } from "convex/values";

export type DataModel = AnyDataModel;
export type TableNames = string;
export type Doc = any;
export type Id<TableName extends TableNames = TableNames> = GenericId<TableName>;
`;

import type { CodegenInput, GeneratedFiles } from "./generated-files.ts";
import { HEADER } from "./header.ts";

/** The references to all functions: `api`, `internal`, `components`. */
export function generateApi(input: CodegenInput, fileType: "js/dts" | "ts"): GeneratedFiles {
  if (fileType === "ts") return { "api.ts": generateTypeScript(input) };
  return { "api.d.ts": generateDeclarations(input), "api.js": generateScript() };
}

/** The same for scripts that can't import ES modules. */
export function generateCommonJSApi(input: CodegenInput): GeneratedFiles {
  return {
    "api_cjs.d.cts": generateDeclarations(input),
    "api_cjs.cjs": `${HEADER}
const { anyApi, componentsGeneric } = require("convex/server");

module.exports = { api: anyApi, internal: anyApi, components: componentsGeneric() };
`,
  };
}

function generateScript(): string {
  return `${HEADER}
import { anyApi, componentsGeneric } from "convex/server";

/** References to the app's public functions, for example \`api.messages.list\`. */
export const api = anyApi;

/** References to the app's internal functions. */
export const internal = anyApi;

export const components = componentsGeneric();
`;
}

function generateDeclarations(input: CodegenInput): string {
  return `${HEADER}${input.reference}
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
${moduleImports(input)}
declare const fullApi: ApiFromModules<${moduleMap(input)}>;

/** References to the app's public functions, for example \`api.messages.list\`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** References to the app's internal functions. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

export declare const components: {};
`;
}

function generateTypeScript(input: CodegenInput): string {
  return `${HEADER}${input.reference}
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import { anyApi, componentsGeneric } from "convex/server";
${moduleImports(input)}
const fullApi: ApiFromModules<${moduleMap(input)}> = anyApi as any;

/** References to the app's public functions, for example \`api.messages.list\`. */
export const api: FilterApi<typeof fullApi, FunctionReference<any, "public">> = anyApi as any;

/** References to the app's internal functions. */
export const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">> = anyApi as any;

export const components = componentsGeneric() as unknown as {};
`;
}

function moduleImports({ entryPoints }: CodegenInput): string {
  const identifiers = nameModules(entryPoints.map(({ name }) => name));
  return entryPoints
    .map(
      ({ name, file }) => `import type * as ${identifiers.get(name)} from "../${name}.${extension(file)}";\n`,
    )
    .join("");
}

/** How TypeScript wants the compiled file to be called. */
function extension(file: string): string {
  const module = /\.([mc])[jt]s$/.exec(file)?.[1];
  return module === undefined ? "js" : `${module}js`;
}

function moduleMap({ entryPoints }: CodegenInput): string {
  if (entryPoints.length === 0) return "{}";
  const identifiers = nameModules(entryPoints.map(({ name }) => name));
  const lines = entryPoints.map(
    ({ name }) => `  ${JSON.stringify(name)}: typeof ${identifiers.get(name)};\n`,
  );
  return `{\n${lines.join("")}}`;
}

const TAKEN = [
  "api internal components fullApi",
  "ApiFromModules FilterApi FunctionReference anyApi componentsGeneric",
  "await break case catch class const continue debugger default delete do else enum export extends false finally for",
  "function if implements import in instanceof interface let new null package private protected public return static",
  "super switch this throw true try typeof var void while with yield arguments eval",
].flatMap((words) => words.split(" "));

/** An identifier for each module: `sub/send-all` becomes `sub_send_all`, with `_` behind what is taken. */
function nameModules(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(TAKEN);
  const identifiers = new Map<string, string>();
  for (const name of names) {
    let identifier = name.replace(/[^A-Za-z0-9_$]/g, "_").replace(/^(?=\d)/, "_");
    while (taken.has(identifier)) identifier += "_";
    taken.add(identifier);
    identifiers.set(name, identifier);
  }
  return identifiers;
}

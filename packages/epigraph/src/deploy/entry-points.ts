import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { appError } from "./app-error.ts";
import type { App } from "./find-app.ts";
import { hasUseNodeDirective } from "./use-node-directive.ts";

/** A file of the functions folder that becomes a module. */
export interface EntryPoint {
  /** Path below the functions folder, with `/` and its extension: `sub/messages.ts`. */
  readonly file: string;
  /** The same without extension: `sub/messages`. */
  readonly name: string;
  /** Whether the file asks for the Node runtime. */
  readonly usesNode: boolean;
}

const SOURCE_FILE = /\.(?:[mc]?[jt]s|[jt]sx)$/;
const TYPESCRIPT_FILE = /\.tsx?$/;
/** Files that the server itself reads. */
const NEVER_NODE: ReadonlySet<string> = new Set(["http", "crons", "schema", "auth.config"]);
const IMPORT_OR_EXPORT = /^\s*(?:import|export)\b/m;

/**
 * The files of an app that become modules, sorted by path. Helper files without functions are among them.
 * @throws AppError for files the platform does not allow.
 */
export function findEntryPoints(app: App): readonly EntryPoint[] {
  const found = walk(app, "");
  checkNames(app, found);
  checkRuntimes(app, found);
  return found;
}

/** The schema file, relative to the functions folder; null when the app has none. */
export function findSchemaFile(app: App): string | null {
  return findFile(app, ["schema.ts", "schema.js"]);
}

/** The file with the app's definition, relative to the functions folder; null when the app has none. */
export function findDefinitionFile(app: App): string | null {
  return findFile(app, ["convex.config.ts", "convex.config.js"]);
}

/**
 * The file that names the identity providers, relative to the functions folder; null when the app has none.
 * @throws AppError `InvalidModules` when there are two.
 */
export function findAuthConfigFile(app: App): string | null {
  const [ts, js] = [findFile(app, ["auth.config.ts"]), findFile(app, ["auth.config.js"])];
  if (ts !== null && js !== null) {
    throw appError(
      "InvalidModules",
      `Found both ${ts} and ${js} in ${app.functionsPath}/: remove one of them.`,
    );
  }
  return ts ?? js;
}

/**
 * The first of some files that lies directly in the functions folder.
 */
export function findFile(app: App, names: readonly string[]): string | null {
  const present = new Set(readdirSync(app.functionsFolder));
  return names.find((name) => present.has(name)) ?? null;
}

function walk(app: App, folder: string): EntryPoint[] {
  const entries = readdirSync(join(app.functionsFolder, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  // A folder with a definition of its own is a component, which brings its functions itself.
  if (folder !== "" && entries.some(({ name }) => /^convex\.config\.[jt]s$/.test(name))) return [];
  return entries.flatMap((entry) => {
    const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return isSkippedFolder(file) ? [] : walk(app, file);
    return isModule(app, file, entry.name) ? [toEntryPoint(app, file)] : [];
  });
}

function isSkippedFolder(folder: string): boolean {
  return folder === "_generated" || folder.startsWith(".") || folder.endsWith("node_modules");
}

function isModule(app: App, file: string, name: string): boolean {
  if (!SOURCE_FILE.test(name)) return false;
  if (name.startsWith(".") || name.startsWith("#") || file.includes(" ")) return false;
  if (name === "schema.ts" || name === "schema.js") return false;
  if (name.indexOf(".") !== name.lastIndexOf(".")) return false;
  if (file.startsWith("_deps/")) {
    throw appError(
      "InvalidModulePath",
      `The folder ${app.functionsPath}/_deps is reserved for shared code of the bundle: rename it.`,
      { file: `${app.functionsPath}/${file}`, line: 1, column: 0 },
    );
  }
  return !TYPESCRIPT_FILE.test(name) || IMPORT_OR_EXPORT.test(read(app, file));
}

function toEntryPoint(app: App, file: string): EntryPoint {
  const name = file.replace(/\.[^./]+$/, "");
  return { file, name, usesNode: hasUseNodeDirective(read(app, file)) };
}

function read(app: App, file: string): string {
  return readFileSync(join(app.functionsFolder, file), "utf8");
}

function checkNames(app: App, entryPoints: readonly EntryPoint[]): void {
  const byName = new Map<string, string>();
  for (const { file, name } of entryPoints) {
    const location = { file: `${app.functionsPath}/${file}`, line: 1, column: 0 };
    const other = byName.get(name);
    if (other !== undefined) {
      throw appError(
        "CanonicalizationConflict",
        "Multiple modules canonicalize to the same name.",
        location,
        [
          `${app.functionsPath}/${other} and ${app.functionsPath}/${file} differ in the extension only: rename one of them.`,
        ],
      );
    }
    byName.set(name, file);
    for (const part of name.split("/")) {
      if (/^[A-Za-z0-9_.]{1,64}$/.test(part) && /[A-Za-z0-9]/.test(part)) continue;
      throw appError(
        "BadConvexModuleIdentifier",
        `${name}.js is not a valid path to a Convex module: "${part}" may have 1 to 64 letters, digits, underscores and periods, one letter or digit at least.`,
        location,
      );
    }
  }
}

function checkRuntimes(app: App, entryPoints: readonly EntryPoint[]): void {
  const special = ["schema.ts", "schema.js", "auth.config.ts", "auth.config.js"]
    .flatMap((file) => findFile(app, [file]) ?? [])
    .map((file) => ({
      file,
      name: file.replace(/\.[^.]+$/, ""),
      usesNode: hasUseNodeDirective(read(app, file)),
    }));
  for (const { file, name, usesNode } of [...entryPoints, ...special]) {
    const location = { file: `${app.functionsPath}/${file}`, line: 1, column: 0 };
    if (usesNode && NEVER_NODE.has(name)) {
      throw appError("InvalidModules", `"use node" directive is not allowed for ${file}.`, location);
    }
    if (!usesNode && file.startsWith("actions/")) {
      throw appError(
        "InvalidModules",
        `Files in ${app.functionsPath}/actions run in Node.js, which ${file} does not ask for: put "use node"; at its top, or move it to another folder.`,
        location,
      );
    }
  }
}

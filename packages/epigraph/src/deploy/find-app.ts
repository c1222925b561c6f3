import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { appError } from "./app-error.ts";
import { listDependencies } from "./installed-packages.ts";

/** An app on disk. */
export interface App {
  /** Absolute path of the folder with `package.json`, `convex.json` and `.env.local`. */
  readonly folder: string;
  /** Absolute path of the folder with the functions. */
  readonly functionsFolder: string;
  /** The same relative to `folder`, with `/`: usually `convex`. */
  readonly functionsPath: string;
  readonly config: AppConfig;
  /** Names of all packages that `package.json` lists, of whatever kind. */
  readonly dependencies: ReadonlySet<string>;
}

/** What `convex.json` says, with the defaults filled in. */
export interface AppConfig {
  /** Layout of the generated code: declarations beside scripts, or TypeScript alone. */
  readonly fileType: "js/dts" | "ts";
  readonly generateCommonJSApi: boolean;
  /** What checks types. */
  readonly compiler: "tsc" | "tsgo";
  /** Whether source maps carry the sources. */
  readonly includeSourcesContent: boolean;
  /** Of modules with the "use node" directive. */
  readonly node: {
    /** Names of packages that are imported at run time instead of being bundled; `*` for all that are listed. */
    readonly externalPackages: readonly string[];
    /** The version that was asked for; null for none. */
    readonly nodeVersion: string | null;
  };
}

/** How deep other apps are looked for, to name them when there is none here. */
const MAX_SEARCH_DEPTH = 3;

/**
 * Finds the app in a folder.
 * @throws AppError `NoApp` or `InvalidConvexJson`, with the fix.
 */
export function findApp(folder: string): App {
  const root = resolve(folder);
  const packageJson = readJson(join(root, "package.json"));
  const convexJson = readJson(join(root, "convex.json"));
  const dependencies = listDependencies(packageJson ?? {});
  const configured = convexJson?.["functions"];
  if (configured !== undefined && typeof configured !== "string") {
    throw appError("InvalidConvexJson", '"functions" in convex.json must be the path of a folder.');
  }
  const functionsFolder = resolve(root, configured ?? defaultFunctionsPath(dependencies));
  const functionsPath = toPosix(relative(root, functionsFolder));
  if (!isFolder(functionsFolder)) throw noApp(root, functionsPath, configured !== undefined);
  return { folder: root, functionsFolder, functionsPath, config: readConfig(convexJson), dependencies };
}

/** A path as it is shown and stored: with `/` on every system. */
export function toPosix(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

function defaultFunctionsPath(dependencies: ReadonlySet<string>): string {
  // Create React App compiles nothing outside of src/.
  return dependencies.has("react-scripts") ? "src/convex" : "convex";
}

function readConfig(convexJson: Record<string, unknown> | null): AppConfig {
  const codegen = asObject(convexJson?.["codegen"]);
  const fileType = codegen?.["fileType"] ?? "js/dts";
  if (fileType !== "js/dts" && fileType !== "ts") {
    throw appError("InvalidConvexJson", '"codegen.fileType" in convex.json must be "js/dts" or "ts".');
  }
  const generateCommonJSApi = convexJson?.["generateCommonJSApi"] === true;
  if (generateCommonJSApi && fileType === "ts") {
    throw appError(
      "InvalidConvexJson",
      '"generateCommonJSApi" in convex.json can\'t be combined with "codegen.fileType": "ts": remove one of them.',
    );
  }
  const includeSourcesContent = asObject(convexJson?.["bundler"])?.["includeSourcesContent"] === true;
  const compiler = convexJson?.["typescriptCompiler"] ?? "tsc";
  if (compiler !== "tsc" && compiler !== "tsgo") {
    throw appError("InvalidConvexJson", '"typescriptCompiler" in convex.json must be "tsc" or "tsgo".');
  }
  const node = readNodeConfig(asObject(convexJson?.["node"]) ?? {});
  return { fileType, generateCommonJSApi, includeSourcesContent, compiler, node };
}

function readNodeConfig({
  externalPackages = [],
  nodeVersion = null,
}: Readonly<Record<string, unknown>>): AppConfig["node"] {
  if (!Array.isArray(externalPackages) || !externalPackages.every((name) => typeof name === "string")) {
    throw appError(
      "InvalidConvexJson",
      '"node.externalPackages" in convex.json must be a list of package names, or ["*"] for all.',
    );
  }
  if (nodeVersion !== null && typeof nodeVersion !== "string") {
    throw appError("InvalidConvexJson", '"node.nodeVersion" in convex.json must be a text such as "22".');
  }
  return { externalPackages, nodeVersion };
}

function noApp(root: string, functionsPath: string, configured: boolean): Error {
  if (configured) {
    return appError(
      "NoApp",
      `convex.json names "${functionsPath}" as the functions folder, but ${root} has no such folder: create it or correct "functions".`,
    );
  }
  const above = findAbove(root);
  if (above !== null) {
    return appError(
      "NoApp",
      `There is no ${functionsPath}/ folder in ${root}, but one further up: run this in ${above}, or with --dir ${toPosix(relative(root, above))}.`,
    );
  }
  const below = findBelow(root, MAX_SEARCH_DEPTH).map((folder) => toPosix(relative(root, folder)));
  const [first, ...others] = below;
  if (first !== undefined) {
    const also = others.length === 0 ? "" : ` (also: ${others.join(", ")})`;
    return appError(
      "NoApp",
      `There is no ${functionsPath}/ folder in ${root}, but one in ${first}: run this with --dir ${first}${also}.`,
    );
  }
  return appError(
    "NoApp",
    `There is no ${functionsPath}/ folder in ${root}: create it and put a file with functions there, or name the app's folder with --dir.`,
  );
}

function findAbove(root: string): string | null {
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    if (hasApp(folder)) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function findBelow(folder: string, depth: number): string[] {
  if (depth === 0) return [];
  return listFolders(folder).flatMap((child) => (hasApp(child) ? [child] : findBelow(child, depth - 1)));
}

/** A `convex` folder alone may be anything: the manifest beside it makes it an app. */
function hasApp(folder: string): boolean {
  if (existsSync(join(folder, "convex.json"))) return true;
  return isFolder(join(folder, "convex")) && existsSync(join(folder, "package.json"));
}

function listFolders(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
    .map((entry) => join(folder, entry.name))
    .sort();
}

function readJson(path: string): Record<string, unknown> | null {
  if (!existsSync(path)) return null;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw appError("InvalidConvexJson", `${path} is not valid JSON: ${(error as Error).message}`);
  }
  return asObject(json);
}

function asObject(json: unknown): Record<string, unknown> | null {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Record<string, unknown>)
    : null;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

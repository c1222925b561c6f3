import { existsSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";
import type { BuildOptions, BuildResult } from "esbuild";
import type { InstalledPackages } from "./analysis.ts";
import { appError } from "./app-error.ts";
import { asyncHooks, externalSdk, serverOnly, wasm } from "./bundle-plugins.ts";
import { toAppError } from "./bundle-problems.ts";
import { build } from "./bundler.ts";
import {
  type EntryPoint,
  findAuthConfigFile,
  findDefinitionFile,
  findEntryPoints,
  findSchemaFile,
} from "./entry-points.ts";
import { type ExternalPackages, findExternalPackages } from "./external-packages.ts";
import { type App, toPosix } from "./find-app.ts";
import { namespaceImports } from "./namespace-imports.ts";
import { bundleSdk, type SdkBundle } from "./sdk-modules.ts";
import { checkSupported } from "./unsupported.ts";

/** An ES module of the bundle. */
export interface BundledModule {
  /** `messages.js`, `sub/tasks.js`, or `_deps/….js` for code that several modules share. */
  readonly path: string;
  readonly source: string;
  /** JSON text. */
  readonly sourceMap: string;
  readonly environment: "isolate" | "node";
}

/** A module with all it imports except the SDK. */
export type LoneModule = Pick<BundledModule, "source" | "sourceMap">;

/** Bundled code, whoever has bundled it. */
export interface BundledCode {
  readonly modules: readonly BundledModule[];
  /** The schema alone; null when the app has none. */
  readonly schema: LoneModule | null;
  /** What `convex.config` exports, alone; null when the app has none. */
  readonly definition: LoneModule | null;
  /** What names the identity providers, alone; null when the app has none. */
  readonly authConfig: LoneModule | null;
  readonly sdk: SdkBundle;
  /** Where Node finds what its modules import; null when the app has none. */
  readonly packages: InstalledPackages | null;
}

/** The code of an app, bundled here. */
export interface AppBundle extends BundledCode {
  /** What the developer should know, a sentence each. */
  readonly warnings: readonly string[];
  /** Absolute paths of the app's files the bundle was made from, outside of `node_modules`. */
  readonly inputs: readonly string[];
}

type MemoryResult = BuildResult<{ write: false; metafile: true }>;

/** Outputs are named as if they lay here, beside the functions folder: source maps get paths like `../convex/messages.ts`. */
const OUT = "out";

/**
 * Bundles an app's functions and schema. The generated code they import has to be there.
 * @throws AppError with every problem and its place.
 */
export async function bundleApp(app: App): Promise<AppBundle> {
  const entryPoints = findEntryPoints(app);
  const schemaFile = findSchemaFile(app);
  const definitionFile = findDefinitionFile(app);
  const authConfigFile = findAuthConfigFile(app);
  if (entryPoints.length === 0 && schemaFile === null && authConfigFile === null) throw emptyApp(app);
  // What isn't there yet explains most of what fails to bundle: imports of Node's modules, of components.
  const external = findExternalPackages(app);
  const [modules, nodeModules, schema, definition, authConfig, sdk] = await Promise.all([
    buildModules(app, entryPoints),
    buildNodeModules(app, entryPoints, external),
    schemaFile === null ? null : buildAlone(app, schemaFile),
    definitionFile === null ? null : buildAlone(app, definitionFile),
    authConfigFile === null ? null : buildAlone(app, authConfigFile),
    bundleSdk(app.folder),
  ]).catch(async (error: unknown) => {
    await checkSupported(app, { entryPoints, modules: [], outFolder: OUT, schemaInputs: [] });
    throw error;
  });
  const bundled = [...toModules(app, modules, "isolate"), ...toModules(app, nodeModules, "node")];
  const schemaInputs = schema === null ? [] : listInputs(app, schema);
  await checkSupported(app, { entryPoints, modules: bundled, outFolder: OUT, schemaInputs });
  return {
    modules: bundled,
    schema: toModules(app, schema, "isolate")[0] ?? null,
    definition: toModules(app, definition, "isolate")[0] ?? null,
    authConfig: toModules(app, authConfig, "isolate")[0] ?? null,
    sdk,
    packages: nodeModules === null ? null : { folder: app.folder, versions: external.used() },
    warnings: nodeModules === null ? [] : nodeVersionWarnings(app),
    inputs: [
      ...new Set([
        ...[modules, nodeModules, definition, authConfig].flatMap((result) => listInputs(app, result)),
        ...schemaInputs,
      ]),
    ],
  };
}

function emptyApp(app: App): Error {
  return appError(
    "NoFunctions",
    `The folder ${app.functionsPath}/ has no functions yet: add a file such as ${app.functionsPath}/messages.ts that exports a query.`,
  );
}

/** There is one Node here, whatever the app asks for. */
function nodeVersionWarnings({ config }: App): string[] {
  const { nodeVersion } = config.node;
  const [major] = process.versions.node.split(".");
  if (nodeVersion === null || nodeVersion === major) return [];
  return [
    `convex.json asks for Node.js ${nodeVersion}, but functions with "use node" run on the Node.js that runs this server, ${process.version}.`,
  ];
}

async function buildModules(app: App, entryPoints: readonly EntryPoint[]): Promise<MemoryResult | null> {
  const files = entryPoints.filter(({ usesNode }) => !usesNode).map(({ file }) => file);
  if (files.length === 0) return null;
  return run(app, { entryPoints: files.map((file) => join(app.functionsFolder, file)), splitting: true });
}

/** Apart from the others: code that both runtimes use is bundled for each of them. */
async function buildNodeModules(
  app: App,
  entryPoints: readonly EntryPoint[],
  external: ExternalPackages,
): Promise<MemoryResult | null> {
  const files = entryPoints.filter(({ usesNode }) => usesNode).map(({ file }) => file);
  if (files.length === 0) return null;
  return run(app, {
    entryPoints: files.map((file) => join(app.functionsFolder, file)),
    splitting: true,
    platform: "node",
    chunkNames: "_deps/node/[hash]",
    plugins: [externalSdk, serverOnly, external.plugin, wasm, namespaceImports],
  });
}

/** Apart from the functions: what is evaluated alone may import files that are modules too. */
function buildAlone(app: App, file: string): Promise<MemoryResult> {
  return run(app, { entryPoints: [join(app.functionsFolder, file)], splitting: false });
}

async function run(app: App, options: BuildOptions): Promise<MemoryResult> {
  try {
    return await build({
      absWorkingDir: app.folder,
      bundle: true,
      format: "esm",
      target: "esnext",
      platform: "browser",
      conditions: ["convex", "module"],
      jsx: "automatic",
      outdir: OUT,
      outbase: app.functionsFolder,
      chunkNames: "_deps/[hash]",
      sourcemap: "external",
      sourcesContent: app.config.includeSourcesContent,
      treeShaking: true,
      // Identifiers stay: `user.nmae is not a function` helps, `e.nmae` does not, and nobody downloads this code.
      minifySyntax: true,
      keepNames: true,
      define: { "process.env.NODE_ENV": '"production"' },
      plugins: [externalSdk, serverOnly, asyncHooks, wasm, namespaceImports],
      logLevel: "silent",
      ...options,
      write: false,
      metafile: true,
    });
  } catch (error) {
    throw toAppError(app, error);
  }
}

function toModules(
  app: App,
  result: MemoryResult | null,
  environment: BundledModule["environment"],
): BundledModule[] {
  const outFolder = resolve(app.folder, OUT);
  const texts = new Map(
    (result?.outputFiles ?? []).map((file) => [toPosix(relative(outFolder, file.path)), file.text] as const),
  );
  return [...texts.keys()]
    .filter((path) => path.endsWith(".js"))
    .sort()
    .map((path) => ({
      path: posix.normalize(path),
      source: texts.get(path) as string,
      sourceMap: texts.get(`${path}.map`) as string,
      environment,
    }));
}

function listInputs(app: App, result: MemoryResult | null): string[] {
  return (
    Object.keys(result?.metafile.inputs ?? {})
      .filter((input) => !input.includes("node_modules/"))
      .map((input) => resolve(app.folder, input))
      // Generated code follows from the rest; inputs of plugins are no files.
      .filter((path) => dirname(path) !== join(app.functionsFolder, "_generated") && existsSync(path))
  );
}

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Message, type OutputFile, type Plugin, transform } from "esbuild";
import { type AppFiles, findEntryPoints } from "./entry-points.ts";
import type { App } from "./find-app.ts";
import { PushError, type PushedCode, type PushedModule } from "./pushed-code.ts";
import { findUnsupportedUse } from "./unsupported-use.ts";

const SDK_SPECIFIERS = ["convex/server", "convex/values"] as const;

/** Leaves the SDK out of the app's bundle: it is one shared module for all of the app's. */
const sdkOutside: Plugin = {
  name: "sdk-outside",
  setup(context) {
    context.onResolve({ filter: /^(?:convex|epigraph)\/(?:server|values)$/ }, ({ path }) => ({
      path: path.replace(/^epigraph/, "convex"),
      external: true,
    }));
    context.onResolve({ filter: /^server-only$/ }, () => ({ path: "server-only", namespace: "empty" }));
    context.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "" }));
  },
};

/** Options the platform's own bundler uses, so that code behaves alike. */
function options(app: App, plugins: Plugin[]): BuildOptions {
  return {
    absWorkingDir: app.root,
    bundle: true,
    platform: "browser",
    format: "esm",
    target: "esnext",
    jsx: "automatic",
    outdir: join(app.functions, "..", "out"),
    outbase: app.functions,
    conditions: ["convex", "module"],
    write: false,
    sourcemap: true,
    sourcesContent: false,
    splitting: true,
    treeShaking: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    minifyWhitespace: false,
    keepNames: true,
    define: { "process.env.NODE_ENV": '"production"' },
    chunkNames: "_deps/[hash]",
    logLevel: "silent",
    plugins,
  };
}

/** Bundles an app into modules that realms can run. @throws PushError with message, place and code frame. */
export async function bundleApp(app: App): Promise<PushedCode> {
  const files = findEntryPoints(app.functions);
  for (const file of files.entryPoints) refuseUnsupportedUse(app, file);
  const [modules, schema, sdk] = await Promise.all([
    bundleEntryPoints(app, files),
    bundleSchema(app, files),
    bundleSdk(app),
  ]);
  return {
    modules: [...sdk, ...modules],
    entryPoints: files.entryPoints.map((file) => file.replace(/\.[^.]+$/, ".js")),
    schema,
  };
}

function refuseUnsupportedUse(app: App, file: string): void {
  const use = findUnsupportedUse(readFileSync(join(app.functions, file), "utf8"));
  if (use !== null)
    throw new PushError("NotYet", `not yet in this version: ${use.what} (${file}:${use.line})`);
}

async function bundleEntryPoints(app: App, files: AppFiles): Promise<PushedModule[]> {
  if (files.entryPoints.length === 0) return [];
  const outputs = await run({
    ...options(app, [sdkOutside]),
    entryPoints: files.entryPoints.map((file) => join(app.functions, file)),
  });
  return prepare(app, outputs);
}

async function bundleSchema(app: App, files: AppFiles): Promise<PushedModule | null> {
  if (files.schema === null) return null;
  const outputs = await run({
    ...options(app, [sdkOutside]),
    entryPoints: [join(app.functions, files.schema)],
    splitting: false,
  });
  return (await prepare(app, outputs))[0] ?? null;
}

let sdkCache: { readonly entry: string; readonly modules: PushedModule[] } | null = null;

/** The SDK as shared modules: the app's own `convex` package where it is installed, else ours. */
async function bundleSdk(app: App): Promise<PushedModule[]> {
  const [server, values] = SDK_SPECIFIERS.map((specifier) => resolveSdk(app, specifier)) as [string, string];
  if (sdkCache?.entry === server) return sdkCache.modules;
  const outputs = await run({
    ...options(app, []),
    stdin: {
      contents: `export * as server from ${JSON.stringify(server)}; export * as values from ${JSON.stringify(values)};`,
      resolveDir: app.root,
      sourcefile: "_sdk.js",
    },
    splitting: false,
  });
  const source = (outputs.find((file) => file.path.endsWith(".js")) as OutputFile).text;
  const wrapped = await transform(source, { format: "cjs", platform: "neutral", target: "esnext" });
  const modules = [
    makeModule("_sdk.js", wrapped.code, null),
    ...SDK_SPECIFIERS.map((path) =>
      makeModule(
        path,
        `Object.defineProperties(exports, Object.getOwnPropertyDescriptors(require("_sdk.js").${path.split("/")[1]}));`,
        null,
      ),
    ),
  ];
  sdkCache = { entry: server, modules };
  return modules;
}

function resolveSdk(app: App, specifier: (typeof SDK_SPECIFIERS)[number]): string {
  try {
    const root = dirname(createRequire(join(app.functions, "_.js")).resolve("convex/package.json"));
    const entry = join(root, "dist", "esm", specifier.split("/")[1] as string, "index.js");
    if (existsSync(entry)) return entry;
  } catch {
    // Not installed: ours stands in.
  }
  const name = specifier.split("/")[1] as string;
  for (const candidate of [`../sdk/${name}.js`, `../sdk/${name}.ts`]) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new PushError(
    "NoSdk",
    `The app has no package "convex", and this installation lacks its own SDK. Run npm install convex in ${app.root}.`,
  );
}

async function run(buildOptions: BuildOptions): Promise<OutputFile[]> {
  try {
    return (await build(buildOptions)).outputFiles as OutputFile[];
  } catch (error) {
    const messages = (error as { errors?: Message[] }).errors;
    if (messages === undefined || messages[0] === undefined) throw error;
    throw new PushError("BundleFailed", messages.map(showMessage).join("\n\n"));
  }
}

/** `file:line:column: text`, then the line with a marker below the place. */
function showMessage({ text, location }: Message): string {
  if (location === null) return text;
  const marker = " ".repeat(location.column) + "~".repeat(Math.max(1, location.length));
  return `${location.file}:${location.line}:${location.column}: ${text}\n\n  ${location.lineText}\n  ${marker}`;
}

/** ES modules to wrapper form: a function body over `exports` and `require`, with live bindings and ESM order kept. */
async function prepare(app: App, outputs: readonly OutputFile[]): Promise<PushedModule[]> {
  const outdir = join(app.functions, "..", "out");
  const maps = new Map(
    outputs.filter((file) => file.path.endsWith(".map")).map((file) => [file.path, file.text]),
  );
  return Promise.all(
    outputs
      .filter((file) => file.path.endsWith(".js"))
      .map(async (file) => {
        const path = file.path.slice(outdir.length + 1).replaceAll("\\", "/");
        const map = maps.get(`${file.path}.map`);
        const input =
          map === undefined
            ? file.text
            : `${file.text}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`;
        try {
          const { code, map: wrappedMap } = await transform(input, {
            format: "cjs",
            platform: "neutral",
            target: "esnext",
            sourcemap: "external",
            sourcefile: file.path,
            sourcesContent: false,
          });
          return makeModule(path, code, rebase(wrappedMap, app));
        } catch (error) {
          const first = (error as { errors?: Message[] }).errors?.[0];
          if (first?.text.includes("Top-level await"))
            throw new PushError("TopLevelAwait", `${path}: Top-level awaits in source files are unsupported`);
          throw error;
        }
      }),
  );
}

/** Sources as developers know them: `../convex/messages.ts`. */
function rebase(map: string, app: App): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  const folder = app.functions.split(/[\\/]/).at(-1) as string;
  parsed.sources = parsed.sources.map((source) => {
    const at = source.lastIndexOf(`${folder}/`);
    return at === -1 ? source : `../${source.slice(at)}`;
  });
  return JSON.stringify(parsed);
}

function makeModule(path: string, source: string, sourceMap: string | null): PushedModule {
  const hash = createHash("sha256")
    .update(source)
    .update(sourceMap ?? "")
    .digest("hex");
  return { path, source, sourceMap, hash };
}

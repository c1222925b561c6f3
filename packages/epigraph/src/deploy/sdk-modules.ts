import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./bundler.ts";
import { resolveDependency } from "./installed-packages.ts";

/** The SDK that an app's modules share. */
export interface SdkBundle {
  /** CommonJS that exports `server` and `values`. */
  readonly source: string;
  /** JSON text. */
  readonly sourceMap: string;
  /** Package and version, for example `convex 1.48.0`. */
  readonly origin: string;
}

interface SdkSource {
  readonly origin: string;
  /** Where the two specifiers are resolved from. */
  readonly folder: string;
  readonly server: string;
  readonly values: string;
  /** Changes when the package does. */
  readonly version: string;
}

const cache = new Map<string, Promise<SdkBundle>>();

/**
 * Bundles the SDK from the app's own `convex` package, or from this package when the app has none. Bundles are kept:
 * the SDK does not change between two saves.
 */
export function bundleSdk(appFolder: string): Promise<SdkBundle> {
  return bundleOnce(findConvexPackage(appFolder) ?? ownSdk());
}

/** The same from this package. */
export function bundleOwnSdk(): Promise<SdkBundle> {
  return bundleOnce(ownSdk());
}

function bundleOnce(source: SdkSource): Promise<SdkBundle> {
  const key = `${source.folder}\0${source.version}`;
  let bundle = cache.get(key);
  if (bundle === undefined) {
    bundle = buildSdk(source);
    cache.set(key, bundle);
    bundle.catch(() => cache.delete(key));
  }
  return bundle;
}

/** Whether an app has the `convex` package; imports of it mean that one then, also to the compiler. */
export function hasConvexPackage(appFolder: string): boolean {
  return findConvexPackage(appFolder) !== null;
}

function findConvexPackage(appFolder: string): SdkSource | null {
  const manifest = resolveDependency(appFolder, "convex");
  if (manifest === null) return null;
  const version = readVersion(manifest);
  return {
    origin: `convex ${version}`,
    folder: appFolder,
    server: "convex/server",
    values: "convex/values",
    version: `${version} ${manifest} ${statSync(manifest).mtimeMs}`,
  };
}

/** This package's SDK: sources beside sources, compiled files beside compiled files. */
function ownSdk(): SdkSource {
  const here = fileURLToPath(import.meta.url);
  const extension = here.endsWith(".ts") ? "ts" : "js";
  const folder = join(dirname(here), "..", "sdk");
  const version = readVersion(findManifest(folder));
  return {
    origin: `epigraph ${version}`,
    folder,
    server: `./server.${extension}`,
    values: `./values.${extension}`,
    version,
  };
}

function findManifest(folder: string): string {
  const manifest = join(folder, "package.json");
  return existsSync(manifest) ? manifest : findManifest(dirname(folder));
}

function readVersion(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }).version;
}

async function buildSdk({ origin, folder, server, values }: SdkSource): Promise<SdkBundle> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * as server from "${server}";\nexport * as values from "${values}";\n`,
      resolveDir: folder,
      sourcefile: "sdk.js",
    },
    bundle: true,
    write: false,
    format: "cjs",
    target: "esnext",
    platform: "browser",
    conditions: ["convex", "module"],
    absWorkingDir: folder,
    outfile: "_sdk.js",
    sourcemap: "external",
    sourcesContent: false,
    // No keepNames: it would name each inner function again at every call. Top-level names stay as they are.
    minifySyntax: true,
    define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: '"use strict";' },
    logLevel: "silent",
  });
  const text = (suffix: string): string =>
    outputFiles.find(({ path }) => path.endsWith(suffix))?.text as string;
  return { source: text(".js"), sourceMap: text(".map"), origin };
}

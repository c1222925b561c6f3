import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The manifest of a package as Node finds it from a folder, null when it isn't installed. */
export function resolvePackage(fromFolder: string, name: string): string | null {
  try {
    return createRequire(join(fromFolder, "noop.js")).resolve(`${name}/package.json`);
  } catch {
    return null;
  }
}

/**
 * The same for a package that the app, or a workspace around it, asks for. In a workspace packages are found from
 * anywhere, also those that only a neighbour asked for.
 */
export function resolveDependency(appFolder: string, name: string): string | null {
  return isListed(appFolder, name) ? resolvePackage(appFolder, name) : null;
}

function isListed(folder: string, name: string): boolean {
  if (listDependencies(readManifest(folder)).has(name)) return true;
  const above = dirname(folder);
  return above !== folder && isListed(above, name);
}

/** What the manifest in a folder asks for: versions by name. */
export function readDependencies(folder: string): ReadonlyMap<string, string> {
  const manifest = readManifest(folder);
  // The kind that counts first comes last.
  const entries = KINDS.toReversed().flatMap((kind) => Object.entries(manifest[kind] ?? {}));
  return new Map(entries.map(([name, version]) => [name, String(version)]));
}

const KINDS = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/** The names of all packages that a manifest lists, of whatever kind. */
export function listDependencies(manifest: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(KINDS.flatMap((kind) => Object.keys(manifest[kind] ?? {})));
}

function readManifest(folder: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  } catch {
    // There is none, or none that says anything.
    return {};
  }
}

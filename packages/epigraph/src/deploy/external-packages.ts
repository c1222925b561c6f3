import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";
import { appError } from "./app-error.ts";
import type { App } from "./find-app.ts";
import { readDependencies } from "./installed-packages.ts";

/** The Node bundle's packages that stay outside of it, because `convex.json` names them: what they are and which were met. */
export interface ExternalPackages {
  readonly plugin: Plugin;
  /** Exact versions of those that the bundle imports, by name. */
  used(): Readonly<Record<string, string>>;
}

const ALL = "*";
/** `convex` is part of the code: all modules of a push share one copy. */
const NEVER: ReadonlySet<string> = new Set(["convex", "epigraph"]);
/** Such a version says that the package is the app's own code, or lies where only this machine finds it. */
const OWN_CODE = /^(?:git\+)?file:|^(?:git\+)?https?:|^git:|^git\+ssh:/;

/** Finds the packages that are imported at run time instead of being bundled. */
export function findExternalPackages(app: App): ExternalPackages {
  const folders = listCandidates(app);
  const used = new Set<string>();
  const plugin: Plugin = {
    name: "external-packages",
    setup({ onResolve }) {
      if (folders.size === 0) return;
      onResolve({ filter: /^[^./]/, namespace: "file" }, ({ path, resolveDir }) => {
        const name = packageName(path);
        const folder = folders.get(name);
        // A dependency may have another version of its own: Node would not find that one from the app.
        if (folder === undefined || findPackage(resolveDir, name) !== folder) return null;
        used.add(name);
        return { path, external: true };
      });
    },
  };
  return { plugin, used: () => versionsOf([...used].sort(), folders) };
}

/** The folders of packages that may stay outside, by name. */
function listCandidates({ folder, config }: App): ReadonlyMap<string, string> {
  const wanted = new Set(config.node.externalPackages);
  if (wanted.size === 0) return new Map();
  const candidates = new Map<string, string>();
  for (const [name, version] of readDependencies(folder)) {
    if (NEVER.has(name) || OWN_CODE.test(version)) continue;
    if (!wanted.has(ALL) && !wanted.has(name)) continue;
    const found = findPackage(folder, name);
    if (found !== null) candidates.set(name, found);
  }
  return candidates;
}

/** `@scope/name` of `@scope/name/file`. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The folder of a package as Node finds it from a folder: also one whose manifest can't be imported. */
function findPackage(fromFolder: string, name: string): string | null {
  const folder = join(fromFolder, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(fromFolder);
  return above === fromFolder ? null : findPackage(above, name);
}

function versionsOf(
  names: readonly string[],
  folders: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, readVersion(name, folders.get(name) as string)]));
}

function readVersion(name: string, folder: string): string {
  const file = join(folder, "package.json");
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version?: unknown };
  if (typeof version === "string") return version;
  throw appError(
    "InvalidConvexJson",
    `convex.json names "${name}" under "node.externalPackages", but ${file} says no version: install the package again.`,
  );
}

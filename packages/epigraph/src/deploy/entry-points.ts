import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { PushError } from "./pushed-code.ts";

const EXTENSIONS = /\.(?:js|mjs|cjs|ts|tsx|mts|cts|jsx)$/;

export interface AppFiles {
  /** Files that become modules, relative to the functions folder, sorted. */
  readonly entryPoints: readonly string[];
  readonly schema: string | null;
}

/** Sorts the files of a functions folder by the platform's rules. @throws PushError for what this version can't run. */
export function findEntryPoints(functions: string): AppFiles {
  const entryPoints: string[] = [];
  let schema: string | null = null;
  for (const path of walk(functions)) {
    const file = relative(functions, path).split(sep).join("/");
    const name = file.split("/").at(-1) as string;
    if (/^schema\.[jt]s$/.test(file)) {
      schema = file;
      continue;
    }
    refuseUnsupported(file);
    if (!isEntryPoint(path, file, name)) continue;
    if (file.startsWith("_deps/"))
      throw new PushError(
        "ReservedFolder",
        `${file}: the folder _deps is reserved for bundled code. Move the file elsewhere.`,
      );
    entryPoints.push(file);
  }
  return { entryPoints: entryPoints.sort(), schema };
}

function isEntryPoint(path: string, file: string, name: string): boolean {
  if (!EXTENSIONS.test(name) || name.startsWith(".") || name.startsWith("#")) return false;
  if (/^schema\.[jt]s$/.test(name) || name.indexOf(".") !== name.lastIndexOf(".") || file.includes(" "))
    return false;
  return !/\.tsx?$/.test(name) || /^\s*(?:import|export)\b/m.test(readFileSync(path, "utf8"));
}

const NOT_YET: readonly [RegExp, string][] = [
  [/^crons\.[jt]s$/, "crons"],
  [/^auth\.config\.[jt]s$/, "auth providers"],
  [/^convex\.config\.[jt]s$/, "components"],
];

function refuseUnsupported(file: string): void {
  const found = NOT_YET.find(([pattern]) => pattern.test(file));
  if (found !== undefined) throw new PushError("NotYet", `not yet in this version: ${found[1]} (${file})`);
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (
        entry.name === "_generated" ||
        entry.name === "node_modules" ||
        existsSync(join(path, "convex.config.ts"))
      )
        continue;
      yield* walk(path);
    } else yield path;
  }
}

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { hasConvexPackage } from "../../src/deploy/sdk-modules.ts";
import { TempApp } from "../../src/deploy/testing/temp-app.ts";
import { RunningApp, type ServeOptions } from "./running-app.ts";

export interface StartAppOptions extends ServeOptions {
  /** Files by their paths in the app; they are added to those of `copyOf`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folder of an app to start from: `fixture(…)`, or an example. */
  readonly copyOf?: string;
  /** Whose `convex/server` and `convex/values` the code is bundled with. The official ones when left out. */
  readonly sdk?: "official" | "own";
  /** More packages that the app has, taken from this repository. */
  readonly packages?: readonly string[];
}

/** Folder of one of the apps in `test/fixtures`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** Folder of an app in `examples`. */
export function example(name: string): string {
  return fileURLToPath(new URL(`../../../../examples/${name}`, import.meta.url));
}

/** Puts an app into a temporary folder and serves it there with `epigraph dev`, on free ports. */
export async function startApp(options: StartAppOptions): Promise<RunningApp> {
  const { sdk = "official", copyOf, files, packages = [] } = options;
  const app = new TempApp(
    { ...(copyOf === undefined ? {} : readFolder(copyOf)), ...files },
    { packages: sdk === "official" ? ["convex", ...packages] : packages },
  );
  try {
    if (hasConvexPackage(app.folder) !== (sdk === "official")) {
      throw new Error(`A package "convex" above ${app.folder} decides which SDK is used: remove it.`);
    }
    const running = new RunningApp(app, options);
    await running.start();
    return running;
  } catch (error) {
    app[Symbol.dispose]();
    throw error;
  }
}

/** The files of an app's folder, without what is made from them. */
export function readFolder(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter(
      (path) => !/(?:^|[/\\])(?:node_modules|_generated|\.epigraph|\.env\.local)(?:$|[/\\])/.test(path),
    );
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

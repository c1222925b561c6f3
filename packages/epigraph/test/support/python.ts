import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const INSTALL_MS = 300_000;

const run = promisify(execFile);

export interface PythonPackages {
  /** Of the virtual environment, beside the tests. */
  readonly folder: string;
  /** Name and version on PyPI of the package that is wanted. */
  readonly name: string;
  readonly version: string;
  /** More to be installed, as for pip. */
  readonly beside?: readonly string[];
}

export type PythonSetUp = { readonly python: string } | { readonly missing: string };

/** The official client. */
export const CONVEX_CLIENT: PythonPackages = { folder: ".venv", name: "convex", version: "0.8.1" };

/**
 * A Python that has a package: made at the first call in a virtual environment beside the tests, and kept for later runs.
 * Needs the network then.
 * @throws Error where tests must not be left out silently (`CI` is set) and it can't be had.
 */
export async function setUpPython({
  folder,
  name,
  version,
  beside = [],
}: PythonPackages): Promise<PythonSetUp> {
  const place = fileURLToPath(new URL(`../${folder}`, import.meta.url));
  const python = join(place, process.platform === "win32" ? "Scripts" : "bin", "python");
  try {
    if (!existsSync(python) || !(await hasPackage(python, name, version))) {
      await run("python3", ["-m", "venv", "--clear", place], { timeout: INSTALL_MS });
      const install = ["-m", "pip", "install", "--quiet", `${name}==${version}`, ...beside];
      await run(python, install, { timeout: INSTALL_MS });
    }
    return { python };
  } catch (error) {
    const missing = `python3 with the package ${name} ${version} can't be had: ${(error as Error).message}`;
    if (process.env["CI"] !== undefined) throw new Error(missing, { cause: error });
    return { missing };
  }
}

async function hasPackage(python: string, name: string, version: string): Promise<boolean> {
  try {
    const script = `import importlib.metadata; print(importlib.metadata.version("${name}"))`;
    const { stdout } = await run(python, ["-c", script]);
    return stdout.trim() === version;
  } catch {
    return false;
  }
}

/** Runs a script that prints JSON. */
export async function runPython(python: string, script: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(python, [script, ...args]);
  return JSON.parse(stdout);
}

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Of the package `convex` on PyPI, whose HTTP client is tested. */
const CONVEX_VERSION = "0.8.1";
/** Of the library whose tokens are tested, with what it needs for other signatures than those by a secret. */
const PYJWT_VERSION = "2.15.1";
const FOLDER = fileURLToPath(new URL("../.venv", import.meta.url));
const INSTALL_MS = 120_000;

const run = promisify(execFile);

export type PythonSetUp = { readonly python: string } | { readonly missing: string };

/**
 * A Python that has the official client and PyJWT: made at the first call in a virtual environment beside the tests, and kept
 * for later runs. Needs the network then.
 * @throws Error where tests must not be left out silently (`CI` is set) and it can't be had.
 */
export async function setUpPython(): Promise<PythonSetUp> {
  const bin = join(FOLDER, process.platform === "win32" ? "Scripts" : "bin");
  const python = join(bin, "python");
  try {
    if (!existsSync(python) || !(await hasPackages(python))) {
      await run("python3", ["-m", "venv", "--clear", FOLDER], { timeout: INSTALL_MS });
      const packages = [`convex==${CONVEX_VERSION}`, `pyjwt[crypto]==${PYJWT_VERSION}`];
      const install = ["-m", "pip", "install", "--quiet", ...packages];
      await run(python, install, { timeout: INSTALL_MS });
    }
    return { python };
  } catch (error) {
    const missing = `python3 with the packages convex ${CONVEX_VERSION} and pyjwt ${PYJWT_VERSION} can't be had: ${(error as Error).message}`;
    if (process.env["CI"] !== undefined) throw new Error(missing, { cause: error });
    return { missing };
  }
}

async function hasPackages(python: string): Promise<boolean> {
  try {
    const print = "import convex, jwt, cryptography; print(convex.__version__, jwt.__version__)";
    const { stdout } = await run(python, ["-c", print]);
    return stdout.trim() === `${CONVEX_VERSION} ${PYJWT_VERSION}`;
  } catch {
    return false;
  }
}

/** Runs a script that prints JSON. */
export async function runPython(python: string, script: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(python, [script, ...args]);
  return JSON.parse(stdout);
}

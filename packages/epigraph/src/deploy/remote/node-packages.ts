import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { InstalledPackages } from "../analysis.ts";
import type { NodeDependency } from "./push-request.ts";

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;
const EXACT_VERSION = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;
const MAX_OUTPUT = 4_000;
const INSTALL_LIMIT_MS = 5 * 60_000;
const FINGERPRINT_LENGTH = 32;

/**
 * The packages that Node modules of pushed code leave outside of their bundle, installed from the registry that npm is
 * set to, once for each list. A folder that is there is complete: it is made under another name.
 */
export class NodePackages {
  readonly #folder: string;

  /** @param folder made when the first list comes. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Installs exactly these packages, unless that was done before.
   * @throws EpigraphError `InvalidExternalModules` with what npm said.
   */
  async install(dependencies: readonly NodeDependency[]): Promise<InstalledPackages> {
    const sorted = dependencies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, version } of sorted) {
      if (PACKAGE_NAME.test(name) && EXACT_VERSION.test(version)) continue;
      throw new EpigraphError(
        "InvalidExternalModules",
        `"${name}@${version}" is not a package with a version`,
      );
    }
    const versions = Object.fromEntries(sorted.map(({ name, version }) => [name, version]));
    const manifest = JSON.stringify({ private: true, dependencies: versions });
    const fingerprint = createHash("sha256").update(manifest).digest("hex").slice(0, FINGERPRINT_LENGTH);
    const folder = join(this.#folder, fingerprint);
    if (!existsSync(folder)) await this.#make(folder, manifest, sorted.length > 0);
    return { folder, versions };
  }

  async #make(folder: string, manifest: string, isInstalling: boolean): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const draft = await mkdtemp(join(this.#folder, "draft-"));
    try {
      await writeFile(join(draft, "package.json"), manifest);
      if (isInstalling) await runNpm(draft);
      await rename(draft, folder);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // Two pushes of one list: the other was first.
      if (!existsSync(folder)) throw error;
    }
  }
}

function runNpm(folder: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const args = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--omit=dev"];
  const child = spawn("npm", args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: INSTALL_LIMIT_MS,
    shell: process.platform === "win32",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT);
    });
  }
  child.once("error", ({ message }) =>
    reject(
      new EpigraphError(
        "InvalidExternalModules",
        `npm can't be run on the server, which "externalPackages" of convex.json need: ${message}`,
      ),
    ),
  );
  child.once("close", (code, signal) => {
    if (code === 0) resolve();
    else {
      const how = signal === null ? `exit code ${code}` : signal;
      reject(
        new EpigraphError(
          "InvalidExternalModules",
          `Installing the packages of "externalPackages" failed (npm: ${how}):\n${output.trim()}`,
        ),
      );
    }
  });
  return promise;
}

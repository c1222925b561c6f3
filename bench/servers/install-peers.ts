import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../peers");

/** Installs what `peers/package-lock.json` lists, if that has not been done since the file changed. */
export function installPeers(log: (line: string) => void): void {
  const modified = (file: string): number =>
    statSync(join(FOLDER, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (modified("node_modules/.package-lock.json") >= modified("package-lock.json")) return;
  log("Installing the peers into bench/peers/node_modules");
  // The packages bring their binaries along: nothing has to be compiled, and no script has to run.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  const npm = process.env["npm_execpath"];
  const [file, words] = npm === undefined ? ["npm", args] : [process.execPath, [npm, ...args]];
  const { status, error } = spawnSync(file, words, { cwd: FOLDER, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error("npm ci failed in bench/peers", { cause: error });
}

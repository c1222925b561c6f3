import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { acquireDataFolder } from "../../store/sqlite/data-folder.ts";
import { readClock } from "../../store/sqlite/raise-clock.ts";
import { millisecondsFromTicks } from "../../store/ticks.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

const OLDEST_NODE = 24;
const GIBIBYTE = 1024 ** 3;
const LEAST_BYTES = GIBIBYTE / 4;
const COMFORTABLE_BYTES = 2 * GIBIBYTE;
/** Clocks that are kept in step by a network differ by less. */
const SKEW_MS = 5000;
/** 2024: a machine whose clock was never set is in 1970 or 2000. */
const PAST_MS = 1_704_067_200_000;

export async function checkNode(version: string): Promise<Finding> {
  const major = Number(version.split(".")[0]);
  if (major < OLDEST_NODE) {
    return problem(
      "Node.js",
      `Node.js ${version} is too old: install ${OLDEST_NODE} or newer from https://nodejs.org.`,
    );
  }
  try {
    await import("isolated-vm");
  } catch (error) {
    return problem(
      "Node.js",
      `The module that runs functions does not load on Node.js ${version} (${(error as Error).message}): run \`npm rebuild isolated-vm\` with this Node.js.`,
    );
  }
  return ok("Node.js", `Node.js ${version}`);
}

/** Who has a data folder, as that folder says; null: nobody has it. */
export interface FolderOwner {
  readonly url: string | null;
}

/** @returns also who has it. */
export function checkDataFolder(folder: string): {
  readonly finding: Finding;
  readonly owner: FolderOwner | null;
} {
  const subject = "data folder";
  if (!existsSync(folder)) {
    const parent = nearestFolder(folder);
    return canWrite(parent)
      ? { finding: ok(subject, `${folder} is not there yet and will be made`), owner: null }
      : { finding: problem(subject, cannotWrite(folder, parent)), owner: null };
  }
  if (!statSync(folder).isDirectory()) {
    return {
      finding: problem(subject, `${folder} is no folder: name another one with --data.`),
      owner: null,
    };
  }
  if (!canWrite(folder)) return { finding: problem(subject, cannotWrite(folder, folder)), owner: null };
  const owner = findOwner(folder);
  if (owner !== null) {
    const where = owner.url === null ? "" : ` at ${owner.url}`;
    return { finding: ok(subject, `${folder} is served${where}`), owner };
  }
  // Windows has other means.
  if (process.platform !== "win32" && (statSync(folder).mode & 0o077) !== 0) {
    const text = `Others on this machine can look into ${folder}, where the deployment's secret is: run \`chmod 700 ${folder}\`.`;
    return { finding: warning(subject, text), owner: null };
  }
  return { finding: ok(subject, folder), owner: null };
}

function findOwner(folder: string): FolderOwner | null {
  try {
    acquireDataFolder(folder).release();
    return null;
  } catch {
    try {
      return JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")) as FolderOwner;
    } catch {
      return { url: null };
    }
  }
}

export async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize, blocks } = await statfs(nearestFolder(folder));
  const free = bavail * bsize;
  const text = `${(free / GIBIBYTE).toFixed(1)} GiB of ${((blocks * bsize) / GIBIBYTE).toFixed(1)} GiB are free for ${folder}`;
  if (free < LEAST_BYTES) return problem("disk", `${text}: writes will be refused soon. Make room.`);
  if (free < COMFORTABLE_BYTES)
    return warning("disk", `${text}: a backup needs as much again as the data. Make room.`);
  return ok("disk", text);
}

export function checkClock(folder: string, nowMs: number, isServed: boolean): Finding {
  if (nowMs < PAST_MS) {
    return problem(
      "clock",
      `The clock says ${new Date(nowMs).toISOString()}: set it, and keep it in step with NTP.`,
    );
  }
  const newestMs = isServed ? 0 : millisecondsFromTicks(readClock(join(folder, "data.db")));
  if (newestMs > nowMs + SKEW_MS) {
    const text = `The newest write is of ${new Date(newestMs).toISOString()}, ${Math.round((newestMs - nowMs) / 1000)} seconds ahead of the clock: times of documents stand still until the clock has come there. Set it, and keep it in step with NTP.`;
    return warning("clock", text);
  }
  return ok("clock", new Date(nowMs).toISOString());
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function cannotWrite(folder: string, at: string): string {
  const user = process.getuid?.();
  const who = user === undefined ? "This user" : `User ${user}`;
  return `${who} can't write in ${at}, where ${folder} is to be: change its owner, or name another folder with --data.`;
}

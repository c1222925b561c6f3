import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { spreadOf } from "../report/spread.ts";

/** What the numbers depend on besides the programs. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  /** Processes that ran or waited on average in the minute before: above 0, others share the machine. */
  readonly loadBefore: number;
  /** Median time to make one write of 4 KiB durable: what an insert by itself can't beat. */
  readonly syncMs: number;
  readonly versions: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, "../..");
const SYNCS = 100;

/** Looks at the machine; `folder` is where the servers will have their data. */
export function describeMachine(folder: string, generator: string): MachineFacts {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${platform()} ${arch()}, ${release()}`,
    loadBefore: loadavg()[0] ?? 0,
    syncMs: measureSync(folder),
    versions: {
      Epigraph: `${readManifest("packages/epigraph").version} (${readCommit()})`,
      "Node.js": process.version.slice(1),
      ...readManifest("bench/peers").dependencies,
      "load generator": generator,
    },
  };
}

/** Median time to make one write of 4 KiB in a folder durable. */
export function measureSync(folder: string): number {
  const path = join(folder, "sync");
  const file = openSync(path, "w");
  const page = Buffer.alloc(4096, 1);
  try {
    const times = Array.from({ length: SYNCS }, () => {
      const startMs = performance.now();
      writeSync(file, page);
      fdatasyncSync(file);
      return performance.now() - startMs;
    });
    return spreadOf(times).median;
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

function readManifest(folder: string): {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
} {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}

/** The commit that is measured, marked when the files differ from it. */
function readCommit(): string {
  try {
    const git = ["describe", "--always", "--dirty", "--exclude", "*"];
    return execFileSync("git", git, { cwd: ROOT, encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "no git checkout";
  }
}

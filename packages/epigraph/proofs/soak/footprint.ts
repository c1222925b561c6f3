import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { descendantsOf } from "../../test/support/process-tree.ts";

/** What a server holds of the machine. */
export interface Footprint {
  /** Proportional set size of each of its processes, in MiB, by number and start. */
  readonly memory: ReadonlyMap<string, number>;
  readonly processes: number;
  readonly threads: number;
  /** Open files, without sockets. */
  readonly files: number;
  readonly sockets: number;
  /** Entries of its folder for temporary files. */
  readonly temporaryFiles: number;
}

/**
 * @param root the main process.
 * @param temporaryFolder what it has for `TMPDIR`, and nobody else.
 */
export function footprintOf(root: number, temporaryFolder: string): Footprint {
  const descendants = descendantsOf(root);
  const pids = [root, ...descendants.map(({ pid }) => pid)];
  const handles = pids.flatMap(handlesOf);
  const sockets = handles.filter((target) => target.startsWith("socket:")).length;
  return {
    memory: new Map([
      ["main", memoryOf(root)],
      ...descendants.map(({ pid, startedAt }) => [`${pid}/${startedAt}`, memoryOf(pid)] as const),
    ]),
    processes: pids.length,
    threads: sum(pids.map((pid) => numberIn(`/proc/${pid}/status`, /^Threads:\s+(\d+)$/m))),
    files: handles.length - sockets,
    sockets,
    temporaryFiles: readdirSync(temporaryFolder).length,
  };
}

function memoryOf(pid: number): number {
  return numberIn(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m) / 1024;
}

/** Of all processes together. */
export function totalMiB({ memory }: Pick<Footprint, "memory">): number {
  return sum([...memory.values()]);
}

/** What each open file of a process is; nothing of one that has ended. */
function handlesOf(pid: number): string[] {
  return orNothing([], () => readdirSync(`/proc/${pid}/fd`)).flatMap((fd) =>
    orNothing<string[]>([], () => [readlinkSync(`/proc/${pid}/fd/${fd}`)]),
  );
}

function numberIn(file: string, pattern: RegExp): number {
  return Number(pattern.exec(orNothing("", () => readFileSync(file, "utf8")))?.[1] ?? 0);
}

/** Processes and their files come and go while one looks at them. */
function orNothing<T>(nothing: T, look: () => T): T {
  try {
    return look();
  } catch {
    return nothing;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

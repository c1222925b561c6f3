import { readdirSync, readFileSync } from "node:fs";

/**
 * Memory of a process and all that descend from it, in bytes: the sum of their proportional set sizes, in which a
 * page that n processes share counts as one n-th for each. Null on systems that don't tell (all but Linux).
 */
export function measureTreeMemory(root: number): number | null {
  if (process.platform !== "linux") return null;
  const sizes = listTree(root).map(readProportionalSize);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Of the system's clock for such figures: Linux has one rate for all machines. */
const TICKS_PER_SECOND = 100;

/** Processor time that a process and all that descend from it have used so far, in seconds. Null on all but Linux. */
export function measureTreeCpu(root: number): number | null {
  if (process.platform !== "linux") return null;
  return listTree(root).reduce((sum, pid) => {
    const fields = statFields(pid);
    return fields === null ? sum : sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }, 0);
}

/** The ids of a process and of all that descend from it. */
export function listTree(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? readParent(pid) : null;
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function readParent(pid: number): number | null {
  const parent = statFields(pid)?.[1];
  return parent === undefined ? null : Number(parent);
}

/** The fields from the third one on; null when the process has ended meanwhile. */
function statFields(pid: number): readonly string[] | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name between parentheses, which may hold blanks and parentheses itself.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? null;
}

function readProportionalSize(pid: number): number {
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? "")?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

/** Null when the process has ended meanwhile. */
function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}

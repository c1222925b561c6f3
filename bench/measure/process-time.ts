import { readFileSync } from "node:fs";
import { listTree } from "./process-tree.ts";

/** Linux tells times in hundredths of a second, whatever its clock. */
const TICK_MS = 10;

/**
 * Processor time that a process and all that descend from it have used so far, in milliseconds. Null on systems that
 * don't tell (all but Linux).
 */
export function measureTreeTime(root: number): number | null {
  if (process.platform !== "linux") return null;
  return listTree(root).reduce((sum, pid) => sum + readTime(pid), 0);
}

/** User and system time; what has ended counts no more. */
function readTime(pid: number): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return 0;
  }
  // Behind the program's name, which may hold blanks and parentheses itself, field 3 comes first.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Why tests that look at processes are left out; false where they can run. */
export const CANNOT_SEE_PROCESSES: string | false =
  process.platform === "linux" ? false : "the system has no /proc to see processes in";

const LOOK_EVERY_MS = 20;

/** A process as it was seen; its number may belong to another one later. */
export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  /** In ticks of the system since it booted: with the number it names a process for good. */
  readonly startedAt: number;
  /** Ticks of processor time that it has used. */
  readonly cpuTicks: number;
}

/** All processes that a process has started, and those that they have. */
export function descendantsOf(pid: number): readonly SeenProcess[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => see(Number(name)) ?? []);
  const found: SeenProcess[] = [];
  const parents = new Set([pid]);
  // Children may have lower numbers than their parents: look until nothing is found any more.
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const seen of all) {
      if (!parents.has(seen.parent) || parents.has(seen.pid)) continue;
      parents.add(seen.pid);
      found.push(seen);
      isNew = true;
    }
  }
  return found;
}

/** Waits until none of the processes lives. @returns those that still do after the time. */
export async function survivorsAfter(
  ms: number,
  processes: readonly SeenProcess[],
): Promise<readonly SeenProcess[]> {
  const deadline = performance.now() + ms;
  for (;;) {
    const alive = processes.filter(isAlive);
    if (alive.length === 0 || performance.now() > deadline) return alive;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Waits until a descendant of a process has used processor time: app code loops in it. */
export async function busyDescendantOf(pid: number, ticks: number): Promise<SeenProcess> {
  const before = new Map(descendantsOf(pid).map((seen) => [seen.pid, seen.cpuTicks]));
  for (;;) {
    const busy = descendantsOf(pid).find(
      ({ pid, cpuTicks }) => cpuTicks - (before.get(pid) ?? cpuTicks) >= ticks,
    );
    if (busy !== undefined) return busy;
    await sleep(LOOK_EVERY_MS);
  }
}

/** The most memory that a process has had at once, in MiB; 0 when it is gone. */
export function peakMemoryOf(pid: number): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kibibytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function isAlive({ pid, startedAt }: SeenProcess): boolean {
  return see(pid)?.startedAt === startedAt;
}

/** Null for one that is not there, or is a mere entry that nobody has asked for yet. */
function see(pid: number): SeenProcess | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // The name in front may have spaces and brackets of its own.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  return {
    pid,
    parent: Number(fields[1]),
    startedAt: Number(fields[19]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
  };
}

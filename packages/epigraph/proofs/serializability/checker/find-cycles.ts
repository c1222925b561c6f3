import type { Dependency, DependencyGraph, DependencyKind } from "./dependency-graph.ts";

export interface Cycle {
  /** Adya's name of the anomaly; with `-realtime` where only the order of acknowledgements makes it one. */
  readonly anomaly: string;
  readonly dependencies: readonly Dependency[];
}

interface CycleKind {
  readonly anomaly: string;
  /** Dependencies that it may be made of, besides a single `rw` where that is asked for. */
  readonly of: readonly DependencyKind[];
  readonly hasOneRw: boolean;
  /** Has what makes it another kind than those before. */
  readonly isProper: (kinds: readonly DependencyKind[]) => boolean;
}

/** From the worst on: each of these contains what the ones before it forbid. */
const KINDS: readonly CycleKind[] = [
  { anomaly: "G0", of: ["ww"], hasOneRw: false, isProper: () => true },
  { anomaly: "G1c", of: ["ww", "wr"], hasOneRw: false, isProper: (kinds) => kinds.includes("wr") },
  { anomaly: "G-single", of: ["ww", "wr"], hasOneRw: true, isProper: () => true },
  {
    anomaly: "G2",
    of: ["ww", "wr", "rw"],
    hasOneRw: false,
    isProper: (kinds) => kinds.filter((kind) => kind === "rw").length > 1,
  },
];

/** A history that is bad at all is often bad everywhere: so many edges are tried for the shortest cycle. */
const MAX_TRIES = 300;

/**
 * A short cycle of each kind that the graph has; none when the transactions can stand in an order.
 * @param realTime the dependency between two transactions of which one was acknowledged before the other began, or null:
 * the graph has only as many of these as are needed to know that there is a cycle.
 */
export function findCycles(
  graph: DependencyGraph,
  realTime: (from: number, to: number) => Dependency | null,
): readonly Cycle[] {
  // Nearly always the whole work.
  if (graph.knots().length === 0) return [];
  const cycles: Cycle[] = [];
  for (const isRealTime of [false, true]) {
    for (const { anomaly, of, hasOneRw, isProper } of KINDS) {
      const kinds: readonly DependencyKind[] = isRealTime ? [...of, "rt"] : of;
      const rest = graph.filter(({ kind }) => kinds.includes(kind));
      const all = hasOneRw ? graph.filter(({ kind }) => kind === "rw" || kinds.includes(kind)) : rest;
      const cycle = shortestCycle(all, (first) => {
        if (hasOneRw && first.kind !== "rw") return null;
        const back = rest.path(first.to, first.from);
        return back === null || !isRealTime ? back : shorten(back, realTime);
      });
      if (cycle === null) continue;
      const found = cycle.map(({ kind }) => kind);
      // Otherwise it has been found under its plain name.
      if (!isProper(found) || (isRealTime && !found.includes("rt"))) continue;
      cycles.push({
        anomaly: nameOf(isRealTime ? `${anomaly}-realtime` : anomaly, cycle),
        dependencies: cycle,
      });
    }
  }
  return cycles;
}

/** @param wayBack to the start of a dependency, if there is one. */
function shortestCycle(
  graph: DependencyGraph,
  wayBack: (first: Dependency) => readonly Dependency[] | null,
): readonly Dependency[] | null {
  let shortest: readonly Dependency[] | null = null;
  let tries = 0;
  for (const knot of graph.knots()) {
    for (const first of graph.within(knot)) {
      const back = wayBack(first);
      if (back !== null && (shortest === null || back.length + 1 < shortest.length))
        shortest = [first, ...back];
      if (shortest?.length === 2 || ++tries > MAX_TRIES) return shortest;
    }
  }
  return shortest;
}

/** The same way, with as much as possible jumped over. */
function shorten(
  path: readonly Dependency[],
  realTime: (from: number, to: number) => Dependency | null,
): readonly Dependency[] {
  const shortened: Dependency[] = [];
  for (let i = 0; i < path.length; i++) {
    let next = path[i]!;
    for (let j = path.length - 1; j > i; j--) {
      const jump = realTime(next.from, path[j]!.to);
      if (jump === null) continue;
      next = jump;
      i = j;
      break;
    }
    shortened.push(next);
  }
  return shortened;
}

/** What the anomaly is called where it is the smallest of its kind. */
function nameOf(anomaly: string, cycle: readonly Dependency[]): string {
  const kinds = cycle
    .map(({ kind }) => kind)
    .sort()
    .join();
  const [first, second] = cycle;
  if (cycle.length !== 2) return anomaly;
  const isOneObject = first!.object === second!.object;
  if (isOneObject && (kinds === "rw,rw" || kinds === "rw,ww")) return `${anomaly} (lost update)`;
  if (kinds === "rw,rw") return `${anomaly} (write skew)`;
  if (kinds === "rt,rw") return `${anomaly} (stale read or lost write)`;
  return anomaly;
}

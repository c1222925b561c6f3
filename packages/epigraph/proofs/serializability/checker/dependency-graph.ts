/**
 * Why one transaction must come before another: `ww` it wrote the version that the other replaced, `wr` it wrote what
 * the other read, `rw` it read what the other replaced, `rt` it was acknowledged before the other began.
 */
export type DependencyKind = "ww" | "wr" | "rw" | "rt";

export interface Dependency {
  readonly from: number;
  readonly to: number;
  readonly kind: DependencyKind;
  /** Null for `rt`. */
  readonly object: string | null;
  /** For people: what the two did. */
  readonly why: string;
}

/** Transactions by their ids, and what orders them. */
export class DependencyGraph {
  readonly #edges = new Map<number, Dependency[]>();

  add(dependency: Dependency): void {
    const { from, to } = dependency;
    if (from === to) return;
    const edges = this.#edges.get(from);
    if (edges === undefined) this.#edges.set(from, [dependency]);
    else edges.push(dependency);
  }

  get size(): number {
    return this.#edges.values().reduce((sum, edges) => sum + edges.length, 0);
  }

  /** The same transactions with some of the dependencies. */
  filter(keep: (dependency: Dependency) => boolean): DependencyGraph {
    const kept = new DependencyGraph();
    for (const edges of this.#edges.values()) for (const edge of edges) if (keep(edge)) kept.add(edge);
    return kept;
  }

  /** Sets of transactions of which each must come before each other (Tarjan), those of one left out. */
  knots(): ReadonlySet<number>[] {
    const indexOf = new Map<number, number>();
    const lowOf = new Map<number, number>();
    const stack: number[] = [];
    const onStack = new Set<number>();
    const found: Set<number>[] = [];
    const enter = (node: number): { node: number; next: number } => {
      indexOf.set(node, indexOf.size);
      lowOf.set(node, indexOf.size - 1);
      stack.push(node);
      onStack.add(node);
      return { node, next: 0 };
    };
    const lower = (node: number, to: number): void => {
      lowOf.set(node, Math.min(lowOf.get(node)!, to));
    };
    for (const root of this.#edges.keys()) {
      if (indexOf.has(root)) continue;
      // A stack of our own: histories are longer than calls can be deep.
      const calls = [enter(root)];
      for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
        const edge = this.#edges.get(call.node)?.[call.next++];
        if (edge !== undefined) {
          if (!indexOf.has(edge.to)) calls.push(enter(edge.to));
          else if (onStack.has(edge.to)) lower(call.node, indexOf.get(edge.to)!);
          continue;
        }
        calls.pop();
        const caller = calls.at(-1);
        if (caller !== undefined) lower(caller.node, lowOf.get(call.node)!);
        if (lowOf.get(call.node) !== indexOf.get(call.node)) continue;
        const knot = new Set(stack.splice(stack.indexOf(call.node)));
        for (const node of knot) onStack.delete(node);
        if (knot.size > 1) found.push(knot);
      }
    }
    return found;
  }

  /** The fewest dependencies that lead from one transaction to another, null when none do. */
  path(from: number, to: number): readonly Dependency[] | null {
    const cameBy = new Map<number, Dependency>();
    const queue = [from];
    for (const node of queue) {
      for (const edge of this.#edges.get(node) ?? []) {
        if (cameBy.has(edge.to)) continue;
        cameBy.set(edge.to, edge);
        if (edge.to === to) {
          const path: Dependency[] = [];
          for (let at = to; at !== from || path.length === 0; at = path[0]!.from)
            path.unshift(cameBy.get(at)!);
          return path;
        }
        queue.push(edge.to);
      }
    }
    return null;
  }

  /** Dependencies between members of a set. */
  within(nodes: ReadonlySet<number>): readonly Dependency[] {
    return [...nodes].flatMap((node) => (this.#edges.get(node) ?? []).filter(({ to }) => nodes.has(to)));
  }
}

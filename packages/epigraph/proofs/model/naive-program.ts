import type { Op, Seen } from "./app/convex/ops.ts";

/** Documents by id; those that a program inserted go by their names. Never changed in place. */
export type ProgramState = ReadonlyMap<string, { readonly name: string; readonly n: number }>;

/** An op to be done, with what it has seen; or a race of which as much is left. */
type Pending =
  | { readonly op: SingleOp; readonly seen: Seen }
  | { readonly branches: readonly (readonly Pending[])[] };
type SingleOp = Exclude<Op, { type: "together" }>;

/**
 * What a program may do, as plainly as possible: each op, and each nested call with all that it does, happens at one
 * moment; of the branches of a race any goes on first.
 */
export class NaiveProgram {
  readonly #snapshot: ProgramState;

  /** @param snapshot the state before the mutation. */
  constructor(snapshot: ProgramState) {
    this.#snapshot = snapshot;
  }

  /** All states that it may leave, given what each op has seen: none when they can't have seen that. */
  endStates(ops: readonly Op[], seen: readonly Seen[]): readonly ProgramState[] {
    return this.#run(this.#snapshot, ops, seen);
  }

  #run(start: ProgramState, ops: readonly Op[], seen: readonly Seen[]): readonly ProgramState[] {
    const ends = new Map<string, ProgramState>();
    const been = new Set<string>();
    const explore = (state: ProgramState, pending: readonly Pending[]): void => {
      const key = JSON.stringify([[...state].sort(), pending]);
      if (been.has(key)) return;
      been.add(key);
      const steps = firstSteps(pending);
      if (steps.length === 0) ends.set(key, state);
      for (const { op, seen: opSeen, rest } of steps) {
        for (const next of this.#do(state, op, opSeen)) explore(next, rest);
      }
    };
    explore(start, toPending(ops, seen));
    return [...ends.values()];
  }

  /** States after an op that saw this. */
  #do(state: ProgramState, op: SingleOp, seen: Seen): readonly ProgramState[] {
    const when = (isSo: boolean, next: ProgramState): readonly ProgramState[] => (isSo ? [next] : []);
    switch (op.type) {
      case "insert":
        return when(seen === "done", new Map(state).set(op.name, { name: op.name, n: op.n }));
      case "patch":
      case "replace": {
        const before = state.get(op.id);
        if (before === undefined) return when(seen === "failed", state);
        const name = op.type === "patch" ? before.name : "replaced";
        return when(seen === "done", new Map(state).set(op.id, { name, n: op.n }));
      }
      case "delete":
        if (!state.has(op.id)) return when(seen === "failed", state);
        return when(seen === "done", new Map([...state].filter(([id]) => id !== op.id)));
      case "get":
        return when(seen === (state.get(op.id)?.n ?? null), state);
      case "list":
        return when(
          JSON.stringify(seen) === JSON.stringify(list(op.stale ? this.#snapshot : state, op.from)),
          state,
        );
      case "nested":
        // What a call that failed saw nobody knows: only that it may fail, and leaves nothing.
        return seen === "failed" ? when(canThrow(op.ops), state) : this.#run(state, op.ops, seen as Seen[]);
      case "throw":
        return [];
    }
  }
}

function toPending(ops: readonly Op[], seen: readonly Seen[]): readonly Pending[] {
  return ops.map((op, i) => {
    const opSeen = seen[i] as Seen;
    if (op.type !== "together") return { op, seen: opSeen };
    return { branches: op.branches.map((branch, k) => toPending(branch, (opSeen as Seen[][])[k] as Seen[])) };
  });
}

/** What may happen next, and what is left then. */
function firstSteps(
  pending: readonly Pending[],
): readonly { readonly op: SingleOp; readonly seen: Seen; readonly rest: readonly Pending[] }[] {
  const [first, ...others] = pending;
  if (first === undefined) return [];
  if ("op" in first) return [{ ...first, rest: others }];
  const steps = first.branches.flatMap((branch, i) =>
    firstSteps(branch).map((step) => ({
      ...step,
      rest: [{ branches: first.branches.with(i, step.rest) }, ...others],
    })),
  );
  return steps.length === 0 ? firstSteps(others) : steps;
}

/** Whether the program reaches an error that it does not catch: nested calls are caught. */
export function canThrow(ops: readonly Op[]): boolean {
  return ops.some((op) => op.type === "throw" || (op.type === "together" && op.branches.some(canThrow)));
}

export function list(state: ProgramState, from: number = Number.NEGATIVE_INFINITY): [string, number][] {
  return [...state.values()]
    .filter(({ n }) => n >= from)
    .map(({ name, n }): [string, number] => [name, n])
    .sort(([a, x], [b, y]) => x - y || (a < b ? -1 : a > b ? 1 : 0));
}

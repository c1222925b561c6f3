import type { Step, TransactionRecord } from "./history.ts";

/** A version of an object: the element that its list ends with, or the register's value; null before the first. */
export type Version = number | null;

/** What one transaction tells of the objects: its own writes taken apart from what it saw of others. */
export interface Observations {
  /** In order, those that were rolled back left out. */
  readonly writes: readonly {
    readonly object: string;
    readonly value: number;
    readonly kind: "list" | "register";
  }[];
  /** Written, but taken back by the transaction itself. */
  readonly rolledBack: readonly { readonly object: string; readonly value: number }[];
  /** Whole lists as others left them. */
  readonly lists: readonly { readonly object: string; readonly values: readonly number[] }[];
  /** Values of registers as others left them. */
  readonly registers: readonly { readonly object: string; readonly value: number | null }[];
  /** Where it did not see its own writes as it should have, or did not see the same twice. */
  readonly contradictions: readonly string[];
}

/** Own elements of lists, own values of registers (the last one counts). */
type OwnWrites = ReadonlyMap<string, readonly number[]>;

export function observe({ id, steps }: TransactionRecord): Observations {
  const writes: { object: string; value: number; kind: "list" | "register" }[] = [];
  const rolledBack: { object: string; value: number }[] = [];
  const lists = new Map<string, readonly number[]>();
  const registers = new Map<string, number | null>();
  const contradictions: string[] = [];

  function sees(object: string, what: string, before: unknown, now: unknown): void {
    if (JSON.stringify(before) === JSON.stringify(now)) return;
    contradictions.push(
      `T${id} saw ${what} of ${object} as ${JSON.stringify(before)}, then as ${JSON.stringify(now)}`,
    );
  }

  function seesList(object: string, values: readonly number[], own: readonly number[]): void {
    const others = values.slice(0, Math.max(0, values.length - own.length));
    const ending = values.slice(others.length);
    if (ending.join() !== own.join()) {
      contradictions.push(
        `T${id} appended [${own.join(" ")}] to ${object} and read [${values.join(" ")}], which does not end so`,
      );
      return;
    }
    const before = lists.get(object);
    if (before === undefined) lists.set(object, others);
    else sees(object, "what others wrote", before, others);
  }

  function seesRegister(object: string, value: number | null, own: readonly number[]): void {
    if (own.length > 0) {
      sees(object, "its own write", own.at(-1), value);
    } else if (registers.has(object)) {
      sees(object, "the value", registers.get(object), value);
    } else {
      registers.set(object, value);
    }
  }

  function run(scope: readonly Step[], outer: OwnWrites): OwnWrites {
    const own = new Map(outer);
    const of = (object: string): readonly number[] => own.get(object) ?? [];
    for (const step of scope) {
      switch (step.type) {
        case "append":
          own.set(step.object, [...of(step.object), step.value]);
          break;
        case "write":
          seesRegister(step.object, step.replaced, of(step.object));
          own.set(step.object, [...of(step.object), step.value]);
          break;
        case "readList":
          seesList(step.object, step.values, of(step.object));
          break;
        case "readRegister":
          seesRegister(step.object, step.value, of(step.object));
          break;
        case "nested": {
          const inner = run(step.steps, own);
          if (!step.isRolledBack) for (const [object, values] of inner) own.set(object, values);
        }
      }
    }
    return own;
  }

  const kept = run(steps, new Map());
  for (const { object, value, kind } of writesOf(steps)) {
    if (kept.get(object)?.includes(value) === true) writes.push({ object, value, kind });
    else rolledBack.push({ object, value });
  }
  return {
    writes,
    rolledBack,
    lists: Array.from(lists, ([object, values]) => ({ object, values })),
    registers: Array.from(registers, ([object, value]) => ({ object, value })),
    contradictions,
  };
}

function writesOf(
  steps: readonly Step[],
): { readonly object: string; readonly value: number; readonly kind: "list" | "register" }[] {
  return steps.flatMap((step) => {
    if (step.type === "nested") return writesOf(step.steps);
    if (step.type === "append") return [{ object: step.object, value: step.value, kind: "list" as const }];
    if (step.type === "write") return [{ object: step.object, value: step.value, kind: "register" as const }];
    return [];
  });
}

/**
 * What clients did and saw. Two kinds of objects, both as in Elle (Kingsbury, Alvaro: "Elle: Inferring Isolation
 * Anomalies from Experimental Observations"): lists, to which elements are appended, and registers, whose value is
 * replaced. No element and no value is written twice to an object, so each says who wrote it.
 */
export type Step =
  | { readonly type: "append"; readonly object: string; readonly value: number }
  | { readonly type: "readList"; readonly object: string; readonly values: readonly number[] }
  /** `replaced` is what the transaction found there, null where nothing was. */
  | {
      readonly type: "write";
      readonly object: string;
      readonly value: number;
      readonly replaced: number | null;
    }
  | { readonly type: "readRegister"; readonly object: string; readonly value: number | null }
  /** A nested mutation. What it wrote is taken back when it fails; what it read was read all the same. */
  | { readonly type: "nested"; readonly isRolledBack: boolean; readonly steps: readonly Step[] };

/**
 * - `committed`: the steps are what it did and saw.
 * - `thrown`: it ended with an error of its own, by which it told what it did and saw. Nothing of it was committed.
 * - `refused`: it told nothing, and nothing of it was committed. The steps are what it tried to write.
 * - `unknown`: the client was told nothing. The steps are what it tried to write.
 */
export type Outcome = "committed" | "thrown" | "refused" | "unknown";

/** One transaction of one client. Times are of one clock, in milliseconds. */
export interface TransactionRecord {
  readonly id: number;
  readonly client: number;
  readonly invokedMs: number;
  readonly completedMs: number;
  readonly outcome: Outcome;
  readonly steps: readonly Step[];
}

export type History = readonly TransactionRecord[];

export function describeTransaction({
  id,
  client,
  invokedMs,
  completedMs,
  outcome,
  steps,
}: TransactionRecord): string {
  const times = `${invokedMs.toFixed(1)} to ${completedMs.toFixed(1)} ms`;
  return `T${id} (client ${client}, ${times}, ${outcome}): ${steps.map(describeStep).join("; ")}`;
}

function describeStep(step: Step): string {
  switch (step.type) {
    case "append":
      return `append ${step.value} to ${step.object}`;
    case "readList":
      return `read ${step.object}: [${step.values.join(" ")}]`;
    case "write":
      return `write ${step.value} to ${step.object} over ${step.replaced ?? "nothing"}`;
    case "readRegister":
      return `read ${step.object}: ${step.value ?? "nothing"}`;
    case "nested":
      return `${step.isRolledBack ? "rolled back" : "nested"} { ${step.steps.map(describeStep).join("; ")} }`;
  }
}

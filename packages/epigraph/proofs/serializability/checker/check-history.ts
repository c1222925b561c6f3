import type { Dependency } from "./dependency-graph.ts";
import { findCycles } from "./find-cycles.ts";
import { describeTransaction, type History } from "./history.ts";
import { inferDependencies } from "./infer-dependencies.ts";
import { isAcknowledgedBefore, realTimeDependency } from "./real-time.ts";

export interface Anomaly {
  /** Adya's names (G0, G1a, G1b, G1c, G-single, G2), or what no isolation level has a name for. */
  readonly name: string;
  /** For people: the transactions, and why they can stand in no order. */
  readonly explanation: string;
}

export interface Verdict {
  readonly anomalies: readonly Anomaly[];
  /** How much the verdict rests on. */
  readonly dependencies: number;
}

/**
 * Whether the history could be that of transactions which ran one after the other, each between its invocation and its
 * acknowledgement. Finds anomalies that clients could see, and none that isn't one.
 */
export function checkHistory(history: History): Verdict {
  const { graph, problems } = inferDependencies(history);
  const byId = new Map(history.map((record) => [record.id, record]));
  const realTime = (from: number, to: number): Dependency | null => {
    const [first, second] = [byId.get(from)!, byId.get(to)!];
    return isAcknowledgedBefore(first, second) ? realTimeDependency(first, second) : null;
  };
  const anomalies = problems.map(({ anomaly, why }) => ({
    name: anomaly,
    explanation: `${anomaly}: ${why}`,
  }));
  for (const { anomaly, dependencies } of findCycles(graph, realTime)) {
    const lines = dependencies.map(
      ({ from, to, kind, why }) => `  T${from} must come before T${to} (${kind}): T${from} ${why}`,
    );
    const transactions = dependencies.map(({ from }) => `  ${describeTransaction(byId.get(from)!)}`);
    anomalies.push({
      name: anomaly,
      explanation: [
        `${anomaly}: ${dependencies.length} transactions that can stand in no order`,
        ...lines,
        ...transactions,
      ].join("\n"),
    });
  }
  return { anomalies, dependencies: graph.size };
}

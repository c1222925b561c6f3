import type { Dependency, DependencyGraph } from "./dependency-graph.ts";
import type { History, TransactionRecord } from "./history.ts";

/** Nothing is concluded from a tie, nor for a transaction that nobody acknowledged. */
export function isAcknowledgedBefore(first: TransactionRecord, second: TransactionRecord): boolean {
  return first.outcome !== "unknown" && first.completedMs < second.invokedMs;
}

export function realTimeDependency(first: TransactionRecord, second: TransactionRecord): Dependency {
  const why = `was acknowledged before T${second.id} began`;
  return { from: first.id, to: second.id, kind: "rt", object: null, why };
}

/** What was acknowledged comes before what began later: only to those acknowledged last, for the others come before these. */
export function addRealTime(graph: DependencyGraph, history: History): void {
  const events = history.flatMap((record) => {
    const begin = { ms: record.invokedMs, isEnd: false, record };
    return record.outcome === "unknown" ? [begin] : [begin, { ms: record.completedMs, isEnd: true, record }];
  });
  events.sort((a, b) => a.ms - b.ms || Number(a.isEnd) - Number(b.isEnd));
  let last: TransactionRecord[] = [];
  for (const { isEnd, record } of events) {
    if (isEnd) {
      last = last.filter((other) => !isAcknowledgedBefore(other, record));
      last.push(record);
    } else {
      for (const other of last) graph.add(realTimeDependency(other, record));
    }
  }
}

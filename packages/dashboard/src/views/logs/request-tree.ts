import type { ConsoleLine, LogEntry, LogRow } from "../../data/log-store.ts";

/** An execution with what it has caused. */
export interface ExecutionNode {
  /** Its end, or lines of one that runs still. */
  readonly entry: LogEntry;
  readonly lines: readonly ConsoleLine[];
  /** What it called, then what its request has scheduled, each in the order of their ends. */
  readonly children: readonly ExecutionNode[];
}

/**
 * The whole tree that a request belongs to: from what came from outside, as far back as the log knows it, down to the calls
 * of scheduled functions.
 */
export function requestTree(rows: readonly LogRow[], requestId: string): readonly ExecutionNode[] {
  const known = new KnownRequests(rows);
  return known.nodesOf(known.rootOf(requestId), new Set());
}

interface Execution {
  entry: LogEntry;
  readonly lines: ConsoleLine[];
}

class KnownRequests {
  /** Executions by their ids, by the ids of their requests. */
  readonly #executions = new Map<string, Map<string, Execution>>();
  readonly #schedulers = new Map<string, string>();
  readonly #scheduled = new Map<string, Set<string>>();

  constructor(rows: readonly LogRow[]) {
    for (const { entry, line } of rows) {
      const { requestId, executionId, scheduledByRequestId } = entry;
      const own = entryOf(this.#executions, requestId, () => new Map<string, Execution>());
      const execution = entryOf(own, executionId, () => ({ entry, lines: [] }));
      if (line === null) execution.entry = entry;
      else execution.lines.push(line);
      if (scheduledByRequestId === undefined) continue;
      this.#schedulers.set(requestId, scheduledByRequestId);
      entryOf(this.#scheduled, scheduledByRequestId, () => new Set<string>()).add(requestId);
    }
  }

  /** Callers choose ids of requests: nothing says that they make no circle. */
  rootOf(requestId: string): string {
    const seen = new Set<string>();
    let root = requestId;
    for (;;) {
      const scheduler = this.#schedulers.get(root);
      if (scheduler === undefined || seen.has(scheduler) || !this.#executions.has(scheduler)) return root;
      seen.add(root);
      root = scheduler;
    }
  }

  /** @param seen requests that are in the tree already. */
  nodesOf(requestId: string, seen: Set<string>): readonly ExecutionNode[] {
    if (seen.has(requestId)) return [];
    seen.add(requestId);
    const executions = [...(this.#executions.get(requestId)?.values() ?? [])];
    const ids = new Set(executions.map(({ entry }) => entry.executionId));
    const scheduled = [...(this.#scheduled.get(requestId) ?? [])].flatMap((id) => this.nodesOf(id, seen));
    const isTop = ({ entry }: Execution): boolean => !ids.has(entry.parentExecutionId ?? "");
    const node = (execution: Execution): ExecutionNode => {
      const { entry, lines } = execution;
      const called = executions.filter((other) => other.entry.parentExecutionId === entry.executionId);
      const children = called.map(node);
      return { entry, lines, children: isTop(execution) ? [...children, ...scheduled] : children };
    };
    return executions.filter(isTop).map(node);
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

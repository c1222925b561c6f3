import { textPieces } from "../realm/text-pieces.ts";
import { Execution, type ExecutionKind, enter } from "./execution.ts";
import { host } from "./host.ts";
import { instantiate } from "./modules.ts";
import type { Seed } from "./random.ts";
import { takeRowsTaken } from "./read-ahead.ts";
import { describeThrown } from "./thrown.ts";
import { warnOfUnawaited } from "./unawaited.ts";

/** Executions that have not ended. */
const executions = new Map<number, Execution>();

/** Makes an execution and names it as the one that this entry belongs to. */
export function begin(id: number, kind: ExecutionKind, seed: Seed, frozenNowMs: number | null): Execution {
  const execution = new Execution(id, kind, seed, frozenNowMs);
  executions.set(id, execution);
  enter(execution);
  return execution;
}

/** The execution that this entry belongs to; undefined when it has ended meanwhile. */
export function resume(id: number): Execution | undefined {
  const execution = executions.get(id);
  if (execution !== undefined) enter(execution);
  return execution;
}

/** @param outcome as `HostBridge.done` takes it. */
export function finish(execution: Execution, outcome: string): void {
  if (execution.settled) return;
  execution.settled = true;
  executions.delete(execution.id);
  warnOfUnawaited(execution);
  host.done(execution.id, takeRowsTaken(execution), ...textPieces(outcome));
}

export function fail(execution: Execution, thrown: unknown): void {
  finish(execution, `E${JSON.stringify(describeThrown(thrown))}`);
}

/** Ends an execution from outside: what it still had pending never settles. */
export function drop(id: number): void {
  executions.delete(id);
}

/** Evaluates a module for this execution; database and other effects are refused meanwhile. */
export function load(path: string, execution: Execution): Record<string, unknown> {
  return instantiate(path, execution);
}

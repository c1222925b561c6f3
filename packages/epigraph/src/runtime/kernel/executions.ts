import { textPieces } from "../realm/text-pieces.ts";
import { Execution, type ExecutionKind, enter } from "./execution.ts";
import { host } from "./host.ts";
import { switchChanges } from "./intrinsics.ts";
import { instantiate } from "./modules.ts";
import type { Seed } from "./random.ts";
import { takeRowsTaken } from "./read-ahead.ts";
import { SafeMap } from "./safe-collections.ts";
import { describeThrown } from "./thrown.ts";
import { warnOfUnawaited } from "./unawaited.ts";

/** `RegExp.lastMatch` and the like are of the last match in the realm, which may have been somebody else's. */
const forgetMatch = RegExp.prototype.exec.bind(/(?:)/, "");

/** Executions that have not ended. */
const executions = new SafeMap<number, Execution>();

/** Makes an execution and names it as the one that this entry belongs to. */
export function begin(id: number, kind: ExecutionKind, seed: Seed, frozenNowMs: number | null): Execution {
  const execution = new Execution(id, kind, seed, frozenNowMs);
  executions.set(id, execution);
  come(execution);
  return execution;
}

function come(execution: Execution): void {
  switchChanges(execution);
  enter(execution);
  forgetMatch();
}

/** The execution that this entry belongs to; undefined when it has ended meanwhile. */
export function resume(id: number): Execution | undefined {
  const execution = executions.get(id);
  if (execution !== undefined) come(execution);
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
  const described = describeThrown(thrown);
  const { route } = execution;
  finish(execution, `E${JSON.stringify(route === null ? described : { ...described, route })}`);
}

/** Ends an execution from outside: what it still had pending never settles. @returns its route, as far as it is known */
export function drop(id: number): string | null {
  const route = executions.get(id)?.route ?? null;
  executions.delete(id);
  return route;
}

/** Evaluates a module for this execution; database and other effects are refused meanwhile. */
export function load(path: string, execution: Execution): Record<string, unknown> {
  return instantiate(path, execution);
}

import { currentExecution, type Execution } from "./execution.ts";
import { host } from "./host.ts";
import { RandomSource, type Seed } from "./random.ts";

let seed: Seed = [0, 0, 0];
let timeMs = 0;

/** Sets what module code observes while it is evaluated: the same in all realms of one push. */
export function configureImports(a: number, b: number, c: number, importTimeMs: number): void {
  seed = [a, b, c];
  timeMs = importTimeMs;
}

export function importTimeMs(): number {
  notePush(currentExecution());
  return timeMs;
}

function notePush(execution: Execution): void {
  if (execution.kind !== "query" || execution.hasReadPush) return;
  execution.hasReadPush = true;
  host.pushRead(execution.id);
}

/**
 * Random numbers of what runs now. Each module draws from a source of its own while it is evaluated, so that what it
 * gets depends neither on the order of evaluation nor on which other modules an execution needs.
 */
export function currentRandom(): RandomSource {
  const execution = currentExecution();
  refuseInAuthConfig(execution, "Math.random");
  const phase = execution.importPhase;
  if (phase === null) return execution.random;
  notePush(execution);
  phase.random ??= new RandomSource([seed[0] ^ hash(phase.path), seed[1], seed[2]]);
  return phase.random;
}

/** What the providers of identities are must not depend on when the app was pushed, or on chance. */
export function refuseInAuthConfig({ kind }: Execution, what: string): void {
  if (kind === "authConfig") throw new Error(`${what} unsupported when evaluating auth config file`);
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}

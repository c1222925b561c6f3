import { currentExecution } from "./execution.ts";
import { RandomSource } from "./random.ts";

type Words = readonly [number, number, number];

let seed: Words = [0, 0, 0];
let timeMs = 0;

/** Sets what module code observes while it is evaluated: the same in all realms of one push. */
export function configureImports(importSeed: string, importTimeMs: number): void {
  seed = parseSeed(importSeed);
  timeMs = importTimeMs;
}

export function parseSeed(text: string): Words {
  const [a = 0, b = 0, c = 0] = text.split(",").map(Number);
  return [a, b, c];
}

export function importTimeMs(): number {
  return timeMs;
}

/**
 * Random numbers of what runs now. Each module draws from a source of its own while it is evaluated, so that what it
 * gets depends neither on the order of evaluation nor on which other modules an execution needs.
 */
export function currentRandom(): RandomSource {
  const execution = currentExecution();
  const phase = execution.importPhase;
  if (phase === null) return execution.random;
  phase.random ??= new RandomSource([seed[0] ^ hash(phase.path), seed[1], seed[2]]);
  return phase.random;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}

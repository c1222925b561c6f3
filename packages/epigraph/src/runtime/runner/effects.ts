import { randomBytes } from "node:crypto";

/** What is not deterministic, given to a runner from outside. */
export interface Effects {
  readonly nowMs: () => number;
  readonly random: (bytes: number) => Uint8Array;
}

export const systemEffects: Effects = { nowMs: Date.now, random: randomBytes };

/** Seed of an execution's generator, as the kernel takes it. */
export function newSeed(effects: Effects): string {
  const words = new Uint32Array(effects.random(12).slice().buffer);
  return `${words[0]},${words[1]},${words[2]}`;
}

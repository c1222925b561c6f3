import { parseArgs } from "node:util";

export interface ProofOptions {
  /** Every round draws from it and its own number. */
  readonly seed: number;
  /** Ends after so many rounds, or with the round in which this time is over; whichever comes first. */
  readonly rounds: number;
  readonly seconds: number;
}

/** Reads `--seed`, `--rounds` and `--seconds`; without the latter two a proof takes five minutes. */
export function readProofOptions(args: readonly string[] = process.argv.slice(2)): ProofOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: "string" }, rounds: { type: "string" }, seconds: { type: "string" } },
  });
  const number = (name: keyof ProofOptions, otherwise: number): number => {
    const text = values[name];
    if (text === undefined) return otherwise;
    if (!/^\d+$/.test(text)) throw new Error(`--${name} is ${text}: give a whole number.`);
    return Number(text);
  };
  return {
    // Another one each day: what was tried yesterday need not be tried again.
    seed: number("seed", Math.floor(Date.now() / 86_400_000)),
    rounds: number("rounds", Number.POSITIVE_INFINITY),
    seconds: number("seconds", values.rounds === undefined ? 300 : Number.POSITIVE_INFINITY),
  };
}

/** The seeds of the rounds that the options ask for. */
export function* seedsOf({ seed, rounds, seconds }: ProofOptions): Generator<number> {
  const endMs = performance.now() + seconds * 1000;
  for (let round = 0; round < rounds && performance.now() < endMs; round++) yield seed * 1_000 + round;
}

import { type RandomValues, randomValuesFrom } from "../../src/values/testing/random-value.ts";
import { seededRandom } from "../../src/values/testing/seeded-random.ts";

/**
 * Does something drawn at random and throws where that went wrong. It does the same again for the same draws, draws by
 * `below` so that zeros are simple and an end, and calls `trace` for each thing it does.
 */
export type Property = (random: RandomValues, trace: (line: string) => void) => void | Promise<void>;

/** How long a smaller failure is looked for. */
const SHRINK_MS = 15_000;
/** About what one thing that a property does is drawn with: pieces up to this are tried of any length, anywhere. */
const SMALL_PIECE = 8;

/**
 * Holds the property to the draws of a seed.
 * @throws Error with the seed and the smallest run that was found to fail as well, told line by line.
 */
export async function checkProperty(property: Property, seed: number): Promise<void> {
  const first = await findFailure(property, seed);
  if (first === null) return;
  const smallest = await shrink(property, first);
  throw new Error(
    `With seed ${seed}, and in short after:\n${smallest.lines.map((line) => `  ${line}`).join("\n")}\n${smallest.error}`,
    { cause: smallest.error },
  );
}

/** Whether the property fails for the draws of a seed, and how, however long a run that is. */
export function findFailure(property: Property, seed: number): Promise<Failure | null> {
  const random = seededRandom(seed);
  return attempt(property, () => random());
}

export interface Failure {
  /** All numbers that were drawn. */
  readonly drawn: readonly number[];
  readonly lines: readonly string[];
  readonly error: unknown;
}

async function attempt(property: Property, draw: () => number): Promise<Failure | null> {
  const drawn: number[] = [];
  const lines: string[] = [];
  const random = randomValuesFrom(() => {
    const number = draw();
    drawn.push(number);
    return number;
  });
  try {
    await property(random, (line) => lines.push(line));
    return null;
  } catch (error) {
    return { drawn, lines, error };
  }
}

/** Leaves out draws, then makes them zero, in ever smaller pieces, as long as something fails (as Hypothesis does). */
async function shrink(property: Property, failure: Failure): Promise<Failure> {
  const endMs = performance.now() + SHRINK_MS;
  let smallest = failure;
  const isBetter = async (drawn: readonly number[]): Promise<boolean> => {
    let next = 0;
    const again = await attempt(property, () => drawn[next++] ?? 0);
    if (again === null || !isSmaller(again.drawn, smallest.drawn)) return false;
    smallest = again;
    return true;
  };
  for (let before = 0; before !== sum(smallest.drawn); ) {
    before = sum(smallest.drawn);
    for (let size = smallest.drawn.length >> 1; size > 0; size = size > SMALL_PIECE ? size >> 1 : size - 1) {
      const step = size > SMALL_PIECE ? size : 1;
      for (let start = smallest.drawn.length - size; start >= 0; start -= step) {
        const { drawn } = smallest;
        if (performance.now() > endMs) return smallest;
        const [head, piece, tail] = [
          drawn.slice(0, start),
          drawn.slice(start, start + size),
          drawn.slice(start + size),
        ];
        if (await isBetter([...head, ...tail])) continue;
        if (piece.some((number) => number > 0)) await isBetter([...head, ...piece.map(() => 0), ...tail]);
      }
    }
  }
  return smallest;
}

function isSmaller(a: readonly number[], b: readonly number[]): boolean {
  return a.length < b.length || (a.length === b.length && sum(a) < sum(b));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, numbers.length);
}

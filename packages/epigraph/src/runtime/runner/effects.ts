import { randomFillSync } from "node:crypto";
import type { Seed } from "../kernel/random.ts";
import type { StartExchange } from "./exchange.ts";
import { nodeExchanges } from "./node-exchange.ts";

/** What is not deterministic, given to a runner from outside. */
export interface Effects {
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** Monotonic milliseconds, for limits and durations. */
  readonly elapsedMs: () => number;
  /** Gives as many random bytes as asked for; they are the caller's. */
  readonly random: (bytes: number) => Uint8Array;
  /** Calls back after a while; the result ends the wait. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** Sends the requests of `fetch`. */
  readonly fetch: StartExchange;
}

const POOL_BYTES = 8192;

/** One call to the system gives the bytes for hundreds of executions. */
function pooledRandom(): (bytes: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let at = 0;
  return (bytes) => {
    if (bytes > POOL_BYTES / 8) return randomFillSync(new Uint8Array(bytes));
    if (at + bytes > pool.length) {
      // A new array each time: what was handed out stays as it is.
      pool = randomFillSync(new Uint8Array(POOL_BYTES));
      at = 0;
    }
    at += bytes;
    return pool.subarray(at - bytes, at);
  };
}

export const systemEffects: Effects = {
  nowMs: Date.now,
  elapsedMs: () => performance.now(),
  random: pooledRandom(),
  setTimer: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  fetch: nodeExchanges(),
};

/** Seed of an execution's generator. */
export function newSeed({ random }: Pick<Effects, "random">): Seed {
  return seedOf(random(12));
}

/** Seed made of the first twelve bytes. */
export function seedOf(bytes: Uint8Array): Seed {
  return [wordAt(bytes, 0), wordAt(bytes, 4), wordAt(bytes, 8)];
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** Runs of a transaction that keeps meeting conflicts, the first one included. */
export const MAX_TRANSACTION_ATTEMPTS = 5;

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;

/**
 * How long to wait before running a transaction again.
 * @param retry 0 for the first one.
 * @param random between 0 and 1: those who fought over one document must not come back together.
 */
export function retryDelayMs(retry: number, random: number): number {
  return random * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** retry);
}

/** What services need to know of time and chance, given from outside. */
export interface ServiceEffects {
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** Calls back after a while; the result ends the wait. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** Gives as many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
}

/** How waits grow. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Full jitter: any wait up to one that doubles each time. @param tries made before this one, failed ones. */
export function backoffMs(
  { random }: Pick<ServiceEffects, "random">,
  { firstMs, maxMs }: Backoff,
  tries: number,
): number {
  return randomFraction({ random }) * Math.min(maxMs, firstMs * 2 ** Math.min(tries, 64));
}

/** At least 0, below 1. */
export function randomFraction({ random }: Pick<ServiceEffects, "random">): number {
  const [a, b, c] = random(3) as unknown as readonly [number, number, number];
  return (a * 65_536 + b * 256 + c) / 16_777_216;
}

export function sleep({ setTimer }: Pick<ServiceEffects, "setTimer">, ms: number): Promise<void> {
  return new Promise((resolve) => void setTimer(resolve, ms));
}

export interface Insistence {
  /** How waits between two tries grow. */
  readonly backoff: Backoff;
  readonly isClosed: () => boolean;
  readonly onFailure: (error: Error) => void;
}

/** Does what must be done, again and again until it succeeds; only who closes gives up. */
export async function insist(
  effects: ServiceEffects,
  { backoff, isClosed, onFailure }: Insistence,
  work: () => Promise<void>,
): Promise<void> {
  for (let tries = 0; !isClosed(); tries++) {
    try {
      await work();
      return;
    } catch (error) {
      if (isClosed()) return;
      onFailure(error as Error);
      await sleep(effects, backoffMs(effects, backoff, tries));
    }
  }
}

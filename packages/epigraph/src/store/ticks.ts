/**
 * Time inside the database. A commit timestamp is a 64-bit number of nanoseconds towards clients, but a whole number
 * of *ticks* of 1024 ns inside: ticks stay exact in a JavaScript number (and in SQLite's integers read without
 * BigInt) until the year 2255, while nanoseconds left the safe range in 1970. 976,562 commits a second fit before
 * the clock would have to run ahead of the wall.
 */
export type Ticks = number;

export const NANOSECONDS_PER_TICK = 1024;

/** Ticks since the epoch for a wall-clock time in milliseconds (fractions kept as far as ticks go). */
export function ticksFromMilliseconds(ms: number): Ticks {
  return Math.floor((ms * 1e6) / NANOSECONDS_PER_TICK);
}

/** Milliseconds since the epoch, with a sub-millisecond fraction. */
export function millisecondsFromTicks(ticks: Ticks): number {
  return (ticks * NANOSECONDS_PER_TICK) / 1e6;
}

/** The timestamp that clients see: nanoseconds since the epoch. */
export function nanosecondsFromTicks(ticks: Ticks): bigint {
  return BigInt(ticks) * BigInt(NANOSECONDS_PER_TICK);
}

/** The newest tick that is not after `ns`; exact for every timestamp this database handed out. */
export function ticksFromNanoseconds(ns: bigint): Ticks {
  return Number(ns / BigInt(NANOSECONDS_PER_TICK));
}

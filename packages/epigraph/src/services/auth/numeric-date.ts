/** Seconds up to which dates reach. */
const MAX_SECONDS = 8.64e12;

/** A claim of a time as milliseconds; null when it is none. */
export function numericDateMs(claim: unknown): number | null {
  return typeof claim === "number" && claim >= 0 && claim <= MAX_SECONDS ? claim * 1000 : null;
}

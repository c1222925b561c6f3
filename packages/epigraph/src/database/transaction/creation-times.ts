import { millisecondsFromTicks, type Ticks } from "../../store/ticks.ts";

const scratch = new DataView(new ArrayBuffer(8));

/** Creation times of one transaction: the first is its start, each later one the next number that there is. */
export class CreationTimes {
  #nextMs: number;

  /**
   * @param snapshotTs commit that the transaction started from: a clock that lags behind it does not count.
   * @param nowMs wall clock at the start.
   */
  constructor(snapshotTs: Ticks, nowMs: number) {
    this.#nextMs = Math.max(millisecondsFromTicks(snapshotTs + 1), nowMs);
  }

  next(): number {
    const timeMs = this.#nextMs;
    this.#nextMs = nextUp(timeMs);
    return timeMs;
  }
}

/** The least float greater than a positive one. */
function nextUp(value: number): number {
  scratch.setFloat64(0, value);
  const low = scratch.getUint32(4);
  scratch.setUint32(4, low + 1);
  if (low === 0xffffffff) scratch.setUint32(0, scratch.getUint32(0) + 1);
  return scratch.getFloat64(0);
}

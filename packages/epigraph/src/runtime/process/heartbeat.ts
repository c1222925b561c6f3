import type { Claims } from "../runner/claims.ts";
import type { Slices } from "../runner/slices.ts";

const SLICE = 0;
const JOB = 1;
const LIMIT = 2;
const FIRST_CLAIM = 3;
/** More than jobs that a runner can have unstarted. */
const CLAIMS = 4096;

/** Memory that a runner's thread and its watchdog share. */
export function newHeartbeatMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST_CLAIM + CLAIMS) * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * What the watchdog can see of a thread that does not answer: the number of the slice it is in, odd while it lasts, the
 * job it is for and the time that it has, and which jobs have been started. Numbers of jobs grow by one and wrap around at 2^32; each has a place
 * by its number, which holds the newest job of that place that somebody took.
 */
export class Heartbeat implements Slices, Claims {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  begin(job: number, limitMs: number): void {
    Atomics.store(this.#words, JOB, job | 0);
    Atomics.store(this.#words, LIMIT, limitMs);
    Atomics.add(this.#words, SLICE, 1);
  }

  end(): void {
    Atomics.add(this.#words, SLICE, 1);
  }

  renew(): void {
    Atomics.add(this.#words, SLICE, 2);
  }

  /** True for the first who asks, be it the runner or its watchdog. */
  claim(job: number): boolean {
    const place = FIRST_CLAIM + (job % CLAIMS);
    for (;;) {
      const newest = Atomics.load(this.#words, place);
      // The difference is right also where numbers have wrapped around.
      if (((newest - job) | 0) >= 0 && newest !== 0) return false;
      if (Atomics.compareExchange(this.#words, place, newest, job | 0) === newest) return true;
    }
  }

  /** Odd while a slice lasts; never twice the same for two slices that can be told apart. */
  get slice(): number {
    return Atomics.load(this.#words, SLICE);
  }

  /** The job of the slice. */
  get job(): number {
    return Atomics.load(this.#words, JOB) >>> 0;
  }

  /** The time that app code has in the slice. */
  get limitMs(): number {
    return Atomics.load(this.#words, LIMIT);
  }
}

/** How long a thread has to rest: in a shorter pause more is lost than won, for the engine drops what it had made fast. */
const REST_MS = 30_000;
/** Of the time between two looks: less than this is housekeeping. */
const IDLE_SHARE = 0.05;
/** Less work than this leaves little behind. */
const WORTH_MS = 250;

/** Tells when a thread that has worked has come to rest; once for each time that it worked. */
export class Rest {
  #workedMs = 0;
  #restedMs = 0;

  /**
   * @param passedMs since the last look.
   * @param activeMs how much of that the thread worked.
   */
  hasCome(passedMs: number, activeMs: number): boolean {
    if (activeMs > passedMs * IDLE_SHARE) {
      this.#workedMs += activeMs;
      this.#restedMs = 0;
      return false;
    }
    this.#restedMs += passedMs;
    if (this.#restedMs < REST_MS || this.#workedMs < WORTH_MS) return false;
    this.#workedMs = 0;
    return true;
  }
}

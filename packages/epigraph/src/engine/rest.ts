/** How long a thread has to rest: in a shorter pause more is lost than won, for the engine drops what it had made fast. */
const REST_MS = 30_000;
/** The first time: what starting leaves behind is a third of the main process, and nothing has been made fast yet. */
const FIRST_REST_MS = 1_000;
/** Of the time between two looks: less than this is housekeeping. */
const IDLE_SHARE = 0.05;
/** Less work than this leaves little behind. */
const WORTH_MS = 250;

/** Tells when a thread that has worked has come to rest; once for each time that it worked. */
export class Rest {
  #workedMs = 0;
  #restedMs = 0;
  #neededMs = FIRST_REST_MS;

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
    if (this.#restedMs < this.#neededMs || this.#workedMs < WORTH_MS) return false;
    this.#workedMs = 0;
    this.#neededMs = REST_MS;
    return true;
  }
}

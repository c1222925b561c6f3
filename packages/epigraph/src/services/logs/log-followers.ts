export interface LogFollowersOptions {
  /** Sets a timer and gives what takes it back. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** Somebody has begun to follow the log, or the last one has stopped. */
  readonly onChange: (isFollowed: boolean) => void;
}

/** A request that follows the log is held for a minute at most, and the next one follows it. */
const LINGER_MS = 90_000;

/** Whether somebody follows the log: what only they want to know is told only then. */
export class LogFollowers {
  readonly #options: LogFollowersOptions;
  #stopTimer: (() => void) | null = null;

  constructor(options: LogFollowersOptions) {
    this.#options = options;
  }

  /** Somebody asks for what comes next. */
  seen(): void {
    const { setTimer, onChange } = this.#options;
    if (this.#stopTimer === null) onChange(true);
    else this.#stopTimer();
    this.#stopTimer = setTimer(() => {
      this.#stopTimer = null;
      onChange(false);
    }, LINGER_MS);
  }

  close(): void {
    this.#stopTimer?.();
  }
}

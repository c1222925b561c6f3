import { createHash } from "node:crypto";

export interface OneTimeLinksOptions {
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** A text that nobody can guess. */
  readonly newToken: () => string;
}

/** How long a link opens the dashboard that nobody has used. */
const LINK_MS = 12 * 60 * 60 * 1000;
const MAX_LINKS = 100;

/** Tokens that stand for the admin key once, for links which are shown to whoever has the key already. */
export class OneTimeLinks {
  readonly #options: OneTimeLinksOptions;
  /** When each ends, by digest: comparing digests tells nothing about tokens. Oldest first. */
  readonly #ends = new Map<string, number>();
  #onUse: (() => void) | null = null;

  constructor(options: OneTimeLinksOptions) {
    this.#options = options;
  }

  /** @returns a new token. */
  create(): string {
    const { newToken, nowMs } = this.#options;
    const token = newToken();
    this.#ends.set(digest(token), nowMs() + LINK_MS);
    for (const oldest of this.#ends.keys()) {
      if (this.#ends.size <= MAX_LINKS) break;
      this.#ends.delete(oldest);
    }
    return token;
  }

  /** Whether the token is good; from now on it is not. */
  use(token: string): boolean {
    const key = digest(token);
    const endMs = this.#ends.get(key);
    this.#ends.delete(key);
    if (endMs === undefined || endMs <= this.#options.nowMs()) return false;
    this.#onUse?.();
    return true;
  }

  /** Hears of each link that was used: whoever shows one needs another. */
  onUse(listener: () => void): void {
    this.#onUse = listener;
  }
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

import type { JWTVerifyGetKey } from "jose";
import { type EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";

/** The public keys of a provider. */
export interface PublicKeys {
  readonly find: JWTVerifyGetKey;
  /** As the provider itself spells it; null where it does not say. */
  readonly issuer: string | null;
  /** How long they may be used; null where the provider does not say. */
  readonly lifetimeMs: number | null;
}

export interface KeyCacheOptions {
  /** Gets the keys; throws the error that tokens earn meanwhile. */
  readonly load: () => Promise<PublicKeys>;
  readonly nowMs: () => number;
}

/** Between two requests for keys, whatever the provider and its tokens say. */
export const COOLDOWN_MS = 30_000;
/** Of keys whose provider does not say. */
export const DEFAULT_LIFETIME_MS: number = 10 * 60_000;
const MAX_LIFETIME_MS = 24 * 60 * 60_000;
/** How long a failure stands for the next ones: a provider that is down is not asked for each token. */
export const FAILURE_LIFETIME_MS = 5_000;

/**
 * The keys of one provider, asked for once by all who need them at the same time.
 *
 * - nothing yet, or keys whose lifetime is over → load;
 * - keys → used until their lifetime is over; one that is not among them makes the cache load again, but not within the
 *   cooldown: a provider that changes its keys is noticed, and made-up keys cost it nothing;
 * - failed → the failure, for a few seconds; keys that are good stay.
 */
export class KeyCache {
  readonly #options: KeyCacheOptions;
  #keys: { readonly keys: PublicKeys; readonly loadedAtMs: number; readonly untilMs: number } | null = null;
  #failure: { readonly error: EpigraphError; readonly untilMs: number } | null = null;
  #loading: Promise<PublicKeys> | null = null;

  constructor(options: KeyCacheOptions) {
    this.#options = options;
  }

  /** @throws EpigraphError when they can't be had. */
  async get(): Promise<PublicKeys> {
    const nowMs = this.#options.nowMs();
    if (this.#keys !== null && nowMs < this.#keys.untilMs) return this.#keys.keys;
    return this.#load(nowMs);
  }

  /** Newer keys than these, which lack one; null when there are none to be had now. */
  async getNewer(keys: PublicKeys): Promise<PublicKeys | null> {
    const nowMs = this.#options.nowMs();
    if (this.#keys !== null && this.#keys.keys !== keys) return this.#keys.keys;
    if (this.#keys !== null && nowMs < this.#keys.loadedAtMs + COOLDOWN_MS) return null;
    try {
      return await this.#load(nowMs);
    } catch {
      return null;
    }
  }

  async #load(nowMs: number): Promise<PublicKeys> {
    if (this.#failure !== null && nowMs < this.#failure.untilMs) throw this.#failure.error;
    this.#loading ??= this.#request();
    return this.#loading;
  }

  async #request(): Promise<PublicKeys> {
    const { load, nowMs } = this.#options;
    try {
      const keys = await load();
      const loadedAtMs = nowMs();
      const lifetimeMs = Math.min(
        Math.max(keys.lifetimeMs ?? DEFAULT_LIFETIME_MS, COOLDOWN_MS),
        MAX_LIFETIME_MS,
      );
      this.#keys = { keys, loadedAtMs, untilMs: loadedAtMs + lifetimeMs };
      this.#failure = null;
      return keys;
    } catch (error) {
      this.#failure = { error: toEpigraphError(error), untilMs: nowMs() + FAILURE_LIFETIME_MS };
      throw this.#failure.error;
    } finally {
      this.#loading = null;
    }
  }
}

import { type AuthProvider, canonicalIssuer, isCustomJwt, issuerOf } from "./auth-provider.ts";
import type { KeyCache } from "./key-cache.ts";
import { TokenCache } from "./token-cache.ts";
import { missingIssuer, noProvider, notAToken } from "./token-refusal.ts";
import { parseToken, type UnverifiedToken } from "./unverified-token.ts";
import type { VerifiedToken } from "./verified-token.ts";

export interface ProviderTokensOptions {
  readonly nowMs: () => number;
  readonly isRedacted: boolean;
}

/** The providers of one configuration, with the keys that they have and the tokens that were verified. */
export class ProviderTokens {
  readonly #providers: readonly AuthProvider[];
  readonly #options: ProviderTokensOptions;
  readonly #cache = new TokenCache();
  readonly #keys = new Map<AuthProvider, KeyCache>();

  constructor(providers: readonly AuthProvider[], options: ProviderTokensOptions) {
    this.#providers = providers;
    this.#options = options;
  }

  /** Null for a token that must be verified first. */
  known(token: string): VerifiedToken | null {
    return this.#cache.get(token, this.#options.nowMs());
  }

  /** @throws EpigraphError */
  async verify(token: string): Promise<VerifiedToken> {
    const parsed = parseToken(token);
    if (parsed === null) throw notAToken();
    const provider = this.#choose(parsed);
    const verified = await this.#verify(token, parsed, provider);
    this.#cache.set(token, verified, this.#options.nowMs());
    return verified;
  }

  /** By what the token says of itself; the provider's key decides whether that is true. */
  #choose({ claims }: UnverifiedToken): AuthProvider {
    const { iss, aud } = claims;
    if (typeof iss !== "string") throw missingIssuer();
    const issuer = canonicalIssuer(iss);
    const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    const provider = this.#providers.find(
      (candidate) =>
        canonicalIssuer(issuerOf(candidate)) === issuer &&
        (candidate.applicationID === null || audiences.includes(candidate.applicationID)),
    );
    if (provider === undefined) throw noProvider(this.#providers, this.#options.isRedacted);
    return provider;
  }

  async #verify(token: string, parsed: UnverifiedToken, provider: AuthProvider): Promise<VerifiedToken> {
    const { nowMs, isRedacted } = this.#options;
    // Nobody but those who have tokens to verify needs the library.
    const library = await import("./verification.ts");
    const keys = this.#keysOf(provider, library);
    return isCustomJwt(provider)
      ? library.verifyCustomJwt(token, parsed, provider, { keys, nowMs: nowMs(), isRedacted })
      : library.verifyOidc(token, parsed, provider, { keys, nowMs: nowMs() });
  }

  #keysOf(provider: AuthProvider, library: typeof import("./verification.ts")): KeyCache {
    const existing = this.#keys.get(provider);
    if (existing !== undefined) return existing;
    const { KeyCache, fetchKeys, discoverKeys } = library;
    const load = isCustomJwt(provider) ? () => fetchKeys(provider) : () => discoverKeys(provider);
    const keys = new KeyCache({ load, nowMs: this.#options.nowMs });
    this.#keys.set(provider, keys);
    return keys;
  }
}

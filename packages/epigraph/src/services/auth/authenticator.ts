import type { AuthProvider } from "./auth-provider.ts";
import { ProviderTokens } from "./provider-tokens.ts";
import type { VerifiedToken } from "./verified-token.ts";

export interface AuthenticatorOptions {
  /** JSON text of the providers that the active push names; null when it names none. */
  readonly readProviders: () => string | null;
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** Whether callers must not learn how the deployment is configured. */
  readonly isRedacted: boolean;
}

/** Says who holds a bearer token, by the providers that the active push names. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  #json: string | null = null;
  /** What is known of the providers and their tokens goes with them. Null: to be read. */
  #tokens: ProviderTokens | null = null;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * At once for a token that was verified a short while ago.
   * @throws EpigraphError for a token that is refused, by the promise: 401 as a rule, another status where the provider
   * could not be asked.
   */
  verify(token: string): VerifiedToken | Promise<VerifiedToken> {
    const tokens = this.#tokens ?? this.#read();
    return tokens.known(token) ?? tokens.verify(token);
  }

  /** A push or a change of the environment may have changed the providers. */
  reload(): void {
    const json = this.#options.readProviders();
    if (json !== this.#json) this.#tokens = null;
  }

  #read(): ProviderTokens {
    const { readProviders, nowMs, isRedacted } = this.#options;
    this.#json = readProviders();
    const providers = JSON.parse(this.#json ?? "[]") as readonly AuthProvider[];
    this.#tokens = new ProviderTokens(providers, { nowMs, isRedacted });
    return this.#tokens;
  }
}

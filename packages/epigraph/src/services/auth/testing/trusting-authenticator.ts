import assert from "node:assert/strict";
import type { AuthProvider } from "../auth-provider.ts";
import { Authenticator } from "../authenticator.ts";
import type { VerifiedToken } from "../verified-token.ts";
import { IdentityProvider, makeKey, type SigningKey } from "./identity-provider.ts";

export const rsa: SigningKey = makeKey("rsa");
export const curve: SigningKey = makeKey("curve", "ES256");
export const edwards: SigningKey = makeKey("edwards", "EdDSA");
/** Not published. */
export const otherRsa: SigningKey = makeKey("other");

export const NOT_VERIFIED =
  "Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.";

export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** An authenticator at a time of its own, and an identity provider that it trusts. */
export class TrustingAuthenticator implements AsyncDisposable {
  readonly provider: IdentityProvider;
  nowMs = 0;
  providers: readonly AuthProvider[] = [];
  authenticator!: Authenticator;

  private constructor(provider: IdentityProvider) {
    this.provider = provider;
    this.reset();
  }

  static async start(): Promise<TrustingAuthenticator> {
    return new TrustingAuthenticator(await IdentityProvider.start([]));
  }

  /** As at the beginning: trusts the provider by discovery, and nobody has been asked anything. */
  reset(): void {
    const { provider } = this;
    this.nowMs = Date.parse("2030-01-01T00:00:00Z");
    provider.keys = [rsa, curve, edwards];
    provider.namedIssuer = provider.issuer;
    provider.answers.metadata = {};
    provider.answers.jwks = {};
    provider.requests.length = 0;
    this.trust([provider.oidc()]);
  }

  trust(
    providers: readonly AuthProvider[],
    { isRedacted = false }: { readonly isRedacted?: boolean } = {},
  ): void {
    this.providers = providers;
    this.authenticator = new Authenticator({
      readProviders: () => JSON.stringify(this.providers),
      nowMs: () => this.nowMs,
      isRedacted,
    });
  }

  get seconds(): number {
    return this.nowMs / 1000;
  }

  /** Claims of a token that is good for an hour. */
  claims(more: object = {}): object {
    const times = { iat: this.seconds, exp: this.seconds + 3600 };
    return { iss: this.provider.issuer, sub: "ada", aud: "app", ...times, ...more };
  }

  async identityOf(token: string): Promise<VerifiedToken["identity"]> {
    return (await this.authenticator.verify(token)).identity;
  }

  async subjectOf(token: string): Promise<unknown> {
    return (await this.identityOf(token))["subject"];
  }

  /** How a token is refused. */
  async refusal(token: string): Promise<Refusal> {
    return Promise.resolve(this.authenticator.verify(token)).then(
      () => assert.fail("the token was accepted"),
      ({ code, status, message }: Refusal) => ({ code, status, message }),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.provider[Symbol.asyncDispose]();
  }
}

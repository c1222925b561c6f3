import type { AuthProvider } from "../auth-provider.ts";
import { forge } from "./forge.ts";
import { type IdentityProvider, makeKey, type SigningKey, sign } from "./identity-provider.ts";

/** A token that must be refused, and how. */
export interface BadToken {
  readonly what: string;
  readonly token: string;
  readonly code: "InvalidAuthHeader" | "NoAuthProvider" | "Unauthenticated";
  /** Of the error: whole, or how it begins where it names what it found. */
  readonly text: string;
}

export const rsa: SigningKey = makeKey("rsa");
export const curve: SigningKey = makeKey("curve", "ES256");
const edwards = makeKey("edwards", "EdDSA");
/** Nobody has published these. */
export const attacker: SigningKey = makeKey("rsa");
export const attackerCurve: SigningKey = makeKey("curve", "ES256");
export const attackerElsewhere: SigningKey = makeKey("attacker");

/** What the provider of these tokens publishes. */
export const PUBLISHED_KEYS: readonly SigningKey[] = [rsa, curve, edwards];

/** Of tokens that the provider signs. */
export const HEADER = { alg: "RS256", kid: "rsa" } as const;

/** Under the same issuer, so that the audience decides: an OpenID Connect provider, and two custom ones. */
export function trustedProviders(provider: IdentityProvider): readonly AuthProvider[] {
  return [provider.oidc("app"), provider.customJwt("RS256", "api"), provider.customJwt("ES256", "api-curve")];
}

/** Claims of good tokens, for each of these providers. */
export interface Claims {
  readonly oidc: Readonly<Record<string, unknown>>;
  readonly custom: Readonly<Record<string, unknown>>;
  readonly customCurve: Readonly<Record<string, unknown>>;
}

export function claimsOf({ issuer }: IdentityProvider, nowMs: number): Claims {
  const now = Math.floor(nowMs / 1000);
  const common = { iss: issuer, sub: "ada", iat: now, exp: now + 3600 };
  return {
    oidc: { ...common, aud: "app" },
    custom: { ...common, aud: "api" },
    customCurve: { ...common, aud: "api-curve" },
  };
}

/** Good tokens, each of another kind. */
export function goodTokens(provider: IdentityProvider, nowMs: number): readonly string[] {
  const { oidc, custom, customCurve } = claimsOf(provider, nowMs);
  return [
    sign(oidc, rsa),
    sign(oidc, rsa, { typ: "at+jwt" }),
    forge({ alg: "EdDSA", kid: "edwards" }, oidc, edwards),
    sign(custom, rsa),
    sign(customCurve, curve),
  ];
}

export type Row = readonly [what: string, token: string];

/** Tokens that are refused in the same way. */
export function rows(code: BadToken["code"], text: string, list: readonly Row[]): BadToken[] {
  return list.map(([what, token]) => ({ what, token, code, text }));
}

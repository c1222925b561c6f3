import { canonicalIssuer, type OidcProvider } from "./auth-provider.ts";
import type { KeyCache } from "./key-cache.ts";
import { otherIssuer } from "./load-keys.ts";
import { numericDateMs } from "./numeric-date.ts";
import { oidcIdentity } from "./oidc-identity.ts";
import { isSignedByProvider } from "./signature.ts";
import { notAnIdToken, notVerified } from "./token-refusal.ts";
import { isPlainHeader } from "./token-type.ts";
import type { UnverifiedToken } from "./unverified-token.ts";
import type { VerifiedToken } from "./verified-token.ts";

const ALGORITHMS: readonly string[] = ["RS256", "EdDSA"];

/**
 * Verifies the token of an OpenID Connect provider, whose issuer and audience are known to be right.
 * @throws EpigraphError
 */
export async function verifyOidc(
  token: string,
  { header, claims }: UnverifiedToken,
  provider: OidcProvider,
  { keys, nowMs }: { readonly keys: KeyCache; readonly nowMs: number },
): Promise<VerifiedToken> {
  const { iss, sub, aud, exp, iat, nbf = 0 } = claims;
  const [expiresAtMs, issuedAtMs, notBeforeMs] = [exp, iat, nbf].map(numericDateMs);
  if (!isPlainHeader(header) || typeof iss !== "string" || typeof sub !== "string" || sub === "") {
    throw notAnIdToken();
  }
  if (expiresAtMs == null || issuedAtMs == null || notBeforeMs == null) throw notAnIdToken();
  const identity = oidcIdentity(iss, sub, claims);
  if (identity === null) throw notAnIdToken();
  // A token for several audiences can be used by one of them against another.
  if (Array.isArray(aud) && aud.length !== 1) throw notVerified();
  if (nowMs >= expiresAtMs || nowMs < notBeforeMs) throw notVerified();
  const current = await keys.get();
  if (current.issuer !== iss) throw otherIssuer(canonicalIssuer(provider.domain), current.issuer);
  if (!(await isSignedByProvider(token, { keys, current, algorithms: ALGORITHMS }))) throw notVerified();
  return { identity, expiresAtMs };
}

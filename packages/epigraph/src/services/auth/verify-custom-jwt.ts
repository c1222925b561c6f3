import type { CustomJwtProvider } from "./auth-provider.ts";
import { customJwtIdentity } from "./custom-jwt-identity.ts";
import type { KeyCache } from "./key-cache.ts";
import { numericDateMs } from "./numeric-date.ts";
import { isSignedByProvider } from "./signature.ts";
import { invalid, notDecoded } from "./token-refusal.ts";
import { isPlainHeader } from "./token-type.ts";
import type { UnverifiedToken } from "./unverified-token.ts";
import type { VerifiedToken } from "./verified-token.ts";

/** By which clocks may differ. */
export const LEEWAY_MS = 5_000;

/**
 * Verifies the token of a provider of its own kind, whose issuer and audience are known to be right.
 * @throws EpigraphError
 */
export async function verifyCustomJwt(
  token: string,
  { header, claims }: UnverifiedToken,
  { algorithm }: CustomJwtProvider,
  options: { readonly keys: KeyCache; readonly nowMs: number; readonly isRedacted: boolean },
): Promise<VerifiedToken> {
  const { keys, nowMs, isRedacted } = options;
  const { kid } = header;
  if (typeof kid !== "string") throw notDecoded(undefined, isRedacted);
  const current = await keys.get();
  if (!(await isSignedByProvider(token, { keys, current, algorithms: [algorithm] }))) {
    throw notDecoded(kid, isRedacted);
  }
  if (!isPlainHeader(header)) {
    throw invalid("Could not validate token: its header asks for what this server does not know");
  }
  return validate(claims, nowMs);
}

function validate(claims: UnverifiedToken["claims"], nowMs: number): VerifiedToken {
  const { iss, sub, exp, nbf = 0 } = claims;
  if (typeof sub !== "string" || sub === "") throw invalid("Missing subject");
  if (exp === undefined) throw invalid("Missing expiry");
  const [endMs, beginMs] = [exp, nbf].map(numericDateMs);
  if (endMs == null) throw invalid("Could not validate token: 'exp' is not a time");
  if (beginMs == null) throw invalid("Could not validate token: 'nbf' is not a time");
  const expiresAtMs = endMs + LEEWAY_MS;
  if (nowMs >= expiresAtMs) throw invalid("Could not validate token: it has expired");
  if (nowMs < beginMs - LEEWAY_MS) throw invalid("Could not validate token: it is not valid yet");
  return { identity: customJwtIdentity(iss as string, sub, claims), expiresAtMs };
}

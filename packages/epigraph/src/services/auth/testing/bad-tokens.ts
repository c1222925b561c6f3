import { forgedCustomTokens, wrongCustomTokens } from "./bad-custom-tokens.ts";
import { forgedIdTokens, wrongIdTokens } from "./bad-id-tokens.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { malformed, unknownProviders } from "./malformed-tokens.ts";
import { type BadToken, claimsOf } from "./token-makers.ts";

/** Every way in which a token may be bad that anybody has thought of. */
export function badTokens(provider: IdentityProvider, nowMs: number): readonly BadToken[] {
  const claims = claimsOf(provider, nowMs);
  return [
    ...malformed(claims),
    ...unknownProviders(claims),
    ...forgedIdTokens(claims),
    ...wrongIdTokens(claims, Math.floor(nowMs / 1000)),
    ...forgedCustomTokens(claims),
    ...wrongCustomTokens(claims, Math.floor(nowMs / 1000)),
  ];
}

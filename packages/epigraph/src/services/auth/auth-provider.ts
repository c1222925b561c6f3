/** An OpenID Connect provider; `type` is absent. */
export interface OidcProvider {
  /** The issuer's URL, with its scheme. */
  readonly domain: string;
  /** The audience that tokens must have. */
  readonly applicationID: string;
}

/** Any other issuer of signed tokens. */
export interface CustomJwtProvider {
  readonly type: "customJwt";
  readonly issuer: string;
  /** Where its public keys are: an `http:`, `https:` or `data:` URL. */
  readonly jwks: string;
  readonly algorithm: "RS256" | "ES256";
  /** The audience that tokens must have; null: any. */
  readonly applicationID: string | null;
}

/** Who may say who a user is. The catalogue keeps a list of them as JSON text of just these fields. */
export type AuthProvider = OidcProvider | CustomJwtProvider;

export function isCustomJwt(provider: AuthProvider): provider is CustomJwtProvider {
  return "type" in provider;
}

export function issuerOf(provider: AuthProvider): string {
  return isCustomJwt(provider) ? provider.issuer : provider.domain;
}

/** A provider as error texts and push reports show it. */
export function describeProvider(provider: AuthProvider): string {
  const { applicationID } = provider;
  return isCustomJwt(provider)
    ? `CustomJWT(issuer=${provider.issuer}, app_id=${applicationID ?? "none"})`
    : `OIDC(domain=${provider.domain}, app_id=${applicationID})`;
}

/** What two spellings of one issuer have in common: slashes at the end and a missing `https://` say nothing. */
export function canonicalIssuer(issuer: string): string {
  let end = issuer.length;
  while (end > 0 && issuer[end - 1] === "/") end--;
  const bare = issuer.slice(0, end);
  return bare.includes("://") ? bare : `https://${bare}`;
}

import { EpigraphError } from "../../errors/epigraph-error.ts";
import { type AuthProvider, describeProvider } from "./auth-provider.ts";

/** Errors that tokens earn. */

export function notAToken(): EpigraphError {
  return invalid(
    "Could not parse JWT payload. Check that the token is a valid JWT format with three base64-encoded parts separated by dots.",
  );
}

export function missingIssuer(): EpigraphError {
  return invalid(
    "Missing issuer claim ('iss') in JWT payload. It says which identity provider made the token.",
  );
}

/** @param isRedacted whether callers must not learn how the deployment is configured. */
export function noProvider(providers: readonly AuthProvider[], isRedacted: boolean): EpigraphError {
  const text = "No auth provider found matching the given token";
  if (isRedacted) return new EpigraphError("NoAuthProvider", text);
  if (providers.length === 0) {
    return new EpigraphError(
      "NoAuthProvider",
      `${text} (no providers configured). Check convex/auth.config.ts.`,
    );
  }
  const list = providers.map(describeProvider).join(", ");
  return new EpigraphError(
    "NoAuthProvider",
    `${text}. Check that your JWT's issuer and audience match one of your configured providers: [${list}]`,
  );
}

export function notAnIdToken(): EpigraphError {
  return invalid("Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT.");
}

export function notVerified(): EpigraphError {
  return new EpigraphError(
    "Unauthenticated",
    "Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.",
  );
}

/** @param status of the provider's answer; undefined where there was none, or it was what it said that was wrong. */
export function discoveryFailed(issuer: string, what: string, status?: number): EpigraphError {
  const message = `Auth provider discovery of ${issuer} failed: ${what}`;
  const isError = status !== undefined && status >= 400 && status < 600;
  return new EpigraphError("AuthProviderDiscoveryFailed", message, isError ? { status } : {});
}

/** @param kid of the token's header; undefined when it has none. */
export function notDecoded(kid: string | undefined, isRedacted: boolean): EpigraphError {
  if (kid === undefined) {
    return invalid("Could not decode token. JWT may be missing a 'kid' (key ID) header.");
  }
  return invalid(
    isRedacted
      ? "Could not decode token. The JWT's 'kid' (key ID) header doesn't match any key in the provider's JWKS, or the JWT signature is invalid."
      : `Could not decode token. The JWT's 'kid' (key ID) header is '${kid}', does this key match any key in the provider's JWKS?`,
  );
}

/** A 401 whose text says it all. */
export function invalid(message: string): EpigraphError {
  return new EpigraphError("InvalidAuthHeader", message);
}

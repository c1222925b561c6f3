import { EpigraphError } from "../errors/epigraph-error.ts";
import { isPlainObject } from "../values/value.ts";

/**
 * The error that a user's token earns. A deployment has no identity providers yet, so every token earns one; which one
 * depends on what the token is.
 */
export function rejectBearerToken(token: string): EpigraphError {
  const claims = parseClaims(token);
  if (claims === null) {
    return new EpigraphError(
      "InvalidAuthHeader",
      "Could not parse JWT payload. Check that the token is a valid JWT format with three base64-encoded parts separated by dots.",
    );
  }
  if (typeof claims["iss"] !== "string") {
    return new EpigraphError(
      "InvalidAuthHeader",
      "Missing issuer claim ('iss') in JWT payload. It says which identity provider made the token.",
    );
  }
  return new EpigraphError(
    "NoAuthProvider",
    "No auth provider found matching the given token (no providers configured). Check convex/auth.config.ts.",
  );
}

const BASE64_URL = /^[A-Za-z0-9_-]+={0,2}$/;

/** The payload of a JSON Web Token, unverified; null when it is none. */
function parseClaims(token: string): Record<string, unknown> | null {
  const [header, payload, signature, ...rest] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return null;
  return parsePart(header) === null ? null : parsePart(payload);
}

function parsePart(base64url: string): Record<string, unknown> | null {
  if (!BASE64_URL.test(base64url)) return null;
  try {
    const json: unknown = JSON.parse(Buffer.from(base64url, "base64url").toString());
    return isPlainObject(json) ? json : null;
  } catch {
    return null;
  }
}

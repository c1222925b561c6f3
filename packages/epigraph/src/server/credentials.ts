import { EpigraphError } from "../errors/epigraph-error.ts";
import type { Caller, Identity } from "../functions/calls.ts";
import type { AdminKeys } from "../services/keys/admin-keys.ts";

/** Who an `Authorization` header (or `?adminKey=`) speaks for. @throws EpigraphError for every bad one. */
export function authenticate(header: string | undefined, adminKey: string | null, keys: AdminKeys): Caller {
  if (header === undefined) {
    if (adminKey === null) return { type: "anonymous" };
    keys.check(adminKey);
    return { type: "admin", actingAs: null };
  }
  if (/[^\x20-\x7e]/.test(header))
    throw new EpigraphError("HeaderParseFailure", "The authorization header is not visible ASCII text");
  if (header.length < 7) throw new EpigraphError("InvalidHeaderFailure", "Invalid authentication header");
  const [, scheme = "", credentials = ""] = /^(\S+)\s*(.*)$/.exec(header) ?? [];
  if (scheme.toLowerCase() === "convex" && credentials !== "") return adminCaller(credentials.trim(), keys);
  if (scheme.toLowerCase() === "bearer" && credentials !== "") throw refuseToken(credentials.trim());
  throw new EpigraphError("InvalidAdminKey", "Invalid admin key");
}

function adminCaller(credentials: string, keys: AdminKeys): Caller {
  const bare = credentials.replace(/^(?:dev|prod):/, "");
  const colon = bare.indexOf(":");
  keys.check(colon === -1 ? bare : bare.slice(0, colon));
  return { type: "admin", actingAs: colon === -1 ? null : actingIdentity(bare.slice(colon + 1)) };
}

function actingIdentity(text: string): Identity {
  const malformed = new EpigraphError("HeaderParseFailure", "Malformed Authorization header.");
  let claims: Record<string, unknown>;
  try {
    claims = JSON.parse(Buffer.from(text, "base64").toString("utf8")) as Record<string, unknown>;
  } catch {
    throw malformed;
  }
  if (typeof claims !== "object" || claims === null) throw malformed;
  const { tokenIdentifier, issuer, subject } = claims;
  if (typeof tokenIdentifier === "string") return { ...claims, tokenIdentifier };
  if (typeof issuer !== "string" || typeof subject !== "string") throw malformed;
  return { ...claims, tokenIdentifier: `${issuer}|${subject}` };
}

/** No provider can be configured in this version, so no token can be good: only the reasons differ. */
function refuseToken(token: string): EpigraphError {
  const parts = token.split(".");
  let payload: { iss?: unknown } | null = null;
  try {
    if (parts.length === 3)
      payload = JSON.parse(Buffer.from(parts[1] as string, "base64url").toString("utf8")) as {
        iss?: unknown;
      };
  } catch {
    // Told below: not a JWT.
  }
  if (payload === null || typeof payload !== "object") {
    return new EpigraphError(
      "InvalidAuthHeader",
      "Could not parse JWT payload. Check that the token is a valid JWT format with three base64-encoded parts separated by dots.",
    );
  }
  if (typeof payload.iss !== "string") {
    return new EpigraphError(
      "InvalidAuthHeader",
      "Missing issuer claim ('iss') in JWT payload. Ask the identity provider to add it.",
    );
  }
  return new EpigraphError(
    "NoAuthProvider",
    "No auth provider found matching the given token (no providers configured). Check convex/auth.config.ts.",
  );
}

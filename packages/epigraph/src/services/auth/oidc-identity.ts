import type { Identity } from "../../functions/calls.ts";
import { isPlainObject } from "../../values/value.ts";
import { numericDateMs } from "./numeric-date.ts";

/** Reads the value of a claim; undefined when it is not what the standard says. */
type ClaimReader = (value: unknown) => string | boolean | null | undefined;

/** Standard claims, with the attribute that each of them becomes. */
const STANDARD: ReadonlyMap<string, readonly [attribute: string, read: ClaimReader]> = new Map([
  ["name", ["name", readText]],
  ["given_name", ["givenName", readText]],
  ["family_name", ["familyName", readText]],
  ["nickname", ["nickname", readText]],
  ["preferred_username", ["preferredUsername", readText]],
  ["profile", ["profileUrl", readText]],
  ["picture", ["pictureUrl", readText]],
  ["website", ["websiteUrl", readText]],
  ["email", ["email", readText]],
  ["email_verified", ["emailVerified", readFlag]],
  ["gender", ["gender", readText]],
  ["birthdate", ["birthday", readText]],
  ["zoneinfo", ["timezone", readText]],
  ["locale", ["language", readText]],
  ["phone_number", ["phoneNumber", readText]],
  ["phone_number_verified", ["phoneNumberVerified", readFlag]],
  ["address", ["address", readAddress]],
  ["updated_at", ["updatedAt", readTime]],
]);

/** Of use to nobody but the provider and whoever checks the token. */
const HIDDEN: ReadonlySet<string> = new Set(
  "iss sub aud exp iat nbf jti fva auth_time nonce acr amr azp at_hash c_hash".split(" "),
);

/**
 * The identity that the claims of an ID token are: standard claims in the platform's names, others as they are.
 * @returns null when a standard claim is not what the standard says.
 */
export function oidcIdentity(
  issuer: string,
  subject: string,
  claims: Readonly<Record<string, unknown>>,
): Identity | null {
  const attributes = new Map<string, unknown>();
  for (const [name, value] of Object.entries(claims)) {
    if (!HIDDEN.has(name) && !STANDARD.has(name)) attributes.set(name, value);
  }
  // Behind the custom ones: none of them passes for what has a meaning.
  for (const [name, [attribute, read]] of STANDARD) {
    const claim = claims[name] ?? null;
    if (claim === null) continue;
    const value = read(claim);
    if (value === undefined) return null;
    if (value !== null) attributes.set(attribute, value);
  }
  attributes.set("tokenIdentifier", `${issuer}|${subject}`);
  attributes.set("issuer", issuer);
  attributes.set("subject", subject);
  return Object.fromEntries(attributes) as Identity;
}

function readText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Some providers have texts for it. */
function readFlag(value: unknown): boolean | undefined {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : undefined;
}

/** Absent where the provider gives the parts only. */
function readAddress(value: unknown): string | null | undefined {
  if (!isPlainObject(value)) return undefined;
  const { formatted = null } = value;
  return typeof formatted === "string" || formatted === null ? formatted : undefined;
}

/** Seconds by the standard; some providers have texts. */
function readTime(value: unknown): string | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : numericDateMs(value);
  return ms === null || Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

import { isPlainObject } from "../../values/value.ts";
import { hasDuplicateNames } from "./json-names.ts";

/** What a JSON Web Token says. Nobody has checked that it is true. */
export interface UnverifiedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** In characters: a token of a provider with many groups and roles has some 10,000. */
export const MAX_TOKEN_LENGTH: number = 32 * 1024;
/** Of objects and lists in each other; values of the platform may have no more. */
const MAX_DEPTH = 64;
const BASE64_URL = /^[A-Za-z0-9_-]+$/;

/** Takes a signed token apart; null when it is none: encrypted, unsigned, nested and ambiguous ones among them. */
export function parseToken(token: string): UnverifiedToken | null {
  if (token.length > MAX_TOKEN_LENGTH) return null;
  const [headerPart, claimsPart, signature, ...rest] = token.split(".");
  if (headerPart === undefined || claimsPart === undefined || signature === undefined || rest.length > 0) {
    return null;
  }
  if (decode(signature) === null) return null;
  const header = parsePart(headerPart);
  const claims = header === null ? null : parsePart(claimsPart);
  return header === null || claims === null ? null : { header, claims };
}

/** A part as a JSON object; null when it is none, or one that could be read in two ways. */
function parsePart(part: string): Readonly<Record<string, unknown>> | null {
  const bytes = decode(part);
  if (bytes === null) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const json: unknown = JSON.parse(text);
    return isPlainObject(json) && isShallow(json, MAX_DEPTH) && !hasDuplicateNames(text) ? json : null;
  } catch {
    return null;
  }
}

/** Only the one spelling that bytes have: no padding, no bits that nothing reads. */
function decode(part: string): Uint8Array | null {
  if (!BASE64_URL.test(part)) return null;
  const bytes = Buffer.from(part, "base64url");
  return bytes.toString("base64url") === part ? bytes : null;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

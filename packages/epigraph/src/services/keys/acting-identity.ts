import { EpigraphError } from "../../errors/epigraph-error.ts";
import { base64ToBytes } from "../../values/base64.ts";
import { isPlainObject } from "../../values/value.ts";

/** What `ctx.auth.getUserIdentity()` gives while an admin acts as a user. */
export interface ActingIdentity {
  readonly tokenIdentifier: string;
  readonly [claim: string]: unknown;
}

/**
 * Reads the identity that an admin wants to act as: base64 of a JSON object with `tokenIdentifier`, or with `issuer`
 * and `subject`. Profile fields and custom claims stay as they are; null means absent.
 * @throws EpigraphError `HeaderParseFailure`
 */
export function parseActingIdentity(base64: string): ActingIdentity {
  const bytes = base64ToBytes(base64);
  if (bytes === null) throw malformed();
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw malformed(error);
  }
  return toActingIdentity(json) ?? fail();
}

/** The same for attributes that were JSON; null for what does not say who it is. */
export function toActingIdentity(json: unknown): ActingIdentity | null {
  if (!isPlainObject(json)) return null;
  const attributes = Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
  const { tokenIdentifier, issuer, subject } = attributes as Record<string, unknown>;
  if (typeof tokenIdentifier === "string") return { ...attributes, tokenIdentifier };
  if (typeof issuer === "string" && typeof subject === "string") {
    return { ...attributes, tokenIdentifier: `${issuer}|${subject}` };
  }
  return null;
}

function fail(): never {
  throw malformed();
}

function malformed(cause?: unknown): EpigraphError {
  return new EpigraphError("HeaderParseFailure", "Malformed Authorization header.", { cause });
}

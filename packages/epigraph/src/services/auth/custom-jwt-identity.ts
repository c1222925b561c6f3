import type { Identity } from "../../functions/calls.ts";
import { isPlainObject } from "../../values/value.ts";

type Claims = Readonly<Record<string, unknown>>;

const REGISTERED: ReadonlySet<string> = new Set("iss sub aud exp nbf iat jti".split(" "));

/** The identity that the claims of a token are: all but the registered ones in their own names, as `org.id` what lies in an object. */
export function customJwtIdentity(issuer: string, subject: string, claims: Claims): Identity {
  const attributes = new Map<string, unknown>();
  for (const [name, value] of Object.entries(claims)) {
    if (!REGISTERED.has(name)) flatten(attributes, name, value);
  }
  // A claim that has the name of an inner one is that one.
  for (const [name, value] of Object.entries(claims)) {
    if (!REGISTERED.has(name) && !isPlainObject(value)) attributes.set(name, value);
  }
  attributes.set("tokenIdentifier", `${issuer}|${subject}`);
  attributes.set("issuer", issuer);
  attributes.set("subject", subject);
  return Object.fromEntries(attributes) as Identity;
}

function flatten(attributes: Map<string, unknown>, path: string, value: unknown): void {
  if (!isPlainObject(value)) {
    attributes.set(path, value);
    return;
  }
  for (const [name, inner] of Object.entries(value)) flatten(attributes, `${path}.${name}`, inner);
}

import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { EpigraphError } from "../../errors/epigraph-error.ts";
import { isPlainObject } from "../../values/value.ts";
import { type CustomJwtProvider, canonicalIssuer, type OidcProvider } from "./auth-provider.ts";
import { type FetchedText, FetchFailure, fetchText } from "./fetch-text.ts";
import type { PublicKeys } from "./key-cache.ts";
import { discoveryFailed, invalid } from "./token-refusal.ts";

/** How much of a provider's answer an error shows. */
const SHOWN_LENGTH = 200;
const JSON_TYPE =
  /^\s*application\/(?:jwk-set\+)?json\s*(?:;\s*charset\s*=\s*(?:utf-?8|"utf-?8")\s*)?;?\s*$/i;

/**
 * The keys that an OpenID Connect provider publishes, by way of its metadata.
 * @throws EpigraphError `AuthProviderDiscoveryFailed`
 */
export async function discoverKeys({ domain }: OidcProvider): Promise<PublicKeys> {
  const base = canonicalIssuer(domain);
  const metadata = await discover(base, `${base}/.well-known/openid-configuration`);
  const { issuer, jwks_uri: jwksUri } = metadata.json;
  if (typeof issuer !== "string" || canonicalIssuer(issuer) !== base) throw otherIssuer(base, issuer);
  if (typeof jwksUri !== "string" || !/^https?:/i.test(jwksUri) || !URL.canParse(jwksUri)) {
    throw discoveryFailed(base, "its metadata has no jwks_uri");
  }
  const jwks = await discover(base, jwksUri);
  const find = toKeySet(jwks.json);
  if (find === null) throw discoveryFailed(base, `${jwksUri} has no keys`);
  return { find, issuer, lifetimeMs: shorter(metadata.lifetimeMs, jwks.lifetimeMs) };
}

/** The metadata of a provider are those of another issuer than it has been asked for. */
export function otherIssuer(issuer: string, found: unknown): EpigraphError {
  return discoveryFailed(issuer, `the issuer of its metadata is ${JSON.stringify(found)}`);
}

interface FetchedObject {
  readonly json: Readonly<Record<string, unknown>>;
  readonly lifetimeMs: number | null;
}

async function discover(issuer: string, url: string): Promise<FetchedObject> {
  const { status, text, lifetimeMs } = await fetchText(url).catch((error: unknown) => {
    throw error instanceof FetchFailure ? discoveryFailed(issuer, error.message) : error;
  });
  if (status !== 200) {
    throw discoveryFailed(issuer, `${status} ${text.slice(0, SHOWN_LENGTH)}`.trimEnd(), status);
  }
  const json = parseObject(text);
  if (json === null) throw discoveryFailed(issuer, `${url} is not a JSON object`);
  return { json, lifetimeMs };
}

/**
 * The keys of a provider that says where they are.
 * @throws EpigraphError `InvalidAuthHeader`
 */
export async function fetchKeys({ jwks: url }: CustomJwtProvider): Promise<PublicKeys> {
  if (/^data:/i.test(url)) return readDataUrl(url);
  const { text, lifetimeMs } = await fetchJwks(url);
  const find = toKeySet(parseObject(text));
  if (find === null) {
    throw invalid(
      `Invalid JWKS response body from URL '${url}': it must be a JSON object with a list of 'keys'.`,
    );
  }
  return { find, issuer: null, lifetimeMs };
}

async function fetchJwks(url: string): Promise<FetchedText> {
  const failed = (what: string): Error => invalid(`Could not fetch JWKS from URL '${url}': ${what}`);
  const fetched = await fetchText(url).catch((error: unknown) => {
    throw error instanceof FetchFailure ? failed(error.message) : error;
  });
  const { status, statusText, contentType } = fetched;
  if (status !== 200) throw failed(`HTTP ${status} ${statusText}`.trimEnd());
  if (!JSON_TYPE.test(contentType)) {
    throw invalid(
      `Invalid Content-Type '${contentType}' when fetching JWKS from URL '${url}': it must be 'application/json' or 'application/jwk-set+json'.`,
    );
  }
  return fetched;
}

/** Keys that the app itself has; which type the URL gives them says nothing. */
async function readDataUrl(url: string): Promise<PublicKeys> {
  const { text } = await fetchText(url).catch((error: unknown) => {
    throw error instanceof FetchFailure ? invalid("Invalid JWKS data URL: it can't be read.") : error;
  });
  const find = toKeySet(parseObject(text));
  if (find === null) {
    throw invalid("Invalid JWKS data URL: it must hold a JSON object with a list of 'keys'.");
  }
  return { find, issuer: null, lifetimeMs: null };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = JSON.parse(text);
    return isPlainObject(json) ? json : null;
  } catch {
    return null;
  }
}

function toKeySet(json: Readonly<Record<string, unknown>> | null): JWTVerifyGetKey | null {
  try {
    return json === null ? null : createLocalJWKSet(json as unknown as JSONWebKeySet);
  } catch {
    return null;
  }
}

function shorter(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

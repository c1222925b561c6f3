import { EpigraphError } from "../../errors/epigraph-error.ts";
import { isPlainObject } from "../../values/value.ts";
import { type AuthProvider, type CustomJwtProvider, canonicalIssuer } from "./auth-provider.ts";

/** Its tokens for all customers have one issuer: without an audience, anybody's would be accepted. */
const SHARED_ISSUERS: readonly string[] = ["https://api.workos.com"];

/**
 * The providers that an auth config names.
 * @param config the default export, after a round through JSON.
 * @throws EpigraphError `InvalidAuthConfig`, `InvalidProviderDomainUrl` or `InsecureConfiguration`
 */
export function parseAuthConfig(config: unknown): readonly AuthProvider[] {
  if (!isPlainObject(config) || !Array.isArray(config["providers"])) {
    throw invalidAuthConfig(
      "auth config file must include a list of provider credentials: export default { providers: [...] }. To learn more, see the auth documentation at https://docs.convex.dev/auth.",
    );
  }
  return config["providers"].map(parseProvider);
}

/** @param problem what is wrong, a sentence. */
export function invalidAuthConfig(problem: string): EpigraphError {
  return new EpigraphError("InvalidAuthConfig", `The pushed auth config is invalid: ${problem}`);
}

function parseProvider(provider: unknown, index: number): AuthProvider {
  if (!isPlainObject(provider)) throw invalidAuthConfig(`Provider at index ${index} must be an object`);
  switch (provider["type"]) {
    case undefined:
      return parseOidc(provider, index);
    case "customJwt":
      return parseCustomJwt(provider, index);
    default: {
      const type = String(provider["type"]);
      throw invalidAuthConfig(`Provider at index ${index} has unexpected 'type' value '${type}'`);
    }
  }
}

function parseOidc(provider: Readonly<Record<string, unknown>>, index: number): AuthProvider {
  if (provider["issuer"] !== undefined) {
    throw invalidAuthConfig(`Provider at index ${index} is oidc so cannot have an 'issuer' specified.`);
  }
  const { applicationID } = provider;
  if (typeof applicationID !== "string" || applicationID === "") {
    throw invalidAuthConfig(
      `Provider at index ${index} must have applicationID property spelled lowercase 'application', capital I, capital D.`,
    );
  }
  return { domain: parseDomain(requiredText(provider, "domain", index)), applicationID };
}

function parseCustomJwt(provider: Readonly<Record<string, unknown>>, index: number): CustomJwtProvider {
  if (provider["domain"] !== undefined) {
    throw invalidAuthConfig(`Provider at index ${index} is a customJwt so cannot have a 'domain' specified`);
  }
  const { algorithm, applicationID = null } = provider;
  const issuer = requiredText(provider, "issuer", index);
  const jwks = requiredText(provider, "jwks", index);
  if (algorithm !== "RS256" && algorithm !== "ES256") {
    throw invalidAuthConfig(`Provider at index ${index} must have the algorithm 'RS256' or 'ES256'`);
  }
  if (!/^(?:https?|data):/i.test(jwks) || !URL.canParse(jwks)) {
    throw invalidAuthConfig(
      `Provider at index ${index} must have an https: or data: URL as its 'jwks', not '${shorten(jwks)}'`,
    );
  }
  if (applicationID !== null && (typeof applicationID !== "string" || applicationID === "")) {
    throw invalidAuthConfig(`Provider at index ${index} must have text as its 'applicationID', or none`);
  }
  if (applicationID === null && SHARED_ISSUERS.includes(canonicalIssuer(issuer))) {
    throw new EpigraphError(
      "InsecureConfiguration",
      `Provider at index ${index} must have an 'applicationID': ${issuer} makes the tokens of all its customers, and without one each of them would be accepted.`,
    );
  }
  return { type: "customJwt", issuer, jwks, algorithm, applicationID };
}

function requiredText(provider: Readonly<Record<string, unknown>>, name: string, index: number): string {
  const value = provider[name];
  if (typeof value === "string" && value !== "") return value;
  throw invalidAuthConfig(`Provider at index ${index} must have text as its '${name}'`);
}

/** With its scheme. @throws EpigraphError `InvalidProviderDomainUrl` */
function parseDomain(domain: string): string {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(domain) ?? [];
  if (/["']/.test(domain)) throw badDomain(domain, "it has quotes in it; remove them");
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    throw badDomain(domain, "its scheme must be https, or http");
  }
  const url = scheme === undefined ? `https://${domain}` : domain;
  if (/\s/.test(domain) || !URL.canParse(url)) throw badDomain(domain, "it is not a URL");
  const { hostname } = new URL(url);
  if (scheme === undefined && hostname !== "localhost" && !hostname.includes(".")) {
    throw badDomain(domain, "it is neither a URL nor the name of a host");
  }
  return url;
}

function badDomain(domain: string, why: string): EpigraphError {
  return new EpigraphError(
    "InvalidProviderDomainUrl",
    `Invalid domain of an auth provider, '${shorten(domain)}': ${why}.`,
  );
}

const MAX_SHOWN_LENGTH = 200;

function shorten(text: string): string {
  return text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`;
}

import { gzipSync } from "node:zlib";
import type { AuthProvider } from "../auth-provider.ts";
import { MAX_TOKEN_LENGTH } from "../unverified-token.ts";
import { encodePart, forge, forgeWithSecret } from "./forge.ts";
import { type IdentityProvider, makeKey, sign, toJwk } from "./identity-provider.ts";

/** A token that must be refused, and how. */
export interface BadToken {
  readonly what: string;
  readonly token: string;
  readonly code: "InvalidAuthHeader" | "NoAuthProvider" | "Unauthenticated";
  /** Of the error: whole, or how it begins where it names what it found. */
  readonly text: string;
}

const NO_JWT =
  "Could not parse JWT payload. Check that the token is a valid JWT format with three base64-encoded parts separated by dots.";
const NO_ISSUER = "Missing issuer claim ('iss') in JWT payload.";
const NO_PROVIDER =
  "No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your configured providers: [";
const NO_ID_TOKEN = "Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT.";
const NOT_VERIFIED =
  "Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.";
const NO_KID = "Could not decode token. JWT may be missing a 'kid' (key ID) header.";
const OTHER_HEADER = "Could not validate token: its header asks for what this server does not know";

const rsa = makeKey("rsa");
const curve = makeKey("curve", "ES256");
const edwards = makeKey("edwards", "EdDSA");
/** Nobody has published it. */
const attacker = makeKey("rsa");
const attackerCurve = makeKey("curve", "ES256");
const attackerElsewhere = makeKey("attacker");

/** What the provider of these tokens publishes. */
export const PUBLISHED_KEYS: readonly ReturnType<typeof makeKey>[] = [rsa, curve, edwards];

/** Under the same issuer, so that the audience decides: an OpenID Connect provider, and two custom ones. */
export function trustedProviders(provider: IdentityProvider): readonly AuthProvider[] {
  return [provider.oidc("app"), provider.customJwt("RS256", "api"), provider.customJwt("ES256", "api-curve")];
}

/** Two tokens for each way: one for a provider that is asked by discovery, one for a custom provider. */
export function goodTokens(provider: IdentityProvider, nowMs: number): readonly string[] {
  const { oidc, custom, customCurve } = claimsOf(provider, nowMs);
  return [
    sign(oidc, rsa),
    sign(oidc, rsa, { typ: "at+jwt" }),
    forge({ alg: "EdDSA", kid: "edwards" }, oidc, edwards),
    sign(custom, rsa),
    sign(customCurve, curve),
  ];
}

interface Claims {
  readonly oidc: Readonly<Record<string, unknown>>;
  readonly custom: Readonly<Record<string, unknown>>;
  readonly customCurve: Readonly<Record<string, unknown>>;
}

function claimsOf({ issuer }: IdentityProvider, nowMs: number): Claims {
  const now = Math.floor(nowMs / 1000);
  const common = { iss: issuer, sub: "ada", iat: now, exp: now + 3600 };
  return {
    oidc: { ...common, aud: "app" },
    custom: { ...common, aud: "api" },
    customCurve: { ...common, aud: "api-curve" },
  };
}

function unknownKey(kid: string): string {
  return `Could not decode token. The JWT's 'kid' (key ID) header is '${kid}', does this key match any key in the provider's JWKS?`;
}

export function badTokens(provider: IdentityProvider, nowMs: number): readonly BadToken[] {
  const claims = claimsOf(provider, nowMs);
  return [
    ...malformed(claims),
    ...unknownProviders(claims),
    ...forgedIdTokens(claims),
    ...wrongIdTokens(claims, Math.floor(nowMs / 1000)),
    ...forgedCustomTokens(claims),
    ...wrongCustomTokens(claims, Math.floor(nowMs / 1000)),
  ];
}

type Row = readonly [what: string, token: string];

function rows(code: BadToken["code"], text: string, list: readonly Row[]): BadToken[] {
  return list.map(([what, token]) => ({ what, token, code, text }));
}

const HEADER = { alg: "RS256", kid: "rsa" };

function malformed({ oidc }: Claims): BadToken[] {
  const good = sign(oidc, rsa);
  const [header, payload, signature] = good.split(".") as [string, string, string];
  const json = JSON.stringify(oidc);
  const nest = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  return rows("InvalidAuthHeader", NO_JWT, [
    ["a word", "garbage"],
    ["dots", ".."],
    ["two parts", `${header}.${payload}`],
    ["four parts", `${good}.e30`],
    ["five parts, as if encrypted", `${good}.e30.e30`],
    ["no signature", `${header}.${payload}.`],
    ["no header", `.${payload}.${signature}`],
    ["no payload", `${header}..${signature}`],
    ["padding", `${header}=.${payload}.${signature}`],
    ["characters that are no base64", `${header}.${payload}!.${signature}`],
    ["the other alphabet of base64", forge(HEADER, { ...oidc, name: "????>>>>" }, rsa).replaceAll("_", "/")],
    ["a length that base64 never has", `${header}.${payload}.${signature}AAA`],
    [
      "bits that nothing reads",
      `${header}.${payload}.${signature.slice(0, -1)}${signature.endsWith("B") ? "C" : "B"}`,
    ],
    ["white space within", `${header}. ${payload}.${signature}`],
    ["a payload that is no JSON", forge(HEADER, "hello", rsa)],
    ["a payload that is cut off", forge(HEADER, json.slice(0, -1), rsa)],
    ["a payload that is a list", forge(HEADER, [oidc], rsa)],
    ["a payload that is a text", forge(HEADER, JSON.stringify(json), rsa)],
    ["a payload that is null", forge(HEADER, "null", rsa)],
    ["a payload that is another token", forge({ ...HEADER, cty: "JWT" }, good, rsa)],
    ["a payload that is compressed", forge({ ...HEADER, zip: "DEF" }, gzipSync(json), rsa)],
    [
      "a payload that is no UTF-8",
      forge(HEADER, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), rsa),
    ],
    ["a byte order mark", forge(HEADER, `\ufeff${json}`, rsa)],
    ["a header that is no object", forge('"RS256"', oidc, rsa)],
    ["a header that is no JSON", forge("RS256", oidc, rsa)],
    ["two issuers", forge(HEADER, json.replace("{", '{"iss":"https://evil.example",'), rsa)],
    [
      "two subjects, one of them spelled with an escape",
      forge(HEADER, json.replace("{", '{"s\\u0075b":"root",'), rsa),
    ],
    ["two algorithms", forge('{"alg":"none","kid":"rsa","alg":"RS256"}', oidc, rsa)],
    [
      "claims in each other, deeper than anybody reads",
      forge(HEADER, { ...oidc, x: JSON.parse(nest(64)) as object }, rsa),
    ],
    ["a million brackets", forge(HEADER, "[".repeat(20_000), rsa)],
    ["a length that no provider needs", forge(HEADER, { ...oidc, x: "x".repeat(MAX_TOKEN_LENGTH) }, rsa)],
    ["an unsigned token", `${encodePart({ alg: "none" })}.${payload}.`],
    ["an unsigned token with white space for a signature", `${encodePart({ alg: "none" })}.${payload}.%20`],
  ]);
}

function unknownProviders({ oidc }: Claims): BadToken[] {
  const { iss: _iss, ...withoutIssuer } = oidc;
  const { aud: _aud, ...withoutAudience } = oidc;
  const issuer = String(oidc["iss"]);
  return [
    ...rows("InvalidAuthHeader", NO_ISSUER, [
      ["no issuer", sign(withoutIssuer, rsa)],
      ["an issuer that is null", forge(HEADER, { ...oidc, iss: null }, rsa)],
      ["an issuer that is a list", forge(HEADER, { ...oidc, iss: [issuer] }, rsa)],
    ]),
    ...rows("NoAuthProvider", NO_PROVIDER, [
      ["another issuer", sign({ ...oidc, iss: "https://evil.example" }, rsa)],
      ["an issuer that begins like the right one", sign({ ...oidc, iss: `${issuer}.evil.example` }, rsa)],
      ["an issuer below the right one", sign({ ...oidc, iss: `${issuer}/evil` }, rsa)],
      ["an issuer with somebody's name in it", sign({ ...oidc, iss: issuer.replace("//", "//a@") }, rsa)],
      ["an issuer in other letters", sign({ ...oidc, iss: issuer.toUpperCase() }, rsa)],
      ["an issuer without its scheme, which is not https", sign({ ...oidc, iss: issuer.slice(7) }, rsa)],
      ["another audience", sign({ ...oidc, aud: "another" }, rsa)],
      ["an audience in other letters", sign({ ...oidc, aud: "APP" }, rsa)],
      ["no audience", sign(withoutAudience, rsa)],
      ["an empty list of audiences", sign({ ...oidc, aud: [] }, rsa)],
      ["an audience that holds the right one", sign({ ...oidc, aud: "app,x" }, rsa)],
      ["an audience that is an object", forge(HEADER, { ...oidc, aud: { 0: "app" } }, rsa)],
    ]),
  ];
}

function forgedIdTokens({ oidc }: Claims): BadToken[] {
  const [header, payload, signature] = sign(oidc, rsa).split(".") as [string, string, string];
  const [, otherPayload] = sign({ ...oidc, sub: "root" }, rsa).split(".") as [string, string];
  const pem = rsa.publicKey.export({ type: "spki", format: "pem" }) as string;
  const der = rsa.publicKey.export({ type: "spki", format: "der" });
  const attackerJwk = toJwk(attackerElsewhere);
  return rows("Unauthenticated", NOT_VERIFIED, [
    ["another key under the same name", sign(oidc, attacker)],
    ["a key that nobody knows", sign(oidc, attackerElsewhere)],
    ["the signature of another token", `${header}.${otherPayload}.${signature}`],
    ["a signature that is cut off", `${header}.${payload}.${signature.slice(0, -2)}`],
    ["a signature of nothing but zeros", `${header}.${payload}.${"A".repeat(342)}`],
    [
      "a header that another was signed with",
      `${encodePart({ ...HEADER, typ: "JWT", x: 1 })}.${payload}.${signature}`,
    ],
    ["alg none, with a signature", `${encodePart({ alg: "none", kid: "rsa" })}.${payload}.${signature}`],
    ["alg nOnE, with a signature", `${encodePart({ alg: "nOnE", kid: "rsa" })}.${payload}.${signature}`],
    ["no alg", `${encodePart({ kid: "rsa" })}.${payload}.${signature}`],
    ["an alg that is a list", `${encodePart({ alg: ["RS256"], kid: "rsa" })}.${payload}.${signature}`],
    ["the public key as a secret, PEM", forgeWithSecret({ alg: "HS256", kid: "rsa" }, oidc, pem)],
    [
      "the public key as a secret, PEM without its last line",
      forgeWithSecret({ alg: "HS256", kid: "rsa" }, oidc, pem.trimEnd()),
    ],
    ["the public key as a secret, DER", forgeWithSecret({ alg: "HS256", kid: "rsa" }, oidc, der)],
    ["the public key as a secret, and the right alg", forgeWithSecret(HEADER, oidc, pem)],
    ["an empty secret", forgeWithSecret({ alg: "HS256" }, oidc, "")],
    [
      "an algorithm that the provider has and OpenID Connect does not",
      forge({ alg: "ES256", kid: "curve" }, oidc, curve),
    ],
    ["a name of a key that asks for a file", sign(oidc, attacker, { kid: "../../../../dev/null" })],
    ["a name of a key that asks a database", sign(oidc, attacker, { kid: "x' UNION SELECT 'key'--" })],
    ["a name of a key that every object has", sign(oidc, attacker, { kid: "__proto__" })],
    ["a name of a key that is a number", forge({ alg: "RS256", kid: 0 }, oidc, attacker)],
    ["a key of its own, jwk", sign(oidc, attackerElsewhere, { jwk: attackerJwk })],
    ["a key of its own, by a URL of keys", sign(oidc, attackerElsewhere, { jku: "http://127.0.0.1:9/keys" })],
    [
      "a key of its own, by a URL of certificates",
      sign(oidc, attackerElsewhere, { x5u: "http://127.0.0.1:9/cert" }),
    ],
    ["a key of its own, as a certificate", sign(oidc, attackerElsewhere, { x5c: ["MIIB"] })],
  ]);
}

function wrongIdTokens({ oidc }: Claims, now: number): BadToken[] {
  const without = (name: string): object =>
    Object.fromEntries(Object.entries(oidc).filter(([key]) => key !== name));
  const withClaims = (claims: object): string => forge(HEADER, { ...oidc, ...claims }, rsa);
  return [
    ...rows("Unauthenticated", NOT_VERIFIED, [
      ["expired an hour ago", withClaims({ exp: now - 3600 })],
      ["expired this second", withClaims({ exp: now })],
      ["expired in 1970", withClaims({ exp: 0 })],
      ["not valid for another minute", withClaims({ nbf: now + 60 })],
      ["for several audiences", withClaims({ aud: ["app", "another"] })],
      ["for the same audience twice", withClaims({ aud: ["app", "app"] })],
    ]),
    ...rows("InvalidAuthHeader", NO_ID_TOKEN, [
      ["no subject", forge(HEADER, without("sub"), rsa)],
      ["an empty subject", withClaims({ sub: "" })],
      ["a subject that is a number", withClaims({ sub: 1 })],
      ["no time of issue", forge(HEADER, without("iat"), rsa)],
      ["no expiry", forge(HEADER, without("exp"), rsa)],
      ["an expiry that is a text", withClaims({ exp: String(now + 3600) })],
      ["an expiry that is null", withClaims({ exp: null })],
      [
        "an expiry that is infinite",
        forge(HEADER, JSON.stringify(oidc).replace(/"exp":\d+/, '"exp":1e999'), rsa),
      ],
      ["an expiry in milliseconds, beyond all dates", withClaims({ exp: (now + 3600) * 1e6 })],
      ["a start that is a text", withClaims({ nbf: "now" })],
      ["a name that is an object", withClaims({ name: { first: "Ada" } })],
      ["an address that is a text", withClaims({ address: "London" })],
      ["a verified e-mail that is a word", withClaims({ email_verified: "yes" })],
      ["a time that is none", withClaims({ updated_at: "yesterday" })],
      ["a token of a log-out", forge({ ...HEADER, typ: "logout+jwt" }, oidc, rsa)],
      ["a proof of possession", forge({ ...HEADER, typ: "dpop+jwt" }, oidc, rsa)],
      ["a type that is a number", forge({ ...HEADER, typ: 1 }, oidc, rsa)],
      ["an extension that must be understood", forge({ ...HEADER, crit: ["exp"], exp: now + 60 }, oidc, rsa)],
      ["an extension that must be understood, and is not there", forge({ ...HEADER, crit: [] }, oidc, rsa)],
      ["a payload that says it is not encoded", forge({ ...HEADER, b64: false, crit: ["b64"] }, oidc, rsa)],
    ]),
  ];
}

function forgedCustomTokens({ custom, customCurve }: Claims): BadToken[] {
  const [header, payload, signature] = sign(custom, rsa).split(".") as [string, string, string];
  const [, otherPayload] = sign({ ...custom, sub: "root" }, rsa).split(".") as [string, string];
  const pem = rsa.publicKey.export({ type: "spki", format: "pem" }) as string;
  const derCurve = curve.publicKey.export({ type: "spki", format: "der" });
  return [
    ...rows("InvalidAuthHeader", unknownKey("rsa"), [
      ["custom: another key under the same name", sign(custom, attacker)],
      ["custom: the signature of another token", `${header}.${otherPayload}.${signature}`],
      [
        "custom: alg none, with a signature",
        `${encodePart({ alg: "none", kid: "rsa" })}.${payload}.${signature}`,
      ],
      ["custom: the public key as a secret", forgeWithSecret({ alg: "HS256", kid: "rsa" }, custom, pem)],
      [
        "custom: a longer hash of the same family",
        `${encodePart({ alg: "RS512", kid: "rsa" })}.${payload}.${signature}`,
      ],
      ["custom: the key of the other algorithm", sign(customCurve, rsa)],
    ]),
    ...rows("InvalidAuthHeader", unknownKey("curve"), [
      ["custom: another algorithm than the configured one", sign(custom, curve)],
      ["custom: another curve's key under the same name", sign(customCurve, attackerCurve)],
      [
        "custom: a signature of zeros on a curve",
        forge({ alg: "ES256", kid: "curve" }, customCurve, curve).replace(/\.[^.]+$/, `.${"A".repeat(86)}`),
      ],
      [
        "custom: the curve's key as a secret",
        forgeWithSecret({ alg: "HS256", kid: "curve" }, customCurve, derCurve),
      ],
    ]),
    ...rows("InvalidAuthHeader", unknownKey("attacker"), [
      ["custom: a key of its own", sign(custom, attackerElsewhere, { jwk: toJwk(attackerElsewhere) })],
    ]),
    ...rows("InvalidAuthHeader", NO_KID, [
      ["custom: no name of a key", forge({ alg: "RS256" }, custom, rsa)],
      ["custom: a name of a key that is a list", forge({ alg: "RS256", kid: ["rsa"] }, custom, rsa)],
    ]),
  ];
}

function wrongCustomTokens({ custom }: Claims, now: number): BadToken[] {
  const withClaims = (claims: object): string => forge(HEADER, { ...custom, ...claims }, rsa);
  const invalid = (text: string, list: readonly Row[]): BadToken[] => rows("InvalidAuthHeader", text, list);
  return [
    ...invalid("Could not validate token: it has expired", [
      ["custom: expired", withClaims({ exp: now - 6 })],
    ]),
    ...invalid("Could not validate token: it is not valid yet", [
      ["custom: not valid yet", withClaims({ nbf: now + 60 })],
    ]),
    ...invalid("Could not validate token: 'exp' is not a time", [
      ["custom: an expiry that is a text", withClaims({ exp: "never" })],
      ["custom: an expiry before all times", withClaims({ exp: -1 })],
    ]),
    ...invalid("Could not validate token: 'nbf' is not a time", [
      ["custom: a start that is a text", withClaims({ nbf: "now" })],
    ]),
    ...invalid("Missing subject", [
      ["custom: no subject", withClaims({ sub: undefined })],
      ["custom: a subject that is an object", withClaims({ sub: {} })],
    ]),
    ...invalid("Missing expiry", [["custom: no expiry", withClaims({ exp: undefined })]]),
    ...invalid(OTHER_HEADER, [
      ["custom: a token of a log-out", forge({ ...HEADER, typ: "logout+jwt" }, custom, rsa)],
      ["custom: a payload that says it is not encoded", forge({ ...HEADER, b64: true }, custom, rsa)],
    ]),
    ...invalid(unknownKey("rsa"), [
      ["custom: an extension that must be understood", forge({ ...HEADER, crit: ["x"], x: 1 }, custom, rsa)],
    ]),
  ];
}

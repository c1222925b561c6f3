import { encodePart, forge, forgeWithSecret } from "./forge.ts";
import { sign, toJwk } from "./identity-provider.ts";
import {
  attacker,
  attackerElsewhere,
  type BadToken,
  type Claims,
  curve,
  HEADER,
  rows,
  rsa,
} from "./token-makers.ts";

const NO_ID_TOKEN = "Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT.";
const NOT_VERIFIED =
  "Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.";

/** Tokens for the OpenID Connect provider that it has not signed. */
export function forgedIdTokens({ oidc }: Claims): BadToken[] {
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

/** Those that it has signed, and that are not good. */
export function wrongIdTokens({ oidc }: Claims, now: number): BadToken[] {
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

import { encodePart, forge, forgeWithSecret } from "./forge.ts";
import { sign, toJwk } from "./identity-provider.ts";
import {
  attacker,
  attackerCurve,
  attackerElsewhere,
  type BadToken,
  type Claims,
  curve,
  HEADER,
  type Row,
  rows,
  rsa,
} from "./token-makers.ts";

const NO_KID = "Could not decode token. JWT may be missing a 'kid' (key ID) header.";
const OTHER_HEADER = "Could not validate token: its header asks for what this server does not know";

function unknownKey(kid: string): string {
  return `Could not decode token. The JWT's 'kid' (key ID) header is '${kid}', does this key match any key in the provider's JWKS?`;
}

/** Tokens for the custom providers that they have not signed. */
export function forgedCustomTokens({ custom, customCurve }: Claims): BadToken[] {
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

/** Those that they have signed, and that are not good. */
export function wrongCustomTokens({ custom }: Claims, now: number): BadToken[] {
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

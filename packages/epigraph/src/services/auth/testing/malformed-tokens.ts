import { gzipSync } from "node:zlib";
import { MAX_TOKEN_LENGTH } from "../unverified-token.ts";
import { encodePart, forge } from "./forge.ts";
import { sign } from "./identity-provider.ts";
import { type BadToken, type Claims, HEADER, rows, rsa } from "./token-makers.ts";

const NO_JWT =
  "Could not parse JWT payload. Check that the token is a valid JWT format with three base64-encoded parts separated by dots.";
const NO_ISSUER = "Missing issuer claim ('iss') in JWT payload.";
const NO_PROVIDER =
  "No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your configured providers: [";

/** What is no token, or could be read in two ways. */
export function malformed({ oidc }: Claims): BadToken[] {
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
    ["the other alphabet of base64", `${header}.${payload}./${signature.slice(1)}`],
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

/** Tokens of nobody whom the app trusts. */
export function unknownProviders({ oidc }: Claims): BadToken[] {
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

import assert from "node:assert/strict";
import { it } from "node:test";
import { canonicalIssuer } from "./auth-provider.ts";
import { parseAuthConfig } from "./parse-auth-config.ts";

const OIDC = { domain: "https://a.example", applicationID: "a" };
const CUSTOM = {
  type: "customJwt",
  issuer: "https://i.example",
  jwks: "https://i.example/keys",
  algorithm: "RS256",
};

it("an auth config is a list of providers, whose other properties say nothing", () => {
  assert.deepEqual(parseAuthConfig({ providers: [] }), []);
  assert.deepEqual(
    parseAuthConfig({
      providers: [
        { ...OIDC, x: 1 },
        { ...CUSTOM, x: 1 },
      ],
      y: 2,
    }),
    [OIDC, { ...CUSTOM, applicationID: null }],
  );
  assert.deepEqual(parseAuthConfig({ providers: [{ ...CUSTOM, applicationID: "b", algorithm: "ES256" }] }), [
    { ...CUSTOM, applicationID: "b", algorithm: "ES256" },
  ]);
});

for (const [given, stored] of [
  ["a.example", "https://a.example"],
  ["localhost", "https://localhost"],
  ["localhost:3000/x", "https://localhost:3000/x"],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
  ["https://a.example/", "https://a.example/"],
]) {
  it(`the domain ${given} is ${stored}`, () => {
    assert.deepEqual(parseAuthConfig({ providers: [{ ...OIDC, domain: given }] }), [
      { ...OIDC, domain: stored },
    ]);
  });
}

const LIST =
  /^The pushed auth config is invalid: auth config file must include a list of provider credentials: /;
const invalid = (text: string): RegExp =>
  new RegExp(`^The pushed auth config is invalid: ${text.replace(/[.()]/g, "\\$&")}$`);

const wrong: readonly (readonly [config: unknown, code: string, message: RegExp])[] = [
  [null, "InvalidAuthConfig", LIST],
  [[OIDC], "InvalidAuthConfig", LIST],
  [{ providers: OIDC }, "InvalidAuthConfig", LIST],
  [{ providers: ["x"] }, "InvalidAuthConfig", invalid("Provider at index 0 must be an object")],
  [
    { providers: [OIDC, { domain: "https://b.example", applicationId: "b" }] },
    "InvalidAuthConfig",
    invalid(
      "Provider at index 1 must have applicationID property spelled lowercase 'application', capital I, capital D.",
    ),
  ],
  [
    { providers: [{ applicationID: "a" }] },
    "InvalidAuthConfig",
    invalid("Provider at index 0 must have text as its 'domain'"),
  ],
  [
    { providers: [{ ...OIDC, issuer: "https://a.example" }] },
    "InvalidAuthConfig",
    invalid("Provider at index 0 is oidc so cannot have an 'issuer' specified."),
  ],
  [
    { providers: [{ ...CUSTOM, domain: "https://a.example" }] },
    "InvalidAuthConfig",
    invalid("Provider at index 0 is a customJwt so cannot have a 'domain' specified"),
  ],
  [
    { providers: [{ ...OIDC, type: "oauth" }] },
    "InvalidAuthConfig",
    invalid("Provider at index 0 has unexpected 'type' value 'oauth'"),
  ],
  [{ providers: [{ ...CUSTOM, algorithm: "HS256" }] }, "InvalidAuthConfig", /'RS256' or 'ES256'$/],
  [
    { providers: [{ ...CUSTOM, jwks: "file:///etc/passwd" }] },
    "InvalidAuthConfig",
    /must have an https: or data: URL as its 'jwks'/,
  ],
  [{ providers: [{ ...CUSTOM, issuer: "" }] }, "InvalidAuthConfig", /must have text as its 'issuer'$/],
  [
    { providers: [{ ...CUSTOM, applicationID: 1 }] },
    "InvalidAuthConfig",
    /must have text as its 'applicationID', or none$/,
  ],
  [
    { providers: [{ ...OIDC, domain: '"https://a.example"' }] },
    "InvalidProviderDomainUrl",
    /it has quotes in it/,
  ],
  [
    { providers: [{ ...OIDC, domain: "ftp://a.example" }] },
    "InvalidProviderDomainUrl",
    /its scheme must be https/,
  ],
  [
    { providers: [{ ...OIDC, domain: "intranet" }] },
    "InvalidProviderDomainUrl",
    /neither a URL nor the name of a host/,
  ],
  [{ providers: [{ ...OIDC, domain: "https://" }] }, "InvalidProviderDomainUrl", /it is not a URL/],
  [{ providers: [{ ...OIDC, domain: "a b.example" }] }, "InvalidProviderDomainUrl", /it is not a URL/],
  [
    { providers: [{ ...CUSTOM, issuer: "https://api.workos.com/" }] },
    "InsecureConfiguration",
    /^Provider at index 0 must have an 'applicationID'/,
  ],
];
for (const [config, code, message] of wrong) {
  it(`is refused: ${JSON.stringify(config)}`, () => {
    assert.throws(
      () => parseAuthConfig(config),
      (error: Error & { code: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

it("an issuer has many spellings", () => {
  for (const spelling of ["https://a.example", "https://a.example//", "a.example", "a.example/"]) {
    assert.equal(canonicalIssuer(spelling), "https://a.example");
  }
  assert.equal(canonicalIssuer("http://a.example"), "http://a.example");
  // Nor does a long one take long.
  assert.equal(canonicalIssuer(`${"/".repeat(30_000)}x`), `https://${"/".repeat(30_000)}x`);
});

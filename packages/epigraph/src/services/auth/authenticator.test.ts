import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { SignJWT } from "jose";
import type { AuthProvider } from "./auth-provider.ts";
import { Authenticator } from "./authenticator.ts";
import { COOLDOWN_MS, DEFAULT_LIFETIME_MS, FAILURE_LIFETIME_MS } from "./key-cache.ts";
import { forge } from "./testing/forge.ts";
import { IdentityProvider, makeKey, sign, toJwk } from "./testing/identity-provider.ts";
import { MAX_AGE_MS } from "./token-cache.ts";
import type { VerifiedToken } from "./verified-token.ts";

const rsa = makeKey("rsa");
const otherRsa = makeKey("other");
const curve = makeKey("curve", "ES256");
const edwards = makeKey("edwards", "EdDSA");

let provider: IdentityProvider;
let nowMs: number;
let providers: readonly AuthProvider[];
let authenticator: Authenticator;

before(async () => {
  provider = await IdentityProvider.start([rsa, curve, edwards]);
});
after(() => provider[Symbol.asyncDispose]());
beforeEach(() => {
  nowMs = Date.parse("2030-01-01T00:00:00Z");
  provider.keys = [rsa, curve, edwards];
  provider.namedIssuer = provider.issuer;
  provider.answers.metadata = {};
  provider.answers.jwks = {};
  provider.requests.length = 0;
  trust(provider.oidc());
});

function trust(...list: readonly AuthProvider[]): void {
  providers = list;
  authenticator = new Authenticator({
    readProviders: () => JSON.stringify(providers),
    nowMs: () => nowMs,
    isRedacted: false,
  });
}

const seconds = (): number => nowMs / 1000;

/** Claims of a token that is good for an hour. */
function claims(more: object = {}): object {
  return { iss: provider.issuer, sub: "ada", aud: "app", iat: seconds(), exp: seconds() + 3600, ...more };
}

async function identityOf(token: string): Promise<VerifiedToken["identity"]> {
  return (await authenticator.verify(token)).identity;
}

async function refusal(token: string): Promise<{ code: string; status: number; message: string }> {
  const error = await Promise.resolve(authenticator.verify(token)).then(
    () => assert.fail("the token was accepted"),
    (reason: unknown) => reason as { code: string; status: number; message: string },
  );
  return { code: error.code, status: error.status, message: error.message };
}

const UNKNOWN_KEY =
  "Could not decode token. The JWT's 'kid' (key ID) header is 'other', does this key match any key in the provider's JWKS?";
const NOT_VERIFIED =
  "Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.";

describe("the identity of an OpenID Connect token", () => {
  it("has the standard claims in camel case, and others under their own names", async () => {
    const token = sign(
      claims({
        name: "Ada Lovelace",
        given_name: "Ada",
        family_name: "Lovelace",
        nickname: "countess",
        preferred_username: "ada",
        profile: "https://p",
        picture: "https://i",
        website: "https://w",
        email: "ada@example.org",
        email_verified: true,
        gender: "female",
        birthdate: "1815-12-10",
        zoneinfo: "Europe/London",
        locale: "en-GB",
        phone_number: "+44",
        phone_number_verified: "false",
        address: { formatted: "12 St James's Square", country: "GB" },
        updated_at: 1_700_000_000,
        org: { id: 7, roles: ["a"] },
        "https://example.org/plan": "gold",
        nothing: null,
      }),
      rsa,
    );
    assert.deepEqual(await identityOf(token), {
      tokenIdentifier: `${provider.issuer}|ada`,
      subject: "ada",
      issuer: provider.issuer,
      name: "Ada Lovelace",
      givenName: "Ada",
      familyName: "Lovelace",
      nickname: "countess",
      preferredUsername: "ada",
      profileUrl: "https://p",
      pictureUrl: "https://i",
      websiteUrl: "https://w",
      email: "ada@example.org",
      emailVerified: true,
      gender: "female",
      birthday: "1815-12-10",
      timezone: "Europe/London",
      language: "en-GB",
      phoneNumber: "+44",
      phoneNumberVerified: false,
      address: "12 St James's Square",
      updatedAt: "2023-11-14T22:13:20.000Z",
      org: { id: 7, roles: ["a"] },
      "https://example.org/plan": "gold",
      nothing: null,
    });
  });

  it("leaves out what is absent, and what only the provider needs", async () => {
    const hidden = {
      jti: "j",
      nbf: seconds(),
      fva: [1],
      auth_time: 1,
      nonce: "n",
      acr: "a",
      amr: ["b"],
      azp: "c",
    };
    const token = sign(claims({ ...hidden, at_hash: "d", c_hash: "e", address: {}, email: null }), rsa);
    assert.deepEqual(await identityOf(token), {
      tokenIdentifier: `${provider.issuer}|ada`,
      subject: "ada",
      issuer: provider.issuer,
    });
  });

  it("can't be somebody else's by a custom claim", async () => {
    const custom = {
      tokenIdentifier: "i|root",
      subject: "root",
      issuer: "i",
      name: "Ada",
      given_name: "Ada",
    };
    const identity = await identityOf(sign(claims({ ...custom, givenName: "Root" }), rsa));
    assert.deepEqual(identity, {
      tokenIdentifier: `${provider.issuer}|ada`,
      subject: "ada",
      issuer: provider.issuer,
      name: "Ada",
      givenName: "Ada",
    });
    const odd = await identityOf(
      forge(
        { alg: "RS256", kid: "rsa" },
        JSON.stringify(claims()).replace("{", '{"__proto__":{"isAdmin":true},'),
        rsa,
      ),
    );
    assert.equal((odd as { isAdmin?: unknown }).isAdmin, undefined);
    assert.equal(Object.getPrototypeOf(odd), Object.prototype);
  });

  it("may come by EdDSA, by an access token, and from another library", async () => {
    const ed = await new SignJWT(claims() as never)
      .setProtectedHeader({ alg: "EdDSA", kid: "edwards" })
      .sign(edwards.privateKey);
    assert.equal((await identityOf(ed))["subject"], "ada");
    for (const typ of ["JWT", "jwt", "at+jwt", "application/at+jwt"]) {
      assert.equal((await identityOf(sign(claims(), rsa, { typ })))["subject"], "ada");
    }
  });
});

describe("the identity of a token of a custom provider", () => {
  beforeEach(() => trust(provider.customJwt()));

  it("has its claims under their own names, inner ones with dots", async () => {
    const custom = {
      given_name: "Ada",
      email_verified: true,
      org: { id: "o1", unit: { name: "x" }, empty: {} },
      roles: ["a", { b: 1 }],
      nothing: null,
      "org.id": "o2",
    };
    const token = sign(claims({ ...custom, jti: "j", nbf: seconds() }), rsa);
    assert.deepEqual(await identityOf(token), {
      tokenIdentifier: `${provider.issuer}|ada`,
      subject: "ada",
      issuer: provider.issuer,
      given_name: "Ada",
      email_verified: true,
      "org.id": "o2",
      "org.unit.name": "x",
      roles: ["a", { b: 1 }],
      nothing: null,
    });
  });

  it("needs neither audience nor time of issue", async () => {
    const { aud: _aud, iat: _iat, ...rest } = claims() as { aud: string; iat: number };
    assert.equal((await identityOf(sign(rest, rsa)))["subject"], "ada");
  });

  it("may come by ES256, with keys in the config itself", async () => {
    const keys = JSON.stringify({ keys: [toJwk(curve)] });
    for (const jwks of [
      `data:text/plain;charset=utf-8;base64,${Buffer.from(keys).toString("base64")}`,
      `data:application/json,${encodeURIComponent(keys)}`,
    ]) {
      trust({ type: "customJwt", issuer: provider.issuer, jwks, algorithm: "ES256", applicationID: null });
      assert.equal((await identityOf(sign(claims(), curve)))["subject"], "ada");
      assert.deepEqual(await refusal(sign(claims(), rsa)), {
        code: "InvalidAuthHeader",
        status: 401,
        message: UNKNOWN_KEY.replace("other", "rsa"),
      });
    }
    assert.deepEqual(provider.requests, []);
  });

  it("may have several audiences, if the app's is among them", async () => {
    trust(provider.customJwt("RS256", "app"));
    assert.equal((await identityOf(sign(claims({ aud: ["x", "app"] }), rsa)))["subject"], "ada");
  });
});

describe("clocks", () => {
  it("may differ by five seconds for custom providers", async () => {
    trust(provider.customJwt());
    const old = sign(claims({ exp: seconds() - 4.9 }), rsa);
    const { expiresAtMs } = await authenticator.verify(old);
    assert.equal(expiresAtMs, nowMs + 100);
    assert.equal((await identityOf(sign(claims({ nbf: seconds() + 5 }), rsa)))["subject"], "ada");
    nowMs += 100;
    assert.equal((await refusal(old)).message, "Could not validate token: it has expired");
    assert.equal(
      (await refusal(sign(claims({ nbf: seconds() + 5.1 }), rsa))).message,
      "Could not validate token: it is not valid yet",
    );
  });

  it("may not differ for OpenID Connect", async () => {
    const token = sign(claims({ exp: seconds() + 1 }), rsa);
    assert.equal((await authenticator.verify(token)).expiresAtMs, nowMs + 1000);
    nowMs += 999;
    assert.equal((await identityOf(token))["subject"], "ada");
    nowMs += 1;
    assert.equal((await refusal(token)).message, NOT_VERIFIED);
    assert.equal((await refusal(sign(claims({ nbf: seconds() + 1 }), rsa))).message, NOT_VERIFIED);
  });
});

describe("the provider of a token", () => {
  const elsewhere: AuthProvider = { domain: "https://elsewhere.example/", applicationID: "x" };

  it("is the first one that has its issuer and is among its audience", async () => {
    trust(elsewhere, provider.oidc("another"), provider.oidc());
    assert.equal((await identityOf(sign(claims(), rsa)))["subject"], "ada");
  });

  it("is found whatever slashes its domain ends with", async () => {
    trust({ domain: `${provider.issuer}/`, applicationID: "app" });
    assert.equal((await identityOf(sign(claims(), rsa)))["subject"], "ada");
    provider.namedIssuer = `${provider.issuer}/`;
    trust(provider.oidc());
    const identity = await identityOf(sign(claims({ iss: `${provider.issuer}/` }), rsa));
    assert.equal(identity.tokenIdentifier, `${provider.issuer}/|ada`);
  });

  it("must name the issuer as the token does", async () => {
    assert.deepEqual(await refusal(sign(claims({ iss: `${provider.issuer}//` }), rsa)), {
      code: "AuthProviderDiscoveryFailed",
      status: 400,
      message: `Auth provider discovery of ${provider.issuer} failed: the issuer of its metadata is "${provider.issuer}"`,
    });
    // Which does not keep others out.
    assert.equal((await identityOf(sign(claims(), rsa)))["subject"], "ada");
  });

  it("may be missing", async () => {
    const stranger = sign(claims({ iss: "https://stranger.example" }), rsa);
    trust(elsewhere, provider.customJwt(), provider.customJwt("ES256", "y"));
    assert.deepEqual(await refusal(stranger), {
      code: "NoAuthProvider",
      status: 401,
      message: `No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your configured providers: [OIDC(domain=https://elsewhere.example/, app_id=x), CustomJWT(issuer=${provider.issuer}, app_id=none), CustomJWT(issuer=${provider.issuer}, app_id=y)]`,
    });
    trust();
    assert.equal(
      (await refusal(stranger)).message,
      "No auth provider found matching the given token (no providers configured). Check convex/auth.config.ts.",
    );
    assert.deepEqual(provider.requests, []);
  });

  it("is a secret where texts are redacted, and so are its keys", async () => {
    providers = [provider.customJwt()];
    authenticator = new Authenticator({
      readProviders: () => JSON.stringify(providers),
      nowMs: () => nowMs,
      isRedacted: true,
    });
    const stranger = await refusal(sign(claims({ iss: "https://stranger.example" }), rsa));
    assert.equal(stranger.message, "No auth provider found matching the given token");
    assert.equal(
      (await refusal(sign(claims(), otherRsa))).message,
      "Could not decode token. The JWT's 'kid' (key ID) header doesn't match any key in the provider's JWKS, or the JWT signature is invalid.",
    );
  });
});

describe("keys", () => {
  const verify = async (): Promise<unknown> =>
    (await identityOf(sign(claims({ jti: jti++ }), rsa)))["subject"];
  let jti = 0;

  it("are asked for once by all who need them", async () => {
    await Promise.all(Array.from({ length: 20 }, verify));
    await verify();
    assert.deepEqual(provider.requests, ["/.well-known/openid-configuration", "/keys"]);
  });

  it("are kept for as long as the provider says", async () => {
    provider.answers.metadata = { headers: { "cache-control": "public, max-age=7200" } };
    provider.answers.jwks = { headers: { "cache-control": "max-age=100", age: "40" } };
    await verify();
    nowMs += 59_999;
    await verify();
    assert.equal(provider.requests.length, 2);
    nowMs += 1;
    await verify();
    assert.equal(provider.requests.length, 4);
  });

  it("are kept for a while where it does not say, and for a moment where it says not to", async () => {
    trust(provider.customJwt());
    await verify();
    nowMs += DEFAULT_LIFETIME_MS - 1;
    await verify();
    assert.equal(provider.requests.length, 1);
    provider.answers.jwks = { headers: { "cache-control": "no-store" } };
    nowMs += 1;
    await verify();
    nowMs += COOLDOWN_MS - 1;
    await verify();
    assert.equal(provider.requests.length, 2);
    nowMs += 1;
    await verify();
    assert.equal(provider.requests.length, 3);
  });

  for (const kind of ["oidc", "customJwt"] as const) {
    it(`that are new are found, but not for each token that names one (${kind})`, async () => {
      trust(provider[kind]());
      await verify();
      const asked = provider.requests.length;
      provider.keys = [otherRsa];
      const token = sign(claims(), otherRsa);
      await refusal(token);
      assert.equal(provider.requests.length, asked);
      nowMs += COOLDOWN_MS;
      assert.equal((await identityOf(token))["subject"], "ada");
      assert.equal(provider.requests.length, 2 * asked);
      // The old one is gone.
      await refusal(sign(claims({ jti: "new" }), rsa));
      assert.equal(provider.requests.length, 2 * asked);
    });
  }

  it("that are good stay when newer ones can't be had", async () => {
    await verify();
    provider.answers.jwks = { status: 500 };
    nowMs += COOLDOWN_MS;
    assert.equal((await refusal(sign(claims(), otherRsa))).message, NOT_VERIFIED);
    await verify();
  });

  it("that can't be had are not asked for again for a few seconds", async () => {
    provider.answers.metadata = { status: 503, body: "sorry" };
    const { code, status, message } = await refusal(sign(claims(), rsa));
    assert.deepEqual([code, status], ["AuthProviderDiscoveryFailed", 503]);
    assert.equal(message, `Auth provider discovery of ${provider.issuer} failed: 503 sorry`);
    provider.answers.metadata = {};
    await refusal(sign(claims(), rsa));
    assert.equal(provider.requests.length, 1);
    nowMs += FAILURE_LIFETIME_MS;
    await verify();
  });

  const unusable: readonly (readonly [string, "metadata" | "jwks", object, number, RegExp])[] = [
    [
      "are somewhere else",
      "metadata",
      { status: 302, headers: { location: "/x" }, body: "" },
      400,
      /failed: 302$/,
    ],
    ["are not there", "metadata", { status: 404, body: "no" }, 404, /failed: 404 no$/],
    [
      "have metadata that are no JSON",
      "metadata",
      { body: "<html>" },
      400,
      /failed: \S+ is not a JSON object$/,
    ],
    [
      "have metadata without them",
      "metadata",
      { body: "{}" },
      400,
      /failed: the issuer of its metadata is undefined$/,
    ],
    [
      "are too long a list",
      "jwks",
      { body: " ".repeat(300_000) },
      400,
      /failed: the answer has more than 262144 bytes$/,
    ],
    ["are no list", "jwks", { body: '{"keys":1}' }, 400, /failed: \S+\/keys has no keys$/],
  ];
  for (const [what, which, answer, status, message] of unusable) {
    it(`of an OpenID Connect provider that ${what}`, async () => {
      provider.answers[which] = answer;
      const refused = await refusal(sign(claims(), rsa));
      assert.deepEqual([refused.code, refused.status], ["AuthProviderDiscoveryFailed", status]);
      assert.match(refused.message, message);
    });
  }

  it("are waited for for some seconds", async () => {
    provider.answers.metadata = { hangs: true };
    const { message } = await refusal(sign(claims(), rsa));
    assert.equal(message, `Auth provider discovery of ${provider.issuer} failed: no answer within 5 s`);
  });

  it("of a provider that nobody is", async () => {
    const gone = await IdentityProvider.start([rsa]);
    const { issuer } = gone;
    await gone[Symbol.asyncDispose]();
    trust({ domain: issuer, applicationID: "app" });
    const { message } = await refusal(sign(claims({ iss: issuer }), rsa));
    assert.equal(message, `Auth provider discovery of ${issuer} failed: ECONNREFUSED`);
  });

  const unfetched: readonly (readonly [object, RegExp])[] = [
    [{ status: 404 }, /^Could not fetch JWKS from URL 'http:\S+\/keys': HTTP 404 Not Found$/],
    [
      { headers: { "content-type": "text/plain" } },
      /^Invalid Content-Type 'text\/plain' when fetching JWKS /,
    ],
    [{ headers: { "content-type": "application/json; charset=latin1" } }, /^Invalid Content-Type /],
    [{ body: "[]" }, /^Invalid JWKS response body /],
    [{ body: "{" }, /^Invalid JWKS response body /],
  ];
  for (const [answer, message] of unfetched) {
    it(`of a custom provider that answers ${JSON.stringify(answer)}`, async () => {
      trust(provider.customJwt());
      provider.answers.jwks = answer;
      const refused = await refusal(sign(claims(), rsa));
      assert.deepEqual([refused.code, refused.status], ["InvalidAuthHeader", 401]);
      assert.match(refused.message, message);
    });
  }

  for (const type of [
    "application/jwk-set+json",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
  ]) {
    it(`of a custom provider may be ${type}`, async () => {
      trust(provider.customJwt());
      provider.answers.jwks = { headers: { "content-type": type } };
      await verify();
    });
  }

  for (const jwks of ["data:,", "data:application/json,[]", "data:nonsense"]) {
    it(`that are in "${jwks}" are none`, async () => {
      trust({ type: "customJwt", issuer: provider.issuer, jwks, algorithm: "RS256", applicationID: null });
      assert.match((await refusal(sign(claims(), rsa))).message, /^Invalid JWKS data URL/);
    });
  }
});

describe("tokens that have been verified", () => {
  it("are not verified again for a while", async () => {
    const token = sign(claims(), rsa);
    const verified = await authenticator.verify(token);
    assert.equal(authenticator.verify(token), verified);
    nowMs += MAX_AGE_MS;
    assert.ok(authenticator.verify(token) instanceof Promise);
  });

  it("are refused once their time is over, with a key that has been taken back soon after", async () => {
    const short = sign(claims({ exp: seconds() + 60 }), rsa);
    const long = sign(claims(), rsa);
    await Promise.all([authenticator.verify(short), authenticator.verify(long)]);
    provider.keys = [otherRsa];
    nowMs += 60_000;
    assert.equal((await refusal(short)).message, NOT_VERIFIED);
    assert.equal((await identityOf(long))["subject"], "ada");
    nowMs += DEFAULT_LIFETIME_MS;
    assert.equal((await refusal(long)).message, NOT_VERIFIED);
  });

  it("are refused as soon as the config trusts their provider no more", async () => {
    const token = sign(claims(), rsa);
    const verified = await authenticator.verify(token);
    authenticator.reload();
    assert.equal(authenticator.verify(token), verified);
    providers = [];
    authenticator.reload();
    assert.equal((await refusal(token)).code, "NoAuthProvider");
    providers = [provider.oidc()];
    authenticator.reload();
    assert.equal((await identityOf(token))["subject"], "ada");
  });

  it("that are being verified while the config changes are not remembered under the new one", async () => {
    const token = sign(claims(), rsa);
    const verifying = authenticator.verify(token);
    providers = [];
    authenticator.reload();
    await verifying;
    assert.equal((await refusal(token)).code, "NoAuthProvider");
  });
});

import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import { COOLDOWN_MS, DEFAULT_LIFETIME_MS, FAILURE_LIFETIME_MS } from "./key-cache.ts";
import { IdentityProvider, sign } from "./testing/identity-provider.ts";
import { NOT_VERIFIED, otherRsa, rsa, TrustingAuthenticator } from "./testing/trusting-authenticator.ts";

const test = await TrustingAuthenticator.start();
const { provider } = test;
after(() => test[Symbol.asyncDispose]());
beforeEach(() => test.reset());

describe("keys", () => {
  const verify = async (): Promise<unknown> => await test.subjectOf(sign(test.claims({ jti: jti++ }), rsa));
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
    test.nowMs += 59_999;
    await verify();
    assert.equal(provider.requests.length, 2);
    test.nowMs += 1;
    await verify();
    assert.equal(provider.requests.length, 4);
  });

  it("are kept for a while where it does not say, and for a moment where it says not to", async () => {
    test.trust([provider.customJwt()]);
    await verify();
    test.nowMs += DEFAULT_LIFETIME_MS - 1;
    await verify();
    assert.equal(provider.requests.length, 1);
    provider.answers.jwks = { headers: { "cache-control": "no-store" } };
    test.nowMs += 1;
    await verify();
    test.nowMs += COOLDOWN_MS - 1;
    await verify();
    assert.equal(provider.requests.length, 2);
    test.nowMs += 1;
    await verify();
    assert.equal(provider.requests.length, 3);
  });

  for (const kind of ["oidc", "customJwt"] as const) {
    it(`that are new are found, but not for each token that names one (${kind})`, async () => {
      test.trust([provider[kind]()]);
      await verify();
      const asked = provider.requests.length;
      provider.keys = [otherRsa];
      const token = sign(test.claims(), otherRsa);
      await test.refusal(token);
      assert.equal(provider.requests.length, asked);
      test.nowMs += COOLDOWN_MS;
      assert.equal(await test.subjectOf(token), "ada");
      assert.equal(provider.requests.length, 2 * asked);
      // The old one is gone.
      await test.refusal(sign(test.claims({ jti: "new" }), rsa));
      assert.equal(provider.requests.length, 2 * asked);
    });
  }

  it("that are good stay when newer ones can't be had", async () => {
    await verify();
    provider.answers.jwks = { status: 500 };
    test.nowMs += COOLDOWN_MS;
    assert.equal((await test.refusal(sign(test.claims(), otherRsa))).message, NOT_VERIFIED);
    await verify();
  });

  it("that can't be had are not asked for again for a few seconds", async () => {
    provider.answers.metadata = { status: 503, body: "sorry" };
    const { code, status, message } = await test.refusal(sign(test.claims(), rsa));
    assert.deepEqual([code, status], ["AuthProviderDiscoveryFailed", 503]);
    assert.equal(message, `Auth provider discovery of ${provider.issuer} failed: 503 sorry`);
    provider.answers.metadata = {};
    await test.refusal(sign(test.claims(), rsa));
    assert.equal(provider.requests.length, 1);
    test.nowMs += FAILURE_LIFETIME_MS;
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
      const refused = await test.refusal(sign(test.claims(), rsa));
      assert.deepEqual([refused.code, refused.status], ["AuthProviderDiscoveryFailed", status]);
      assert.match(refused.message, message);
    });
  }

  it("are waited for for some seconds", async () => {
    provider.answers.metadata = { hangs: true };
    const { message } = await test.refusal(sign(test.claims(), rsa));
    assert.equal(message, `Auth provider discovery of ${provider.issuer} failed: no answer within 5 s`);
  });

  it("of a provider that nobody is", async () => {
    const gone = await IdentityProvider.start([rsa]);
    const { issuer } = gone;
    await gone[Symbol.asyncDispose]();
    test.trust([{ domain: issuer, applicationID: "app" }]);
    const { message } = await test.refusal(sign(test.claims({ iss: issuer }), rsa));
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
      test.trust([provider.customJwt()]);
      provider.answers.jwks = answer;
      const refused = await test.refusal(sign(test.claims(), rsa));
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
      test.trust([provider.customJwt()]);
      provider.answers.jwks = { headers: { "content-type": type } };
      await verify();
    });
  }

  for (const jwks of ["data:,", "data:application/json,[]", "data:nonsense"]) {
    it(`that are in "${jwks}" are none`, async () => {
      test.trust([
        { type: "customJwt", issuer: provider.issuer, jwks, algorithm: "RS256", applicationID: null },
      ]);
      assert.match((await test.refusal(sign(test.claims(), rsa))).message, /^Invalid JWKS data URL/);
    });
  }
});

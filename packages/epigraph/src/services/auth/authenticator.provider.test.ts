import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import type { AuthProvider } from "./auth-provider.ts";
import { sign } from "./testing/identity-provider.ts";
import { NOT_VERIFIED, otherRsa, rsa, TrustingAuthenticator } from "./testing/trusting-authenticator.ts";

const test = await TrustingAuthenticator.start();
const { provider } = test;
after(() => test[Symbol.asyncDispose]());
beforeEach(() => test.reset());

describe("clocks", () => {
  it("may differ by five seconds for custom providers", async () => {
    test.trust([provider.customJwt()]);
    const old = sign(test.claims({ exp: test.seconds - 4.9 }), rsa);
    const { expiresAtMs } = await test.authenticator.verify(old);
    assert.equal(expiresAtMs, test.nowMs + 100);
    assert.equal(await test.subjectOf(sign(test.claims({ nbf: test.seconds + 5 }), rsa)), "ada");
    test.nowMs += 100;
    assert.equal((await test.refusal(old)).message, "Could not validate token: it has expired");
    assert.equal(
      (await test.refusal(sign(test.claims({ nbf: test.seconds + 5.1 }), rsa))).message,
      "Could not validate token: it is not valid yet",
    );
  });

  it("may not differ for OpenID Connect", async () => {
    const token = sign(test.claims({ exp: test.seconds + 1 }), rsa);
    assert.equal((await test.authenticator.verify(token)).expiresAtMs, test.nowMs + 1000);
    test.nowMs += 999;
    assert.equal(await test.subjectOf(token), "ada");
    test.nowMs += 1;
    assert.equal((await test.refusal(token)).message, NOT_VERIFIED);
    assert.equal(
      (await test.refusal(sign(test.claims({ nbf: test.seconds + 1 }), rsa))).message,
      NOT_VERIFIED,
    );
  });
});

describe("the provider of a token", () => {
  const elsewhere: AuthProvider = { domain: "https://elsewhere.example/", applicationID: "x" };

  it("is the first one that has its issuer and is among its audience", async () => {
    test.trust([elsewhere, provider.oidc("another"), provider.oidc()]);
    assert.equal(await test.subjectOf(sign(test.claims(), rsa)), "ada");
  });

  it("is found whatever slashes its domain ends with", async () => {
    test.trust([{ domain: `${provider.issuer}/`, applicationID: "app" }]);
    assert.equal(await test.subjectOf(sign(test.claims(), rsa)), "ada");
    provider.namedIssuer = `${provider.issuer}/`;
    test.trust([provider.oidc()]);
    const identity = await test.identityOf(sign(test.claims({ iss: `${provider.issuer}/` }), rsa));
    assert.equal(identity.tokenIdentifier, `${provider.issuer}/|ada`);
  });

  it("must name the issuer as the token does", async () => {
    assert.deepEqual(await test.refusal(sign(test.claims({ iss: `${provider.issuer}//` }), rsa)), {
      code: "AuthProviderDiscoveryFailed",
      status: 400,
      message: `Auth provider discovery of ${provider.issuer} failed: the issuer of its metadata is "${provider.issuer}"`,
    });
    // Which does not keep others out.
    assert.equal(await test.subjectOf(sign(test.claims(), rsa)), "ada");
  });

  it("may be missing", async () => {
    const stranger = sign(test.claims({ iss: "https://stranger.example" }), rsa);
    test.trust([elsewhere, provider.customJwt(), provider.customJwt("ES256", "y")]);
    assert.deepEqual(await test.refusal(stranger), {
      code: "NoAuthProvider",
      status: 401,
      message: `No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your configured providers: [OIDC(domain=https://elsewhere.example/, app_id=x), CustomJWT(issuer=${provider.issuer}, app_id=none), CustomJWT(issuer=${provider.issuer}, app_id=y)]`,
    });
    test.trust([]);
    assert.equal(
      (await test.refusal(stranger)).message,
      "No auth provider found matching the given token (no providers configured). Check convex/auth.config.ts.",
    );
    assert.deepEqual(provider.requests, []);
  });

  it("is a secret where texts are redacted, and so are its keys", async () => {
    test.trust([provider.customJwt()], { isRedacted: true });
    const stranger = await test.refusal(sign(test.claims({ iss: "https://stranger.example" }), rsa));
    assert.equal(stranger.message, "No auth provider found matching the given token");
    assert.equal(
      (await test.refusal(sign(test.claims(), otherRsa))).message,
      "Could not decode token. The JWT's 'kid' (key ID) header doesn't match any key in the provider's JWKS, or the JWT signature is invalid.",
    );
  });
});

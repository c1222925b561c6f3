import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import { SignJWT } from "jose";
import { forge } from "./testing/forge.ts";
import { sign, toJwk } from "./testing/identity-provider.ts";
import { curve, edwards, rsa, TrustingAuthenticator } from "./testing/trusting-authenticator.ts";

const test = await TrustingAuthenticator.start();
const { provider } = test;
after(() => test[Symbol.asyncDispose]());
beforeEach(() => test.reset());

describe("the identity of an OpenID Connect token", () => {
  it("has the standard claims in camel case, and others under their own names", async () => {
    const token = sign(
      test.claims({
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
    assert.deepEqual(await test.identityOf(token), {
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
      nbf: test.seconds,
      fva: [1],
      auth_time: 1,
      nonce: "n",
      acr: "a",
      amr: ["b"],
      azp: "c",
    };
    const token = sign(test.claims({ ...hidden, at_hash: "d", c_hash: "e", address: {}, email: null }), rsa);
    assert.deepEqual(await test.identityOf(token), {
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
    const identity = await test.identityOf(sign(test.claims({ ...custom, givenName: "Root" }), rsa));
    assert.deepEqual(identity, {
      tokenIdentifier: `${provider.issuer}|ada`,
      subject: "ada",
      issuer: provider.issuer,
      name: "Ada",
      givenName: "Ada",
    });
    const odd = await test.identityOf(
      forge(
        { alg: "RS256", kid: "rsa" },
        JSON.stringify(test.claims()).replace("{", '{"__proto__":{"isAdmin":true},'),
        rsa,
      ),
    );
    assert.equal((odd as { isAdmin?: unknown }).isAdmin, undefined);
    assert.equal(Object.getPrototypeOf(odd), Object.prototype);
  });

  it("may come by EdDSA, by an access token, and from another library", async () => {
    const ed = await new SignJWT(test.claims() as never)
      .setProtectedHeader({ alg: "EdDSA", kid: "edwards" })
      .sign(edwards.privateKey);
    assert.equal(await test.subjectOf(ed), "ada");
    for (const typ of ["JWT", "jwt", "at+jwt", "application/at+jwt"]) {
      assert.equal(await test.subjectOf(sign(test.claims(), rsa, { typ })), "ada");
    }
  });
});

describe("the identity of a token of a custom provider", () => {
  beforeEach(() => test.trust([provider.customJwt()]));

  it("has its claims under their own names, inner ones with dots", async () => {
    const custom = {
      given_name: "Ada",
      email_verified: true,
      org: { id: "o1", unit: { name: "x" }, empty: {} },
      roles: ["a", { b: 1 }],
      nothing: null,
      "org.id": "o2",
    };
    const token = sign(test.claims({ ...custom, jti: "j", nbf: test.seconds }), rsa);
    assert.deepEqual(await test.identityOf(token), {
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
    const { aud: _aud, iat: _iat, ...rest } = test.claims() as { aud: string; iat: number };
    assert.equal(await test.subjectOf(sign(rest, rsa)), "ada");
  });

  it("may come by ES256, with keys in the config itself", async () => {
    const keys = JSON.stringify({ keys: [toJwk(curve)] });
    for (const jwks of [
      `data:text/plain;charset=utf-8;base64,${Buffer.from(keys).toString("base64")}`,
      `data:application/json,${encodeURIComponent(keys)}`,
    ]) {
      test.trust([
        { type: "customJwt", issuer: provider.issuer, jwks, algorithm: "ES256", applicationID: null },
      ]);
      assert.equal(await test.subjectOf(sign(test.claims(), curve)), "ada");
      assert.deepEqual(await test.refusal(sign(test.claims(), rsa)), {
        code: "InvalidAuthHeader",
        status: 401,
        message:
          "Could not decode token. The JWT's 'kid' (key ID) header is 'rsa', does this key match any key in the provider's JWKS?",
      });
    }
    assert.deepEqual(provider.requests, []);
  });

  it("may have several audiences, if the app's is among them", async () => {
    test.trust([provider.customJwt("RS256", "app")]);
    assert.equal(await test.subjectOf(sign(test.claims({ aud: ["x", "app"] }), rsa)), "ada");
  });
});

import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import { DEFAULT_LIFETIME_MS } from "./key-cache.ts";
import { sign } from "./testing/identity-provider.ts";
import { NOT_VERIFIED, otherRsa, rsa, TrustingAuthenticator } from "./testing/trusting-authenticator.ts";
import { MAX_AGE_MS } from "./token-cache.ts";

const test = await TrustingAuthenticator.start();
const { provider } = test;
after(() => test[Symbol.asyncDispose]());
beforeEach(() => test.reset());

describe("tokens that have been verified", () => {
  it("are not verified again for a while", async () => {
    const token = sign(test.claims(), rsa);
    const verified = await test.authenticator.verify(token);
    assert.equal(test.authenticator.verify(token), verified);
    test.nowMs += MAX_AGE_MS;
    assert.ok(test.authenticator.verify(token) instanceof Promise);
  });

  it("are refused once their time is over, with a key that has been taken back soon after", async () => {
    const short = sign(test.claims({ exp: test.seconds + 60 }), rsa);
    const long = sign(test.claims(), rsa);
    await Promise.all([test.authenticator.verify(short), test.authenticator.verify(long)]);
    provider.keys = [otherRsa];
    test.nowMs += 60_000;
    assert.equal((await test.refusal(short)).message, NOT_VERIFIED);
    assert.equal(await test.subjectOf(long), "ada");
    test.nowMs += DEFAULT_LIFETIME_MS;
    assert.equal((await test.refusal(long)).message, NOT_VERIFIED);
  });

  it("are refused as soon as the config trusts their provider no more", async () => {
    const token = sign(test.claims(), rsa);
    const verified = await test.authenticator.verify(token);
    test.authenticator.reload();
    assert.equal(test.authenticator.verify(token), verified);
    test.providers = [];
    test.authenticator.reload();
    assert.equal((await test.refusal(token)).code, "NoAuthProvider");
    test.providers = [provider.oidc()];
    test.authenticator.reload();
    assert.equal(await test.subjectOf(token), "ada");
  });

  it("that are being verified while the config changes are not remembered under the new one", async () => {
    const token = sign(test.claims(), rsa);
    const verifying = test.authenticator.verify(token);
    test.providers = [];
    test.authenticator.reload();
    await verifying;
    assert.equal((await test.refusal(token)).code, "NoAuthProvider");
  });
});

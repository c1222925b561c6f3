import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { EpigraphError } from "../../errors/epigraph-error.ts";
import { Authenticator } from "./authenticator.ts";
import { badTokens } from "./testing/bad-tokens.ts";
import { IdentityProvider } from "./testing/identity-provider.ts";
import { goodTokens, PUBLISHED_KEYS, trustedProviders } from "./testing/token-makers.ts";

const NOW_MS = Date.parse("2030-01-01T00:00:00Z");

const provider = await IdentityProvider.start(PUBLISHED_KEYS);
after(() => provider[Symbol.asyncDispose]());
const authenticator = new Authenticator({
  readProviders: () => JSON.stringify(trustedProviders(provider)),
  nowMs: () => NOW_MS,
  isRedacted: false,
});

describe("a token is refused that has, or is", () => {
  const tokens = badTokens(provider, NOW_MS);
  assert.ok(tokens.length >= 60, `${tokens.length} tokens`);
  for (const { what, token, code, text } of tokens) {
    it(what, async () => {
      const refused = await Promise.resolve(authenticator.verify(token)).then(
        () => assert.fail("it was accepted"),
        (error: EpigraphError) => error,
      );
      assert.deepEqual(
        [refused.code, refused.status, refused.message.slice(0, text.length)],
        [code, 401, text],
      );
    });
  }
});

it("tokens that are like these, but genuine, are accepted", async () => {
  for (const token of goodTokens(provider, NOW_MS)) {
    const { identity } = await authenticator.verify(token);
    assert.equal(identity.tokenIdentifier, `${provider.issuer}|ada`);
  }
});

it("nobody was asked for keys but the providers, and those once each", () => {
  assert.deepEqual(provider.requests.toSorted(), [
    "/.well-known/openid-configuration",
    "/keys",
    "/keys",
    "/keys",
  ]);
});

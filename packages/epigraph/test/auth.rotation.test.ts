import assert from "node:assert/strict";
import { after, it } from "node:test";
import { Authenticator } from "../src/services/auth/authenticator.ts";
import { COOLDOWN_MS } from "../src/services/auth/key-cache.ts";
import { makeKey } from "../src/services/auth/testing/identity-provider.ts";
import { CLIENT_ID, OidcServer } from "./support/oidc-server.ts";

const oidc = await OidcServer.start([makeKey("first")]);
after(() => oidc[Symbol.asyncDispose]());

it("a server that changes its keys is followed, and its old keys are forgotten", async () => {
  let laterMs = 0;
  const authenticator = new Authenticator({
    readProviders: () => JSON.stringify([{ domain: oidc.issuer, applicationID: CLIENT_ID }]),
    nowMs: () => Date.now() + laterMs,
    isRedacted: false,
  });
  const subjectOf = async (token: string): Promise<unknown> =>
    (await authenticator.verify(token)).identity["subject"];
  const [first, unused] = [await oidc.signIn("Ada"), await oidc.signIn("Abe")];
  assert.equal(await subjectOf(first.id_token), "Ada");

  for (const [index, name] of ["Bea", "Cora"].entries()) {
    oidc.rotate([makeKey(`new ${index}`)]);
    const { id_token: idToken } = await oidc.signIn(name);
    // It has just been asked: whoever makes up keys must not have it asked again.
    await assert.rejects(subjectOf(idToken), { code: "Unauthenticated" });
    laterMs += COOLDOWN_MS;
    assert.equal(await subjectOf(idToken), name);
    await assert.rejects(subjectOf(unused.id_token), { code: "Unauthenticated" });
  }
});

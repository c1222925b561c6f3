import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

let app: DeployedApp;
let client: SyncConnection;
before(async () => {
  app = await DeployedApp.start({ copyOf: fixture("sync") });
});
after(() => app[Symbol.asyncDispose]());
beforeEach(async () => {
  client = await SyncConnection.connect(app.api);
});
afterEach(() => client.close());

describe("who a socket is", () => {
  const user = { issuer: "https://issuer.test", subject: "u1", name: "Ada" };
  const identity = { ...user, tokenIdentifier: "https://issuer.test|u1" };

  it("is nobody at first, and nobody again after None, which counts", async () => {
    client.add(0, "messages:whoami");
    await client.shows(0, null);
    client.authenticate({ tokenType: "Admin", value: app.adminKey, impersonating: user });
    await client.until(() => client.version.identity === 1);
    assert.deepEqual(client.results.get(0)?.value, identity);
    client.authenticate({ tokenType: "None" });
    await client.until(() => client.version.identity === 2);
    assert.equal(client.results.get(0)?.value, null);
  });

  it("shows in one Transition, which says nothing of queries that don't look", async () => {
    client.add(0, "messages:list");
    client.add(1, "messages:whoami");
    await client.until(() => client.results.size === 2);
    client.authenticate({ tokenType: "Admin", value: app.adminKey, acting_as: user });
    const transition = await client.until(() =>
      client.transitions.find(({ endVersion }) => endVersion.identity === 1),
    );
    assert.deepEqual(
      transition.modifications.map(({ queryId, value }) => [queryId, value]),
      [[1, identity]],
    );
  });

  it("is told where there are no queries, too", async () => {
    client.authenticate({ tokenType: "None" });
    assert.equal((await client.transition()).endVersion.identity, 1);
  });

  it("counts for a mutation as it was when that came", async () => {
    const admin = { tokenType: "Admin", value: app.adminKey, impersonating: user };
    client.mutation(0, "messages:whoamiNow");
    client.authenticate(admin);
    client.mutation(1, "messages:whoamiNow");
    assert.equal((await client.response(0)).result, null);
    assert.deepEqual((await client.response(1)).result, identity);
  });

  it("may be an admin, who calls internal functions", async () => {
    client.authenticate({ tokenType: "Admin", value: app.adminKey });
    client.mutation(0, "messages:secret", { body: "a" });
    assert.equal((await client.response(0)).result, "secret");
  });

  it("never shares results with somebody else", async () => {
    const other = await SyncConnection.connect(app.api);
    for (const [each, subject] of [
      [client, "one"],
      [other, "two"],
    ] as const) {
      const impersonating = { issuer: "https://issuer.test", subject };
      each.authenticate({ tokenType: "Admin", value: app.adminKey, impersonating });
      each.add(0, "messages:whoami");
    }
    for (const [each, subject] of [
      [client, "one"],
      [other, "two"],
    ] as const) {
      const shown = await each.until(() => each.results.get(0));
      assert.equal((shown.value as { subject: string }).subject, subject);
    }
    await other.close();
  });

  it("is refused with the version of the last Transition, and what follows is not answered", async () => {
    const other = await SyncConnection.connect(app.api);
    other.authenticate({ tokenType: "None" });
    await other.transition();
    other.authenticate({ tokenType: "Admin", value: "epigraph|nonsense" });
    other.modify([]);
    assert.equal((await other.closed).code, 1005);
    assert.deepEqual(other.messages.at(-1), {
      type: "AuthError",
      error: "The provided admin key was invalid for this instance",
      baseVersion: 1,
      authUpdateAttempted: true,
    });
  });

  it("is refused for a token that is none", async () => {
    const other = await SyncConnection.connect(app.api);
    other.authenticate({ tokenType: "User", value: "nonsense" });
    assert.equal((await other.closed).code, 1005);
    const { type, baseVersion, authUpdateAttempted, error } = other.messages.at(-1) as Record<
      string,
      unknown
    >;
    assert.deepEqual([type, baseVersion, authUpdateAttempted], ["AuthError", 0, true]);
    assert.match(
      error as string,
      /^Could not parse JWT payload\. Check that the token is a valid JWT format/,
    );
  });

  it("has a version: a wrong one ends the socket", async () => {
    const other = await SyncConnection.connect(app.api);
    other.send({ type: "Authenticate", baseVersion: 1, tokenType: "None" });
    assert.deepEqual(await other.closed, { code: 1011, reason: "InternalServerError" });
  });

  it("does not matter to a session's requests", async () => {
    const sessionId = randomUUID();
    const one = await SyncConnection.connect(app.api, sessionId);
    one.mutation(0, "messages:whoamiNow");
    const first = await one.response(0);
    one.authenticate({ tokenType: "Admin", value: app.adminKey, impersonating: user });
    const two = await SyncConnection.connect(app.api, sessionId);
    two.authenticate({ tokenType: "Admin", value: app.adminKey, impersonating: user });
    two.mutation(0, "messages:whoamiNow");
    assert.deepEqual(await two.response(0), first);
    await Promise.all([one.close(), two.close()]);
  });
});

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { IdentityProvider, makeKey, sign } from "../src/services/auth/testing/identity-provider.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

const whoami = makeFunctionReference<"query", Record<string, never>, { subject: string } | null>(
  "messages:whoami",
);
const send = makeFunctionReference<"mutation", { body: string }, null>("messages:send");
const KEY = makeKey("one");
const STRANGER = makeKey("one");

let provider: IdentityProvider;
let broken: IdentityProvider;
let app: DeployedApp;
before(async () => {
  provider = await IdentityProvider.start([KEY]);
  broken = await IdentityProvider.start([KEY]);
  broken.answers.metadata = { status: 500 };
  app = await DeployedApp.start({
    copyOf: fixture("sync"),
    files: {
      "convex/auth.config.ts": `export default { providers: ${JSON.stringify([provider.oidc(), broken.oidc()])} };`,
    },
  });
});
after(async () => {
  await app[Symbol.asyncDispose]();
  await Promise.all([provider, broken].map((each) => each[Symbol.asyncDispose]()));
});
beforeEach(() => app.run("mutation", "messages:clear"));

let made = 0;
/** Another one each time. @param seconds until it runs out. */
function token(subject: string, seconds = 3600, key = KEY, iss = provider.issuer): string {
  const now = Math.floor(Date.now() / 1000);
  return sign({ iss, aud: "app", sub: subject, iat: now, exp: now + seconds, n: made++ }, key);
}

describe("a user on a socket", () => {
  let client: SyncConnection;
  beforeEach(async () => {
    client = await SyncConnection.connect(app.api);
  });
  afterEach(() => client.close());
  const login = (text: string, to = client): void => to.authenticate({ tokenType: "User", value: text });
  const subjectOf = (value: unknown): unknown => (value as { subject?: string } | null)?.subject ?? null;

  it("is shown in the Transition that accepts the token, which says nothing of queries that don't look", async () => {
    client.add(0, "messages:list");
    client.add(1, "messages:whoami");
    await client.until(() => client.results.size === 2);
    login(token("ada"));
    const { modifications } = await client.until(() =>
      client.transitions.find(({ endVersion }) => endVersion.identity === 1),
    );
    assert.deepEqual(
      modifications.map(({ queryId, value }) => [queryId, subjectOf(value)]),
      [[1, "ada"]],
    );
  });

  it("is told where there are no queries, too", async () => {
    login(token("ada"));
    assert.equal((await client.transition()).endVersion.identity, 1);
  });

  it("counts for mutations from the token on, and for none before", async () => {
    client.mutation(0, "messages:whoamiNow");
    login(token("ada"));
    client.mutation(1, "messages:whoamiNow");
    await client.response(1);
    const subjects = [await client.response(0), await client.response(1)].map(({ result }) =>
      subjectOf(result),
    );
    assert.deepEqual(subjects, [null, "ada"]);
  });

  it("is refused where the signature is somebody else's, and what follows is not answered", async () => {
    const other = await SyncConnection.connect(app.api);
    login(token("ada", 3600, STRANGER), other);
    other.modify([]);
    assert.equal((await other.closed).code, 1005);
    const { type, baseVersion, authUpdateAttempted } = other.messages.at(-1)!;
    assert.deepEqual([type, baseVersion, authUpdateAttempted], ["AuthError", 0, true]);
    assert.equal(other.transitions.length, 0);
  });

  it("is refused with the version that was shown last", async () => {
    const other = await SyncConnection.connect(app.api);
    login(token("ada"), other);
    await other.transition();
    login("nonsense", other);
    await other.closed;
    assert.deepEqual([other.messages.at(-1)?.type, other.messages.at(-1)?.["baseVersion"]], ["AuthError", 1]);
  });

  it("can't be told while the provider does not say who it is: the socket ends, to be tried again", async () => {
    const other = await SyncConnection.connect(app.api);
    login(token("ada", 3600, KEY, broken.issuer), other);
    assert.equal((await other.closed).code, 1013);
    assert.ok(!other.messages.some(({ type }) => type === "AuthError"));
  });

  it("whose token has run out writes nothing any more", async () => {
    const other = await SyncConnection.connect(app.api);
    login(token("ada", 2), other);
    await other.transition();
    await sleep(2100);
    other.mutation(0, "messages:send", { body: "late" });
    await other.closed;
    const { type, error, authUpdateAttempted } = other.messages.at(-1)!;
    assert.deepEqual(
      [type, error, authUpdateAttempted],
      ["AuthError", "Convex token identity expired", false],
    );
    assert.deepEqual(await app.run("query", "messages:list"), []);
  });
});

describe("the official client with a user", () => {
  const clients: ConvexClient[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  const open = (): ConvexClient => {
    const client = new ConvexClient(app.api, { logger: false });
    clients.push(client);
    return client;
  };
  const until = async (isSo: () => boolean, what: string): Promise<void> => {
    const endMs = Date.now() + 20_000;
    while (!isSo()) {
      if (Date.now() > endMs) throw new Error(`It never came to pass that ${what}`);
      await sleep(5);
    }
  };

  it("is told that it is authenticated, and goes on with a fresh token", async () => {
    const client = open();
    const told: boolean[] = [];
    const fetched: boolean[] = [];
    client.setAuth(
      async ({ forceRefreshToken }) => {
        fetched.push(forceRefreshToken);
        return token("ada");
      },
      (isAuthenticated) => told.push(isAuthenticated),
    );
    assert.equal((await client.query(whoami, {}))?.subject, "ada");
    await until(() => fetched.length === 2, "it fetches a fresh one");
    assert.equal((await client.query(whoami, {}))?.subject, "ada");
    assert.deepEqual([told, fetched], [[true], [false, true]]);
  });

  it("is told that it is not where every token is refused, and its queries go on as nobody's", async () => {
    const client = open();
    const told: boolean[] = [];
    client.setAuth(
      async () => token("ada", 3600, STRANGER),
      (isAuthenticated) => told.push(isAuthenticated),
    );
    const seen: unknown[] = [];
    client.onUpdate(whoami, {}, (value) => seen.push(value));
    await until(() => told.length > 0 && seen.length > 0, "it goes on");
    assert.deepEqual([told.at(-1), seen.at(-1)], [false, null]);
  });

  it("whose token runs out goes on with another, and what it was about to write is there once", async () => {
    const client = open();
    let lifetime = 3;
    // The library does not refresh in time what has no more time than this.
    client.setAuth(async () => token("ada", lifetime));
    assert.equal((await client.query(whoami, {}))?.subject, "ada");
    lifetime = 3600;
    await sleep(3100);
    await client.mutation(send, { body: "written" });
    assert.equal((await client.query(whoami, {}))?.subject, "ada");
    assert.deepEqual(await app.run("query", "messages:list"), ["written"]);
  });
});

// Convex Auth, unchanged: the deployment is its own identity provider, by two HTTP actions of the library.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { runEpigraph } from "./support/command.ts";
import { asAdmin, FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("library-auth"), packages: ["@convex-dev/auth", "@auth/core"] });
after(() => app.stop());

// As the library's own command sets them.
const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
const variables = {
  JWT_PRIVATE_KEY: (await exportPKCS8(privateKey)).trimEnd().replace(/\n/g, " "),
  JWKS: JSON.stringify({ keys: [{ use: "sig", ...(await exportJWK(publicKey)) }] }),
  SITE_URL: "http://localhost:3000",
};
for (const [name, value] of Object.entries(variables)) {
  const { exitCode, stderr } = await runEpigraph(["env", "set", `${name}=${value}`, "--dir", app.folder]);
  assert.equal(exitCode, 0, stderr);
}

const signIn = makeFunctionReference<"action", Record<string, unknown>, { tokens: Tokens | null }>(
  "auth:signIn",
);
const signOut = makeFunctionReference<"action">("auth:signOut");
const isAuthenticated = makeFunctionReference<"query">("auth:isAuthenticated");
const me = makeFunctionReference<"query", Record<string, unknown>, { email: string } | null>("notes:me");
const add = makeFunctionReference<"mutation", { text: string }>("notes:add");
const mine = makeFunctionReference<"query", Record<string, unknown>, string[]>("notes:mine");

interface Tokens {
  readonly token: string;
  readonly refreshToken: string;
}

const newClient = (): ConvexHttpClient => new ConvexHttpClient(app.api, { logger: false });

async function withPassword(
  client: ConvexHttpClient,
  flow: string,
  email: string,
  password: string,
): Promise<Tokens> {
  const { tokens } = await client.action(signIn, { provider: "password", params: { flow, email, password } });
  assert.ok(tokens !== null);
  client.setAuth(tokens.token);
  return tokens;
}

const sessions = (): Promise<unknown> => new FunctionCaller(app, asAdmin(app)).query("notes:sessions");

describe("Convex Auth with passwords", () => {
  const ada = newClient();
  let tokens: Tokens;

  it("signs up", async () => {
    assert.equal(await ada.query(isAuthenticated, {}), false);
    await assert.rejects(ada.mutation(add, { text: "too early" }), /Sign in first/);
    tokens = await withPassword(ada, "signUp", "ada@example.org", "a good password");
    assert.equal(await ada.query(isAuthenticated, {}), true);
    assert.equal((await ada.query(me, {}))?.email, "ada@example.org");
    await ada.mutation(add, { text: "hello" });
    assert.deepEqual(await ada.query(mine, {}), ["hello"]);
  });

  it("signs in elsewhere, as the same user", async () => {
    const elsewhere = newClient();
    await withPassword(elsewhere, "signIn", "ada@example.org", "a good password");
    assert.deepEqual(await elsewhere.query(mine, {}), ["hello"]);
    assert.equal(await sessions(), 2);
  });

  it("refuses a wrong password, and an account that is there already", async () => {
    const stranger = newClient();
    await assert.rejects(
      withPassword(stranger, "signIn", "ada@example.org", "a bad password"),
      /InvalidSecret/,
    );
    await assert.rejects(
      withPassword(stranger, "signIn", "nobody@example.org", "a good password"),
      /InvalidAccountId/,
    );
    await assert.rejects(withPassword(stranger, "signUp", "ada@example.org", "another password"));
    assert.equal(await stranger.query(me, {}), null);
  });

  it("keeps users apart, in HTTP actions too", async () => {
    const bea = newClient();
    const { token } = await withPassword(bea, "signUp", "bea@example.org", "a good password");
    assert.deepEqual(await bea.query(mine, {}), []);
    const idOf = async (bearer: string): Promise<unknown> =>
      (await fetch(`${app.site}/me`, { headers: { authorization: `Bearer ${bearer}` } })).json();
    const [beasId, adasId] = [await idOf(token), await idOf(tokens.token)];
    assert.equal(typeof beasId, "string");
    assert.notEqual(beasId, adasId);
  });

  it("refreshes tokens", async () => {
    const { tokens: fresh } = await newClient().action(signIn, { refreshToken: tokens.refreshToken });
    assert.ok(fresh !== null);
    assert.notEqual(fresh.refreshToken, tokens.refreshToken);
    ada.setAuth(fresh.token);
    tokens = fresh;
    assert.deepEqual(await ada.query(mine, {}), ["hello"]);
  });

  it("signs out, after which there is nothing to refresh", async () => {
    const before = await sessions();
    await ada.action(signOut, {});
    assert.equal(await sessions(), Number(before) - 1);
    const { tokens: none } = await newClient().action(signIn, { refreshToken: tokens.refreshToken });
    assert.equal(none, null);
  });
});

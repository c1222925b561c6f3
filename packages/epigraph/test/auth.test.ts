import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { makeKey, type SigningKey, sign, toJwk } from "../src/services/auth/testing/identity-provider.ts";
import { runEpigraph } from "./support/command.ts";
import { asAdmin, assertRefused, postApi } from "./support/functions-api.ts";
import { API_RESOURCE, EDWARDS_CLIENT_ID, OidcServer } from "./support/oidc-server.ts";
import { CONVEX_CLIENT, runPython, setUpPython } from "./support/python.ts";
import { fixture, startApp } from "./support/start-app.ts";

const keys: readonly SigningKey[] = [makeKey("first"), makeKey("edwards", "EdDSA")];
const customKey = makeKey("custom", "ES256");
const jwks = Buffer.from(JSON.stringify({ keys: [toJwk(customKey)] })).toString("base64");

/** With what it needs for other signatures than those by a secret. */
const PYJWT = {
  folder: ".venv-pyjwt",
  name: "pyjwt",
  version: "2.15.1",
  beside: ["cryptography", `${CONVEX_CLIENT.name}==${CONVEX_CLIENT.version}`],
};

const oidc = await OidcServer.start(keys);
const app = await startApp({ copyOf: fixture("auth"), isBroken: true });
after(async () => {
  await app.stop();
  await oidc[Symbol.asyncDispose]();
});

async function setVariable(name: string, value: string): Promise<string> {
  const { stderr } = await runEpigraph(["env", "set", name, value, "--dir", app.folder]);
  return stderr;
}

const MISSING = /Environment variable AUTH_DOMAIN is used in auth config file but its value was not set/;

describe("an auth config that reads environment variables", () => {
  it("can't be pushed before they are set, and says how to do that", () => {
    assert.match(app.output(), MISSING);
    assert.match(app.output(), /convex\/auth\.config\.ts:5:\d+/);
    assert.match(app.output(), /epigraph env set AUTH_DOMAIN <value>/);
  });

  it("is pushed as soon as they are", async () => {
    let from = app.output().length;
    await setVariable("AUTH_DOMAIN", oidc.issuer);
    await app.waitForOutput(/Environment variable AUTH_JWKS is used in auth config file/, { from });
    from = app.output().length;
    await setVariable("AUTH_JWKS", jwks);
    const [line] = await app.waitForOutput(/Pushed in .*/, { from });
    assert.match(
      line,
      /\+ 3 auth providers CustomJWT\(issuer=https:\S+, app_id=none\), OIDC\(domain=http:\S+, app_id=app\), OIDC/,
    );
  });
});

describe("a user who signed in at an OpenID Connect server", async () => {
  const { id_token: idToken, access_token: accessToken } = await oidc.signIn("Ada");
  const ada = {
    tokenIdentifier: `${oidc.issuer}|Ada`,
    issuer: oidc.issuer,
    subject: "Ada",
    name: "Ada Lovelace",
    givenName: "Ada",
    email: "Ada@example.org",
    emailVerified: true,
    updatedAt: "2023-11-14T22:13:20.000Z",
  };
  const client = new ConvexHttpClient(app.api, { auth: idToken, logger: false });
  const bearer = { authorization: `Bearer ${idToken}` };

  it("is known in queries, mutations, and actions of both runtimes", async () => {
    assert.deepEqual(await client.query(makeFunctionReference<"query">("who:inQuery"), {}), ada);
    assert.deepEqual(await client.mutation(makeFunctionReference<"mutation">("who:inMutation"), {}), ada);
    assert.deepEqual(await client.action(makeFunctionReference<"action">("who:inAction"), {}), ada);
    assert.deepEqual(await client.action(makeFunctionReference<"action">("node:inNode"), {}), ada);
  });

  it("is known in what actions call, and in HTTP actions", async () => {
    assert.deepEqual(await client.action(makeFunctionReference<"action">("who:nested"), {}), [
      "Ada",
      "Ada",
      "Ada",
    ]);
    for (const [path, expected] of [
      ["/who", ada],
      ["/subject", "Ada"],
    ] as const) {
      const response = await fetch(app.site + path, { headers: bearer });
      assert.deepEqual(await response.json(), expected);
    }
  });

  it("is known by access tokens and by EdDSA, too", async () => {
    const api = new ConvexHttpClient(app.api, { auth: accessToken });
    const identity = await api.query(makeFunctionReference<"query">("who:inQuery"), {});
    assert.equal(identity?.tokenIdentifier, ada.tokenIdentifier);
    const { id_token: edwards } = await oidc.signIn("Bea", EDWARDS_CLIENT_ID);
    await app.save({
      "convex/auth.config.ts": app
        .read("convex/auth.config.ts")
        .replace(`"${API_RESOURCE}"`, JSON.stringify(EDWARDS_CLIENT_ID)),
    });
    const bea = new ConvexHttpClient(app.api, { auth: edwards });
    assert.equal((await bea.query(makeFunctionReference<"query">("who:inQuery"), {}))?.name, "Bea Lovelace");
    // Active with the push: what it does not name is a stranger now.
    await assertRefused(
      postApi(
        app,
        "/api/query",
        { path: "who:inQuery", args: {} },
        { authorization: `Bearer ${accessToken}` },
      ),
      401,
      "NoAuthProvider",
    );
  });

  it("sees no answer that was another user's, nor one that was nobody's", async () => {
    const other = new ConvexHttpClient(app.api, { auth: (await oidc.signIn("Cora")).id_token });
    const nobody = new ConvexHttpClient(app.api);
    const query = makeFunctionReference<"query">("who:inQuery");
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => [client, other, nobody][i % 3]?.query(query, {})),
    );
    assert.deepEqual(
      answers.map((identity) => identity?.subject ?? null),
      Array.from({ length: 30 }, (_, i) => ["Ada", "Cora", null][i % 3]),
    );
  });

  it("has the token in the request's metadata, which others have not", async () => {
    const path = { path: "who:token", args: {} };
    assert.equal((await postApi(app, "/api/mutation", path, bearer)).json["value"], idToken);
    assert.equal((await postApi(app, "/api/mutation", path)).json["value"], null);
    assert.equal(
      (await postApi(app, "/api/mutation", path, asAdmin(app, { tokenIdentifier: "x" }))).json["value"],
      null,
    );
    const inHttpAction = async (authorization: string): Promise<unknown> =>
      (await fetch(`${app.site}/token`, { headers: { authorization } })).json();
    assert.equal(await inHttpAction(bearer.authorization), idToken);
    assert.equal(await inHttpAction("Bearer garbage"), null);
  });
});

describe("a token that is refused", () => {
  const expired = sign({ iss: "https://custom.example", sub: "x", exp: 1000 }, customKey);

  it("fails a call of the functions API", async () => {
    await assertRefused(
      postApi(app, "/api/query", { path: "who:inQuery", args: {} }, { authorization: `Bearer ${expired}` }),
      401,
      "InvalidAuthHeader",
      /^Could not validate token: it has expired$/,
    );
    const client = new ConvexHttpClient(app.api, { auth: expired, logger: false });
    await assert.rejects(
      client.query(makeFunctionReference<"query">("who:inQuery"), {}),
      /Could not validate token/,
    );
  });

  it("fails the question who it is in an HTTP action, and nothing else", async () => {
    const get = async (path: string): Promise<[number, string]> => {
      const response = await fetch(app.site + path, { headers: { authorization: `Bearer ${expired}` } });
      return [response.status, await response.text()];
    };
    assert.deepEqual(await get("/public"), [200, "open"]);
    assert.deepEqual(await get("/subject"), [200, "null"]);
    const [status, text] = await get("/who");
    assert.equal(status, 500);
    assert.match(text, /Could not validate token: it has expired/);
  });
});

describe("a token of a custom provider", () => {
  const claims = {
    iss: "https://custom.example",
    sub: "kim",
    exp: Math.floor(Date.now() / 1000) + 3600,
    given_name: "Kim",
    org: { id: "o1" },
  };
  const expected = {
    tokenIdentifier: "https://custom.example|kim",
    issuer: "https://custom.example",
    subject: "kim",
    given_name: "Kim",
    "org.id": "o1",
  };

  it("has its claims in their own names", async () => {
    const client = new ConvexHttpClient(app.api, { auth: sign(claims, customKey) });
    assert.deepEqual(await client.query(makeFunctionReference<"query">("who:inQuery"), {}), expected);
  });

  it("may be made by PyJWT and sent by the official Python client", async (context) => {
    const setUp = await setUpPython(PYJWT);
    if ("missing" in setUp) return context.skip(setUp.missing);
    const pem = customKey.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const script = `${fixture("python")}/signed_token.py`;
    const identity = await runPython(setUp.python, script, [
      app.api,
      pem,
      JSON.stringify(claims),
      customKey.kid,
    ]);
    assert.deepEqual(identity, expected);
  });
});

describe("a change of the environment", () => {
  const domain = async (value: string | null): Promise<number> => {
    const changes = [{ name: "AUTH_DOMAIN", value }];
    const response = await fetch(`${app.api}/api/update_environment_variables`, {
      method: "POST",
      headers: { ...asAdmin(app), "content-type": "application/json" },
      body: JSON.stringify({ changes }),
    });
    await response.text();
    return response.status;
  };

  it("changes the providers at once", async () => {
    const { id_token: idToken } = await oidc.signIn("Ada");
    const ask = (): ReturnType<typeof postApi> =>
      postApi(app, "/api/query", { path: "who:inQuery", args: {} }, { authorization: `Bearer ${idToken}` });
    assert.equal((await ask()).status, 200);
    assert.equal(await domain("https://elsewhere.example"), 200);
    await assertRefused(
      ask(),
      401,
      "NoAuthProvider",
      /OIDC\(domain=https:\/\/elsewhere\.example, app_id=app\)/,
    );
    assert.equal(await domain(oidc.issuer), 200);
    assert.equal((await ask()).status, 200);
  });

  it("is refused as a whole when the auth config can't do with it", async () => {
    const change = (changes: readonly object[]): ReturnType<typeof postApi> =>
      postApi(app, "/api/update_environment_variables", { changes }, asAdmin(app));
    await assertRefused(
      change([{ name: "OTHER", value: "1" }, { name: "AUTH_DOMAIN" }]),
      400,
      "AuthConfigMissingEnvironmentVariable",
      /^This change would make the auth config invalid: Environment variable AUTH_DOMAIN is used in auth config file/,
    );
    await assertRefused(
      change([{ name: "AUTH_DOMAIN", value: "nonsense" }]),
      400,
      "InvalidProviderDomainUrl",
      /^This change would make the auth config invalid: /,
    );
    const listed = await fetch(`${app.api}/api/list_environment_variables`, { headers: asAdmin(app) });
    const { environmentVariables } = (await listed.json()) as { environmentVariables: object };
    assert.deepEqual(environmentVariables, { AUTH_DOMAIN: oidc.issuer, AUTH_JWKS: jwks });
  });

  it("survives a restart with the providers that it made", async () => {
    const { id_token: idToken } = await oidc.signIn("Ada");
    await app.kill("SIGKILL");
    await app.start();
    const client = new ConvexHttpClient(app.api, { auth: idToken });
    assert.equal((await client.query(makeFunctionReference<"query">("who:inQuery"), {}))?.subject, "Ada");
  });
});

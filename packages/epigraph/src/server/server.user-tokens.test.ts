import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import { badTokens } from "../services/auth/testing/bad-tokens.ts";
import { IdentityProvider } from "../services/auth/testing/identity-provider.ts";
import { goodTokens, PUBLISHED_KEYS, trustedProviders } from "../services/auth/testing/token-makers.ts";
import { respondText, TestServer } from "./testing/test-server.ts";

const provider = await IdentityProvider.start(PUBLISHED_KEYS);
const server = await TestServer.start({ providers: trustedProviders(provider) });
after(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(() => {
  server.functions.calls.length = 0;
  server.functions.httpCalls.length = 0;
  server.functions.runHttpAction = respondText("hi");
});

const REQUEST = { path: "m:l", args: {} };
const bad = badTokens(provider, Date.now());
const [good = ""] = goodTokens(provider, Date.now());
const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });
const asAda = {
  type: "user",
  identity: { tokenIdentifier: `${provider.issuer}|ada`, issuer: provider.issuer, subject: "ada" },
  token: good,
};

describe("a bad token", () => {
  it("is a 401 of the functions API with code and text, and runs nothing", async () => {
    for (const { what, token, code, text } of bad) {
      const response = await server.post("/api/query", REQUEST, bearer(token));
      const body = (await response.json()) as { code: string; message: string };
      assert.deepEqual([response.status, body.code], [401, code], what);
      assert.ok(body.message.startsWith(text), `${what}: ${body.message}`);
    }
    assert.equal(server.functions.calls.length, 0);
  });

  it("does not keep an HTTP action from running, which knows why auth must reject", async () => {
    for (const { what, token, text } of bad) {
      server.functions.httpCalls.length = 0;
      const response = await fetch(`${server.site}/a`, { headers: bearer(token) });
      assert.equal(response.status, 200, what);
      const [call] = server.functions.httpCalls;
      assert.ok(call?.caller.type === "rejected", what);
      assert.ok(call.caller.message.startsWith(text), `${what}: ${call.caller.message}`);
    }
  });

  it("is looked at after the body of the request", async () => {
    const response = await server.post("/api/query", "{", bearer((bad[0] as { token: string }).token));
    assert.equal(((await response.json()) as { code: string }).code, "BadJsonBody");
  });
});

describe("a good token", () => {
  for (const [path, body] of [
    ["/api/query", REQUEST],
    ["/api/mutation", REQUEST],
    ["/api/action", REQUEST],
    ["/api/run/m/l", { args: {} }],
    ["/api/query_batch", { queries: [REQUEST] }],
  ] as const) {
    it(`is a user at ${path}, whether it is verified now or was before`, async () => {
      for (const token of [goodTokens(provider, Date.now() + Math.random())[0] as string, good, good]) {
        const response = await server.post(path, body, bearer(token));
        assert.equal(response.status, 200, await response.text());
      }
      const callers = server.functions.calls.map(({ caller }) => ({ ...caller, token: good }));
      assert.deepEqual(callers, [asAda, asAda, asAda]);
    });
  }

  it("is a user in an HTTP action", async () => {
    await fetch(`${server.site}/a`, { headers: bearer(good) });
    assert.deepEqual(server.functions.httpCalls[0]?.caller, asAda);
  });

  it("is no admin", async () => {
    for (const path of ["/api/check_admin_key", "/api/list_environment_variables"]) {
      const response = await fetch(server.api + path, { headers: bearer(good) });
      assert.equal(response.status, 403);
      assert.equal(((await response.json()) as { code: string }).code, "BadDeployKey");
    }
    const response = await server.post("/api/function", REQUEST, bearer(good));
    assert.equal(response.status, 403);
  });
});

describe("a provider that can't be asked", () => {
  it("gives the status that it answered with, and the text to HTTP actions", async () => {
    await using down = await IdentityProvider.start(PUBLISHED_KEYS);
    down.answers.metadata = { status: 503, body: "maintenance" };
    await using other = await TestServer.start({ providers: trustedProviders(down) });
    other.functions.runHttpAction = respondText("hi");
    const [token = ""] = goodTokens(down, Date.now());
    const response = await other.post("/api/query", REQUEST, bearer(token));
    const message = `Auth provider discovery of ${down.issuer} failed: 503 maintenance`;
    assert.deepEqual(
      [response.status, await response.json()],
      [503, { code: "AuthProviderDiscoveryFailed", message }],
    );
    await fetch(`${other.site}/a`, { headers: bearer(token) });
    assert.deepEqual(other.functions.httpCalls[0]?.caller, { type: "rejected", message });
  });
});

describe("where texts are redacted", () => {
  it("nobody learns which providers there are", async () => {
    await using redacted = await TestServer.start({
      providers: trustedProviders(provider),
      parts: { redactErrors: true },
    });
    const stranger = bad.find(({ code }) => code === "NoAuthProvider") as { token: string };
    const response = await redacted.post("/api/query", REQUEST, bearer(stranger.token));
    assert.deepEqual(await response.json(), {
      code: "NoAuthProvider",
      message: "No auth provider found matching the given token",
    });
  });
});

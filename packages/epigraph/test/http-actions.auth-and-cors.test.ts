import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { asAdmin } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("auth-and-cors") });
after(() => app.stop());

async function get(path: string, authorization?: string): Promise<[status: number, body: string]> {
  const response = await fetch(
    app.site + path,
    authorization === undefined ? {} : { headers: { authorization } },
  );
  return [response.status, await response.text()];
}

/** JSON of the answer to a request that must succeed. */
async function identityAt(path: string, authorization?: string): Promise<unknown> {
  const [status, body] = await get(path, authorization);
  assert.equal(status, 200, body);
  return JSON.parse(body);
}

describe("an HTTP action without credentials", () => {
  it("sees no identity", async () => assert.equal(await identityAt("/who"), null));
});

describe("credentials that can't be used", () => {
  it("do not keep the action from running", async () =>
    assert.deepEqual(await get("/a", "Bearer garbage"), [200, "a"]));

  it("are the handler's to read, whatever their scheme", async () => {
    const basic = "Basic Zm9vOmJhcg==";
    assert.deepEqual(await get("/authorization", basic), [200, basic]);
  });

  it("end an action that asks for the identity and handles no error", async () => {
    const [status, body] = await get("/who", "Bearer garbage");
    assert.equal(status, 500);
    assert.match((JSON.parse(body) as { code: string }).code, /Could not parse JWT payload/);
  });

  it("are an error that the handler can catch", async () => {
    const [status, body] = await get("/who-or-why", "Bearer garbage");
    assert.equal(status, 401);
    assert.match(body, /^Could not parse JWT payload\./);
  });

  const reasons: readonly (readonly [authorization: string, reason: string])[] = [
    ["Basic Zm9vOmJhcg==", "Invalid admin key"],
    ["Bearer", "Invalid admin key"],
    ["short", "Invalid authentication header"],
    ["Convex other|key", "The provided admin key was invalid for this instance"],
  ];
  for (const [authorization, reason] of reasons) {
    it(`say what is wrong with "${authorization}"`, async () =>
      assert.deepEqual(await get("/who-or-why", authorization), [401, reason]));
  }

  for (const kind of ["query", "mutation"]) {
    it(`are no identity for a ${kind} that the action runs`, async () =>
      assert.equal(await identityAt(`/who/${kind}`, "Bearer garbage"), null));
  }
});

describe("an admin", () => {
  it("is no user", async () => assert.equal(await identityAt("/who", asAdmin(app).authorization), null));

  for (const path of ["/who", "/who/query", "/who/mutation", "/who/action"]) {
    it(`can act as a user, at ${path}`, async () => {
      const { authorization } = asAdmin(app, {
        issuer: "https://issuer",
        subject: "me",
        name: "Ada",
        plan: "gold",
      });
      assert.deepEqual(await identityAt(path, authorization), {
        tokenIdentifier: "https://issuer|me",
        issuer: "https://issuer",
        subject: "me",
        name: "Ada",
        plan: "gold",
      });
    });
  }
});

describe("cross-origin requests", () => {
  const corsHeaders = ({ headers }: Response): string[] =>
    [...headers.keys()].filter((name) => name.startsWith("access-control-"));
  const headers = { Origin: "https://page.example" };

  it("get no preflight answer where no route gives one", async () => {
    const response = await fetch(`${app.site}/a`, { method: "OPTIONS", headers });
    assert.deepEqual([response.status, await response.text()], [404, "No matching routes found"]);
    assert.deepEqual(corsHeaders(response), []);
  });

  it("get no header from the server", async () =>
    assert.deepEqual(corsHeaders(await fetch(`${app.site}/a`, { headers })), []));

  it("get the headers that the handler sets", async () => {
    const response = await fetch(`${app.site}/open`, { headers });
    assert.equal(response.headers.get("access-control-allow-origin"), "https://only.example");
    assert.deepEqual(corsHeaders(response), ["access-control-allow-origin"]);
  });
});

describe("the client's version", () => {
  it("is checked for HTTP actions too", async () => {
    const response = await fetch(`${app.site}/a`, { headers: { "Convex-Client": "nodash" } });
    assert.equal(response.status, 400);
    assert.equal(((await response.json()) as { code: string }).code, "InvalidClientVersion");
  });
});

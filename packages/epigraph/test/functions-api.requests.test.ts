import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { type ApiAnswer, asAdmin, assertRefused, postApi } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("functions-api") });
after(() => app.stop());

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
  postApi(app, path, body, headers);

/** Answer of a query. */
const query = (path: string, body: object = {}, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
  post("/api/query", { path, args: {}, ...body }, headers);

describe("requests that are no calls", () => {
  const body = { path: "m:list", args: {} };

  it("have another content type", () =>
    assertRefused(post("/api/query", body, { "content-type": "text/plain" }), 400, "BadJsonBody"));

  it("may have a JSON content type of their own", async () =>
    assert.equal((await post("/api/query", body, { "content-type": "application/x+json" })).status, 200));

  it("are not JSON", () =>
    assertRefused(post("/api/query", "{"), 400, "BadJsonBody", /^Failed to parse the request body as JSON/));

  it("lack arguments", () =>
    assertRefused(
      post("/api/query", { path: "m:list" }),
      400,
      "BadJsonBody",
      /^Failed to deserialize the JSON body into the target type.*missing field `args`/,
    ));

  for (const path of ["/m:list", "", "m.py:list"]) {
    it(`name no function: "${path}"`, () => assertRefused(query(path), 400, "BadConvexFunctionIdentifier"));
  }

  it("have 17 MiB: 400, not 413", () =>
    assertRefused(
      post("/api/query", { path: "m:echo", args: { value: "x".repeat(17 * 1024 * 1024) } }),
      400,
      "BadJsonBody",
      /^Failed to buffer the request body/,
    ));

  it("have another method: 405", async () => {
    const response = await fetch(`${app.api}/api/mutation`);
    assert.deepEqual([response.status, await response.text()], [405, ""]);
    assert.equal(response.headers.get("allow"), "POST");
  });

  it("ask for an unknown format", () =>
    assertRefused(query("m:list", { format: "xml" }), 400, "BadFormat", /Got xml$/));
});

describe("credentials", () => {
  const withHeader = (authorization: string): Promise<ApiAnswer> => query("m:who", {}, { authorization });

  it("are not needed", async () => assert.equal((await query("m:who")).json["value"], null));

  it("of an admin call internal functions", async () =>
    assert.equal((await query("m:secret", {}, asAdmin(app))).json["value"], "secret"));

  it("of an admin can be in the URL", async () => {
    const url = `/api/query?adminKey=${encodeURIComponent(app.adminKey)}`;
    assert.equal((await post(url, { path: "m:secret", args: {} })).json["value"], "secret");
  });

  it("of an admin act as a user", async () => {
    const { json } = await query("m:who", {}, asAdmin(app, { issuer: "i", subject: "s" }));
    assert.equal((json["value"] as { tokenIdentifier: string }).tokenIdentifier, "i|s");
  });

  it("that are no token are refused, and nothing runs", () =>
    assertRefused(withHeader("Bearer garbage"), 401, "InvalidAuthHeader", /^Could not parse JWT payload\./));

  it("of nobody that the app trusts are refused", () => {
    const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");
    const token = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: "https://i", sub: "s" })}.c2ln`;
    return assertRefused(
      withHeader(`Bearer ${token}`),
      401,
      "NoAuthProvider",
      /^No auth provider found matching the given token \(no providers configured\)\. Check convex\/auth\.config\.ts\.$/,
    );
  });

  it("of another scheme are refused with 400", () =>
    assertRefused(withHeader("Basic Zm9vOmJhcg=="), 400, "InvalidAdminKey"));

  it("that are too short are refused with 400", () =>
    assertRefused(withHeader("Basic"), 400, "InvalidHeaderFailure"));

  it("of another deployment are refused", () =>
    assertRefused(withHeader("Convex other|key"), 401, "BadAdminKey"));

  it("that act as nobody are refused", () =>
    assertRefused(withHeader(`Convex ${app.adminKey}:bm8ganNvbg==`), 400, "HeaderParseFailure"));
});

describe("clients", () => {
  it("have a name and a version", () =>
    assertRefused(
      query("m:list", {}, { "Convex-Client": "nodash" }),
      400,
      "InvalidClientVersion",
      /^Failed to parse client version string: '/,
    ));

  it("that are too old are told to update", async () => {
    const { status, headers, json } = await query("m:list", {}, { "Convex-Client": "npm-0.19.1" });
    assert.deepEqual([status, json["code"]], [400, "ClientVersionUnsupported"]);
    assert.equal(headers.get("x-convex-deprecation-state"), "Unsupported");
    assert.ok(headers.has("x-convex-deprecation-message"));
  });

  it("that are nearly too old are served, with a warning", async () => {
    const { status, headers } = await query("m:list", {}, { "Convex-Client": "python-0.2.0" });
    assert.equal(status, 200);
    assert.equal(headers.get("x-convex-deprecation-state"), "UpgradeRequired");
  });
});

describe("cross-origin requests", () => {
  const origin = "http://o";

  it("get an answer to their preflight", async () => {
    const response = await fetch(`${app.api}/api/query`, {
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Headers": "content-type,convex-client" },
    });
    assert.deepEqual([response.status, await response.text()], [200, ""]);
    const expected = {
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET,POST,OPTIONS,PATCH,DELETE,PUT",
      "access-control-allow-headers": "content-type,convex-client",
      "access-control-max-age": "86400",
      vary: "origin, access-control-request-method, access-control-request-headers",
    };
    for (const [name, value] of Object.entries(expected))
      assert.equal(response.headers.get(name), value, name);
  });

  it("get the headers with errors too", async () => {
    const { status, headers } = await post("/api/query", "{", { Origin: origin });
    assert.equal(status, 400);
    assert.equal(headers.get("access-control-allow-origin"), origin);
    assert.equal(headers.get("access-control-allow-credentials"), "true");
  });
});

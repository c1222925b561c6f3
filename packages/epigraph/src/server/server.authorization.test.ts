import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { respondText, sendRaw, TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.functions.calls.length = 0;
  server.functions.httpCalls.length = 0;
  server.functions.runHttpAction = respondText("hi");
});

const REQUEST = { path: "m:l", args: {} };
const NO_PROVIDERS =
  "No auth provider found matching the given token (no providers configured). Check convex/auth.config.ts.";
const NO_JWT =
  "Could not parse JWT payload. Check that the token is a valid JWT format with three base64-encoded parts separated by dots.";
const BAD_KEY = "The provided admin key was invalid for this instance";

function jwt(payload: object): string {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(payload)}.c2ln`;
}

/** Header, then what the functions API answers; an HTTP action's `ctx.auth` rejects with the same message. */
const refused: readonly (readonly [string, number, string, string | RegExp])[] = [
  ["Bearer garbage", 401, "InvalidAuthHeader", NO_JWT],
  ["Bearer a.b", 401, "InvalidAuthHeader", NO_JWT],
  ["Bearer e30.!!.c2ln", 401, "InvalidAuthHeader", NO_JWT],
  [
    `bearer ${jwt({ sub: "s" })}`,
    401,
    "InvalidAuthHeader",
    /^Missing issuer claim \('iss'\) in JWT payload\./,
  ],
  [`BEARER   ${jwt({ iss: "https://i" })}`, 401, "NoAuthProvider", NO_PROVIDERS],
  ["Basic Zm9vOmJhcg==", 400, "InvalidAdminKey", "Invalid admin key"],
  ["Basic x", 400, "InvalidAdminKey", "Invalid admin key"],
  ["Bearer", 400, "InvalidAdminKey", "Invalid admin key"],
  ["x", 400, "InvalidHeaderFailure", "Invalid authentication header"],
  ["Basic", 400, "InvalidHeaderFailure", "Invalid authentication header"],
  ["Convex nonsense", 401, "BadAdminKey", BAD_KEY],
  ["Convex other|0123", 401, "BadAdminKey", BAD_KEY],
  ["Convex other|0123:%%%", 400, "HeaderParseFailure", "Malformed Authorization header."],
];

describe("the functions API", () => {
  for (const [header, status, code, message] of refused) {
    test(`answers ${status} ${code} to "${header.slice(0, 24)}" and runs nothing`, async () => {
      const response = await server.post("/api/query", REQUEST, { Authorization: header });
      const body = (await response.json()) as { code: string; message: string };
      assert.equal(response.status, status);
      assert.equal(body.code, code);
      if (typeof message === "string") assert.equal(body.message, message);
      else assert.match(body.message, message);
      assert.equal(server.functions.calls.length, 0);
    });
  }

  test("answers 400 HeaderParseFailure to bytes beyond ASCII", async () => {
    const head = "POST /api/query HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer \xfc\r\n";
    const answer = await sendRaw(
      server.api,
      `${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    );
    assert.match(answer, /^HTTP\/1\.1 400 .*"HeaderParseFailure"/s);
  });

  test("looks at the syntax of the header before the body, and at credentials after it", async () => {
    const syntax = await server.post("/api/query", "{", { Authorization: "Basic x" });
    assert.equal(((await syntax.json()) as { code: string }).code, "InvalidAdminKey");
    const credentials = await server.post("/api/query", "{", { Authorization: "Bearer garbage" });
    assert.equal(((await credentials.json()) as { code: string }).code, "BadJsonBody");
  });

  test("takes the admin key in any case of the scheme, with a prefix, and from the URL", async () => {
    const key = server.keys.create();
    for (const header of [`Convex ${key}`, `convex ${key}`, `CONVEX  prod:${key}`]) {
      await server.post("/api/query", REQUEST, { Authorization: header });
    }
    await server.post(`/api/query?adminKey=${encodeURIComponent(key)}`, REQUEST);
    const callers = server.functions.calls.map((call) => call.caller);
    assert.deepEqual(callers, Array(4).fill({ type: "admin", actingAs: null, rights: "all", name: "root" }));
  });

  test("lets an admin act as a user", async () => {
    const identity = Buffer.from('{"issuer":"i","subject":"s","name":"Ada"}').toString("base64");
    await server.post("/api/query", REQUEST, { Authorization: `${server.adminHeader}:${identity}` });
    assert.deepEqual(server.functions.calls[0]?.caller, {
      type: "admin",
      actingAs: { tokenIdentifier: "i|s", issuer: "i", subject: "s", name: "Ada" },
      rights: "all",
      name: "root",
    });
  });
});

describe("HTTP actions", () => {
  for (const [header, , , message] of refused) {
    test(`run with "${header.slice(0, 24)}", and know why auth must reject`, async () => {
      const response = await fetch(`${server.site}/a`, { headers: { Authorization: header } });
      assert.equal(response.status, 200);
      const [call] = server.functions.httpCalls;
      assert.ok(call?.caller.type === "rejected");
      if (typeof message === "string") assert.equal(call.caller.message, message);
      else assert.match(call.caller.message, message);
      assert.ok(call.headers.some(([name, value]) => name === "authorization" && value === header));
    });
  }

  test("are anonymous without the header and admin with the key", async () => {
    await fetch(`${server.site}/a`);
    await fetch(`${server.site}/a`, { headers: { Authorization: server.adminHeader } });
    const callers = server.functions.httpCalls.map((call) => call.caller);
    assert.deepEqual(callers, [
      { type: "anonymous" },
      { type: "admin", actingAs: null, rights: "all", name: "root" },
    ]);
  });
});

describe("endpoints for admins", () => {
  const endpoints: readonly (readonly [string, string, unknown])[] = [
    ["POST", "/api/function", { path: "m:l", args: {} }],
    ["GET", "/api/check_admin_key", null],
    ["GET", "/api/list_environment_variables", null],
    ["GET", "/api/v1/list_environment_variables", null],
    ["POST", "/api/update_environment_variables", { changes: [] }],
    ["POST", "/api/v1/update_environment_variables", { changes: [] }],
    ["GET", "/api/v1/get_canonical_urls", null],
  ];
  for (const [method, path, body] of endpoints) {
    const call = (headers: Record<string, string>): Promise<Response> =>
      fetch(server.api + path, {
        method,
        headers: { "Content-Type": "application/json", ...headers },
        body: body === null ? null : JSON.stringify(body),
      });
    test(`${method} ${path} is closed to strangers and open to the key`, async () => {
      const anonymous = await call({});
      assert.equal(anonymous.status, 403);
      const envelope = (await anonymous.json()) as { code: string; message: string };
      assert.equal(envelope.code, "BadDeployKey");
      assert.match(envelope.message, /^The provided deploy key was invalid for this deployment\. /);
      assert.equal((await call({ Authorization: "Convex bad" })).status, 401);
      assert.equal((await call({ Authorization: "Bearer garbage" })).status, 401);
      assert.equal((await call({ Authorization: server.adminHeader })).status, 200);
    });
  }

  test("/api/function runs anything in any component", async () => {
    const headers = { Authorization: server.adminHeader };
    await server.post("/api/function", { path: "m:l", args: { a: 1 }, componentPath: "a/b" }, headers);
    await server.post("/api/function", { path: "m:l", args: {}, componentPath: null }, headers);
    const [inComponent, inRoot] = server.functions.calls;
    assert.deepEqual([inComponent?.kind, inComponent?.componentPath], ["any", "a/b"]);
    assert.equal(inRoot?.componentPath, "");
    const bad = await server.post("/api/function", { path: "m:l", args: {}, componentPath: "a//b" }, headers);
    assert.equal(((await bad.json()) as { code: string }).code, "InvalidComponentPath");
  });

  test("/api/function looks at credentials before the path", async () => {
    const response = await server.post("/api/function", { path: "/", args: {} });
    assert.equal(response.status, 403);
  });

  test("/api/check_admin_key says that every operation is allowed", async () => {
    const response = await fetch(`${server.api}/api/check_admin_key`, {
      headers: { Authorization: server.adminHeader, "Convex-Client": "dashboard-0.0.0" },
    });
    assert.deepEqual(await response.json(), { success: true, allowedOps: [], isReadOnly: false });
  });

  test("environment variables are changed and listed", async () => {
    const headers = { Authorization: server.adminHeader };
    const changes = [{ name: "A", value: "1" }, { name: "B", value: null }, { name: "C" }];
    const updated = await server.post("/api/update_environment_variables", { changes }, headers);
    assert.equal(updated.status, 200);
    assert.equal(await updated.text(), "");
    const listed = await fetch(`${server.api}/api/v1/list_environment_variables`, { headers });
    assert.deepEqual(await listed.json(), { environmentVariables: { A: "1" } });
    const refusedChange = await server.post(
      "/api/v1/update_environment_variables",
      { changes: [{ name: "CONVEX_SITE_URL", value: "x" }] },
      headers,
    );
    assert.equal(refusedChange.status, 400);
    assert.equal(((await refusedChange.json()) as { code: string }).code, "EnvVarNameForbidden");
    for (const bad of [{}, { name: 1 }, { name: "A", value: 1 }, { name: "A", value: "\ud800" }, null]) {
      const response = await server.post("/api/update_environment_variables", { changes: [bad] }, headers);
      assert.equal(((await response.json()) as { code: string }).code, "BadJsonBody", JSON.stringify(bad));
    }
  });

  test("the canonical URLs are the listeners' own unless the operator names others", async () => {
    const ask = async (test: TestServer): Promise<unknown> =>
      (
        await fetch(`${test.api}/api/v1/get_canonical_urls`, { headers: { Authorization: test.adminHeader } })
      ).json();
    assert.deepEqual(await ask(server), { convexCloudUrl: server.api, convexSiteUrl: server.site });
    await using onePort = await TestServer.start({ sitePort: null });
    assert.deepEqual(await ask(onePort), {
      convexCloudUrl: onePort.api,
      convexSiteUrl: `${onePort.api}/http`,
    });
    const origins = { api: "https://api.example", site: "https://site.example" };
    await using named = await TestServer.start({ parts: { origins } });
    assert.deepEqual(await ask(named), { convexCloudUrl: origins.api, convexSiteUrl: origins.site });
  });
});

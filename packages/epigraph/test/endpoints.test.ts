import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { asAdmin, assertRefused, FunctionCaller, postApi } from "./support/functions-api.ts";
import { httpRequest } from "./support/http-request.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("functions-api") });
after(() => app.stop());

async function getText(path: string): Promise<string> {
  const response = await fetch(app.api + path);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  return response.text();
}

async function getJson(
  path: string,
  headers: Record<string, string> = {},
): Promise<[number, Record<string, unknown>]> {
  const response = await fetch(app.api + path, { headers });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

describe("the deployment says", () => {
  it("that it runs", async () =>
    assert.equal(await getText("/"), "This Convex deployment is running. See https://docs.convex.dev/."));

  for (const path of ["/version", "/instance_version"]) {
    it(`its version at ${path}`, async () => assert.match(await getText(path), /^\d+\.\d+\.\d+/));
  }

  it("its name, as it stands in its admin keys", async () => {
    const name = await getText("/instance_name");
    assert.ok(app.adminKey.startsWith(`${name}|`), `${app.adminKey} is not a key of ${name}`);
  });

  it("404 without a body where it has nothing", async () => {
    const response = await fetch(`${app.api}/api/nothing`);
    assert.deepEqual([response.status, await response.text()], [404, ""]);
  });
});

describe("/api/check_admin_key", () => {
  const path = "/api/check_admin_key";

  it("accepts the key", async () => {
    const [status, json] = await getJson(path, asAdmin(app));
    assert.deepEqual([status, json], [200, { success: true, allowedOps: [], isReadOnly: false }]);
  });

  it("refuses nobody's request with 403", async () => {
    const [status, json] = await getJson(path);
    assert.deepEqual([status, json["code"]], [403, "BadDeployKey"]);
  });

  it("refuses a wrong key with 401", async () => {
    const [name] = app.adminKey.split("|");
    const [status, json] = await getJson(path, { authorization: `Convex ${name}|00` });
    assert.deepEqual([status, json["code"]], [401, "BadAdminKey"]);
  });
});

describe("/echo", () => {
  it("sends 4 MiB back unchanged", async () => {
    const body = Uint8Array.from({ length: 4 * 1024 * 1024 }, (_, i) => (i * 7) ^ (i >> 10));
    const answer = await httpRequest(`${app.api}/echo`, { method: "POST", body });
    assert.equal(answer.status, 200);
    assert.ok(answer.body.equals(body));
  });
});

describe("built-in environment variables", () => {
  const functions = new FunctionCaller(app);

  it("are where the deployment is", async () => {
    assert.equal(await functions.query("m:environment", { name: "CONVEX_CLOUD_URL" }), app.api);
    assert.equal(await functions.query("m:environment", { name: "CONVEX_SITE_URL" }), app.site);
    const [, urls] = await getJson("/api/v1/get_canonical_urls", asAdmin(app));
    assert.deepEqual(urls, { convexCloudUrl: app.api, convexSiteUrl: app.site });
  });

  it("can't be set", () =>
    assertRefused(
      postApi(
        app,
        "/api/v1/update_environment_variables",
        { changes: [{ name: "CONVEX_SITE_URL", value: "x" }] },
        asAdmin(app),
      ),
      400,
      "EnvVarNameForbidden",
      /^Environment variable with name "CONVEX_SITE_URL" is built-in and cannot be overridden$/,
    ));
});

describe("environment variables", () => {
  const functions = new FunctionCaller(app);
  const list = async (): Promise<unknown> => {
    const [, json] = await getJson("/api/v1/list_environment_variables", asAdmin(app));
    return json["environmentVariables"];
  };
  const change = async (changes: readonly object[]): Promise<void> => {
    const response = await fetch(`${app.api}/api/v1/update_environment_variables`, {
      method: "POST",
      headers: { "content-type": "application/json", ...asAdmin(app) },
      body: JSON.stringify({ changes }),
    });
    assert.deepEqual([response.status, await response.text()], [200, ""]);
  };

  it("reach functions as soon as they are set, and are gone when removed", async () => {
    await change([
      { name: "GREETING", value: "hello" },
      { name: "OTHER", value: "x" },
    ]);
    assert.deepEqual(await list(), { GREETING: "hello", OTHER: "x" });
    assert.equal(await functions.query("m:environment", { name: "GREETING" }), "hello");
    await change([{ name: "GREETING", value: null }]);
    assert.deepEqual(await list(), { OTHER: "x" });
    assert.equal(await functions.query("m:environment", { name: "GREETING" }), null);
  });

  it("are for admins", () =>
    assertRefused(
      postApi(app, "/api/v1/update_environment_variables", { changes: [] }),
      403,
      "BadDeployKey",
    ));
});

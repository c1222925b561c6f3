import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { RawConnection } from "./testing/raw-connection.ts";
import { TestServer } from "./testing/test-server.ts";

describe("the door of the dashboard", () => {
  let folder: string;
  let server: TestServer;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-dashboard-"));
    mkdirSync(join(folder, "dashboard", "assets"), { recursive: true });
    writeFileSync(join(folder, "secret.txt"), "secret");
    writeFileSync(join(folder, "dashboard", "index.html"), "<p>page</p>");
    writeFileSync(join(folder, "dashboard", "assets", "main-1234.js"), "code();");
    server = await TestServer.start({ dashboardFolder: join(folder, "dashboard") });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const get = (path: string, init?: RequestInit): Promise<Response> => fetch(server.api + path, init);

  it("shows one page for every address of a view, which nothing may frame and into which nothing gets", async () => {
    for (const path of ["/_dashboard/", "/_dashboard/data", "/_dashboard/logs?text=x", "/_dashboard"]) {
      const response = await get(path);
      assert.equal(await response.text(), "<p>page</p>");
      const policy = response.headers.get("content-security-policy") ?? "";
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|https?:/);
      assert.equal(response.headers.get("x-frame-options"), "DENY");
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      assert.equal(response.headers.get("referrer-policy"), "no-referrer");
      assert.equal(response.headers.get("cache-control"), "no-cache");
      assert.equal(response.headers.get("access-control-allow-origin"), null);
    }
  });

  it("gives assets for ever, compressed for who can read that", async () => {
    const response = await get("/_dashboard/assets/main-1234.js");
    assert.equal(await response.text(), "code();");
    assert.equal(response.headers.get("content-encoding"), "gzip");
    assert.equal(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
    const plain = await get("/_dashboard/assets/main-1234.js", {
      headers: { "accept-encoding": "identity" },
    });
    assert.equal(plain.headers.get("content-encoding"), null);
    assert.equal((await get("/_dashboard/assets/main-9999.js")).status, 404);
  });

  it("gives nothing outside its folder, however the path is written", async () => {
    for (const path of [
      "/_dashboard/../secret.txt",
      "/_dashboard/assets/../../secret.txt",
      "/_dashboard/%2e%2e/secret.txt",
      "/_dashboard/..%2fsecret.txt",
      "/_dashboard/assets\\..\\..\\secret.txt",
      "/_dashboard//etc/passwd.txt",
    ]) {
      const connection = new RawConnection(server.api);
      connection.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const answer = await connection.closed;
      assert.match(answer, /^HTTP\/1\.1 404 /, path);
      assert.doesNotMatch(answer, /secret$|root:/);
    }
  });

  it("gives the key for a link, once, and to no page of another origin", async () => {
    const open = (token: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      get("/_dashboard/api/open", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ token }),
      });
    const token = server.links.create();
    const preflight = await get("/_dashboard/api/open", {
      method: "OPTIONS",
      headers: { origin: "https://evil" },
    });
    assert.equal(preflight.headers.get("access-control-allow-origin"), null);
    assert.equal(preflight.status, 405);
    const form = await get("/_dashboard/api/open", { method: "POST", body: JSON.stringify({ token }) });
    assert.equal(form.status, 400, "what a form can send is not read");
    const first = await open(token, { origin: "https://evil" });
    assert.deepEqual(await first.json(), { adminKey: server.keys.create() });
    assert.equal(first.headers.get("access-control-allow-origin"), null);
    assert.equal(first.headers.get("cache-control"), "no-store");
    const second = await open(token);
    assert.equal(second.status, 401);
    assert.equal(((await second.json()) as { code: string }).code, "DashboardLinkInvalid");
    assert.equal((await open(7)).status, 400);
  });

  it("tells of the process and of requests to admins alone", async () => {
    for (const path of ["/_dashboard/api/state", "/_dashboard/api/requests", "/_dashboard/api/requests/1"]) {
      assert.equal((await get(path)).status, 403, path);
    }
    const headers = { authorization: `Convex ${server.keys.create()}` };
    const state = (await (await get("/_dashboard/api/state", { headers })).json()) as Record<string, unknown>;
    assert.equal(state["instanceName"], "happy-otter-1");
    const list = await (await get("/_dashboard/api/requests", { headers })).json();
    assert.deepEqual(list, { isOn: false, requests: [] });
    assert.equal((await get("/_dashboard/api/requests/1", { headers })).status, 404);
  });
});

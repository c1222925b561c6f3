import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server[Symbol.asyncDispose]());

const texts: readonly (readonly [string, string])[] = [
  ["/", "This Convex deployment is running. See https://docs.convex.dev/."],
  ["/version", "1.2.3"],
  ["/instance_version", "1.2.3"],
  ["/instance_name", "happy-otter-1"],
];
for (const [path, text] of texts) {
  test(`GET ${path} is text, and HEAD its head`, async () => {
    const response = await fetch(server.api + path);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(await response.text(), text);
    const head = await fetch(server.api + path, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("content-length"), String(text.length));
  });
}

for (const path of ["/api/nope", "/nope", "/http", "/a", "/api/query/", "/api"]) {
  test(`the unknown path ${path} is a 404 without body`, async () => {
    const response = await fetch(server.api + path);
    assert.equal(response.status, 404);
    assert.equal(response.headers.get("content-length"), "0");
  });
}

test("a wrong method is a 405 without body that names the right ones", async () => {
  const deleted = await fetch(`${server.api}/api/query`, { method: "DELETE" });
  assert.equal(deleted.status, 405);
  assert.equal(deleted.headers.get("allow"), "GET,HEAD,POST");
  assert.equal(await deleted.text(), "");
  assert.equal((await fetch(`${server.api}/version`, { method: "OPTIONS" })).status, 405);
});

for (const bytes of [0, 128, 4 * 1024 * 1024]) {
  test(`POST /echo gives ${bytes} bytes back`, async () => {
    const body = randomBytes(bytes);
    const response = await fetch(`${server.api}/echo`, { method: "POST", body });
    assert.equal(response.status, 200);
    assert.ok(body.equals(Buffer.from(await response.arrayBuffer())));
  });
}

test("a preflight is answered for every endpoint, with what was asked", async () => {
  for (const path of ["/api/query", "/api/nope", "/"]) {
    const response = await fetch(server.api + path, {
      method: "OPTIONS",
      headers: { Origin: "http://o", "Access-Control-Request-Headers": "content-type,convex-client" },
    });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), "");
    const expected = {
      "access-control-allow-origin": "http://o",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET,POST,OPTIONS,PATCH,DELETE,PUT",
      "access-control-allow-headers": "content-type,convex-client",
      "access-control-max-age": "86400",
      vary: "origin, access-control-request-method, access-control-request-headers",
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(response.headers.get(name), value);
  }
});

test("a preflight that asks for nothing names no origin and no headers", async () => {
  const response = await fetch(`${server.api}/api/query`, { method: "OPTIONS" });
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  assert.equal(response.headers.get("access-control-allow-headers"), null);
  assert.equal(response.headers.get("access-control-allow-credentials"), "true");
});

test("errors carry the CORS headers too", async () => {
  const headers = { Origin: "http://o" };
  const bad = await server.post("/api/query", "{", headers);
  const unknown = await fetch(`${server.api}/api/nope`, { headers });
  const wrongMethod = await fetch(`${server.api}/api/mutation`, { headers });
  for (const [response, status] of [
    [bad, 400],
    [unknown, 404],
    [wrongMethod, 405],
  ] as const) {
    assert.equal(response.status, status);
    assert.equal(response.headers.get("access-control-allow-origin"), "http://o");
    assert.equal(response.headers.get("access-control-expose-headers"), null);
  }
});

test("/version has no CORS headers", async () => {
  const response = await fetch(`${server.api}/version`, { headers: { Origin: "http://o" } });
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  assert.equal(response.headers.get("vary"), null);
});

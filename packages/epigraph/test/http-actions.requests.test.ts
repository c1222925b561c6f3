import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { after, describe, it } from "node:test";
import { httpRequest } from "./support/http-request.ts";
import { fixture, startApp } from "./support/start-app.ts";

const MEBIBYTE = 1024 * 1024;

const app = await startApp({ copyOf: fixture("requests") });
after(() => app.stop());

function post(
  path: string,
  body: RequestInit["body"],
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(app.site + path, { method: "POST", body: body ?? null, headers });
}

describe("the URL of a request", () => {
  const { host } = new URL(app.site);
  const urlSeen = async (headers: Record<string, string> = {}): Promise<string> =>
    (await httpRequest(`${app.site}/url?x=1&y=%20z`, { headers })).text;

  it("is the one the client used, its query untouched", async () =>
    assert.equal(await urlSeen(), `http://${host}/url?x=1&y=%20z`));

  it("has the scheme of X-Forwarded-Proto", async () =>
    assert.equal(await urlSeen({ "X-Forwarded-Proto": "https" }), `https://${host}/url?x=1&y=%20z`));

  it("has the host of X-Forwarded-Host", async () =>
    assert.equal(await urlSeen({ "X-Forwarded-Host": "example.com" }), "http://example.com/url?x=1&y=%20z"));

  it("has the host and scheme of Forwarded", async () =>
    assert.equal(
      await urlSeen({ Forwarded: "for=1.2.3.4;host=example.com;proto=https" }),
      "https://example.com/url?x=1&y=%20z",
    ));

  it("has no /http in front when it came to the API origin", async () =>
    assert.equal(await (await fetch(`${app.api}/http/url`)).text(), `${app.api}/url`));
});

describe("the headers of a request", () => {
  const headersSeen = async (
    headers: Record<string, string | string[]>,
  ): Promise<{ foo: string; names: string[] }> =>
    JSON.parse((await httpRequest(`${app.site}/headers`, { headers })).text);

  it("keep both values of a header that was sent twice", async () =>
    assert.equal((await headersSeen({ "X-Foo": ["a", "a"] })).foo, "a, a"));

  it("have their values as Latin-1", async () =>
    assert.equal((await headersSeen({ "X-Foo": "café" })).foo, "café"));

  it("include credentials, cookies and a request id", async () => {
    const { names } = await headersSeen({ Authorization: "Basic Zm9vOmJhcg==", Cookie: "a=1" });
    for (const name of ["authorization", "cookie", "convex-request-id", "host"]) {
      assert.ok(names.includes(name), `no ${name} in ${names}`);
    }
  });
});

describe("the body of a request", () => {
  it("is an empty text when a POST has none", async () =>
    assert.deepEqual(await (await post("/text", null)).json(), ["POST", ""]));

  for (const method of ["GET", "OPTIONS"]) {
    it(`is null for ${method}, even if one was sent`, async () => {
      const answer = await httpRequest(`${app.site}/has-body`, { method, body: "ignored" });
      assert.equal(answer.text, "false");
    });
  }

  for (const method of ["PUT", "PATCH", "DELETE"]) {
    it(`can be read for ${method}`, async () => {
      const response = await fetch(`${app.site}/text`, { method, body: "here" });
      assert.deepEqual(await response.json(), [method, "here"]);
    });
  }

  it("keeps each byte of a mebibyte", async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: MEBIBYTE }, (_, i) => (i * 31) ^ (i >> 8)));
    const answer = Buffer.from(await (await post("/bytes", bytes)).arrayBuffer());
    assert.ok(answer.equals(bytes));
  });

  it("can be read as a blob with the type that was sent", async () => {
    const response = await post("/blob", "héllo", { "Content-Type": "text/x-greeting" });
    assert.deepEqual(await response.json(), { size: 6, type: "text/x-greeting", text: "héllo" });
  });

  it("can be read while the client still sends", { timeout: 10_000 }, async () => {
    const outgoing = request(`${app.site}/chunks`, { method: "POST" });
    outgoing.write("first");
    const incoming = await new Promise<IncomingMessage>((resolve) => outgoing.once("response", resolve));
    const chunks = incoming.setEncoding("utf8")[Symbol.asyncIterator]();
    assert.equal((await chunks.next()).value, "first");
    outgoing.end("second");
    assert.equal((await chunks.next()).value, "second");
    assert.equal((await chunks.next()).done, true);
  });

  it("rejects a second reading with a TypeError", async () =>
    assert.deepEqual(await (await post("/twice", "a")).json(), [true, "body stream already read"]));

  it("ends the action with a SyntaxError when it is not the JSON that the handler wants", async () => {
    const response = await post("/json", "{");
    assert.equal(response.status, 500);
    assert.match(((await response.json()) as { code: string }).code, /SyntaxError/);
  });
});

describe("forms", () => {
  it("yield texts as strings and files as blobs with name and type", async () => {
    const form = new FormData();
    form.append("title", "Über");
    form.append("file", new File(["content"], "näme.txt", { type: "text/plain" }));
    form.append("title", "again");
    assert.deepEqual(await (await post("/form", form)).json(), [
      ["title", "Über"],
      ["file", true, "näme.txt", "text/plain", "content"],
      ["title", "again"],
    ]);
  });

  it("can be urlencoded", async () =>
    assert.deepEqual(await (await post("/form", new URLSearchParams({ a: "1 & 2", b: "" }))).json(), [
      ["a", "1 & 2"],
      ["b", ""],
    ]));

  it("fail the action when they are malformed", async () => {
    const response = await post("/form", "no form", { "Content-Type": "multipart/form-data; boundary=x" });
    assert.equal(response.status, 500);
    assert.match(((await response.json()) as { code: string }).code, /invalid multi-part form/);
  });
});

describe("bodies that are too large or break off", () => {
  it("take 20 MiB", async () => {
    const response = await post("/count", new Uint8Array(20 * MEBIBYTE));
    assert.equal(await response.text(), String(20 * MEBIBYTE));
  });

  it("are refused with 413 when their announced length is more than 20 MiB", async () => {
    const response = await post("/count", new Uint8Array(20 * MEBIBYTE + 1));
    assert.equal(response.status, 413);
    assert.equal(((await response.json()) as { code: string }).code, "RequestBodyTooLarge");
  });

  it("fail to be read where chunks pass 20 MiB", { timeout: 20_000 }, async () => {
    const from = app.output().length;
    const outgoing = request(`${app.site}/count`, { method: "POST" });
    outgoing.on("error", () => {});
    outgoing.write(new Uint8Array(20 * MEBIBYTE));
    outgoing.end("x");
    await app.waitForOutput(/broken after \d{8} bytes' true/, { from });
  });

  it("fail to be read when the client goes half-way", { timeout: 20_000 }, async () => {
    const from = app.output().length;
    const socket = connect(Number(new URL(app.site).port), "127.0.0.1");
    socket.write("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf");
    // Long enough for the handler to be reading when the client goes.
    setTimeout(() => socket.destroy(), 200);
    await app.waitForOutput(/broken after 4 bytes' true|Client disconnected/, { from });
    assert.equal((await fetch(`${app.site}/url`)).status, 200);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const TEXT = ["content-type", "text/plain;charset=UTF-8"];
const RANGE =
  "RangeError: Failed to construct 'Response': The status provided is outside the range [200, 599].";

const PARTS: readonly [name: string, code: string, expected: unknown][] = [
  [
    "a string body stays a string and implies its type",
    `new Response("hi")`,
    { status: 200, headerPairs: [TEXT], body: "hi" },
  ],
  ["no body implies nothing", `new Response()`, { status: 200, headerPairs: [], body: null }],
  ["204 with null", `new Response(null, { status: 204 })`, { status: 204, headerPairs: [], body: null }],
  [
    "a body with 204 does not throw",
    `new Response("x", { status: 204 })`,
    { status: 204, headerPairs: [TEXT], body: "x" },
  ],
  [
    "any status from 200 to 599",
    `new Response(null, { status: 418 })`,
    { status: 418, headerPairs: [], body: null },
  ],
  [
    "a numeric string as status",
    `new Response(null, { status: "404" })`,
    { status: 404, headerPairs: [], body: null },
  ],
  [
    "json",
    `Response.json({ a: 1 }, { status: 201 })`,
    { status: 201, headerPairs: [["content-type", "application/json"]], body: '{"a":1}' },
  ],
  [
    "json overrides a type",
    `Response.json(1, { headers: { "content-type": "a/b" } })`,
    { status: 200, headerPairs: [["content-type", "application/json"]], body: "1" },
  ],
  [
    "redirect",
    `Response.redirect("https://e.com")`,
    { status: 302, headerPairs: [["location", "https://e.com/"]], body: null },
  ],
  [
    "redirect with a relative place and a status",
    `Response.redirect("/login", 303)`,
    { status: 303, headerPairs: [["location", "/login"]], body: null },
  ],
  ["error", `Response.error()`, { status: 500, headerPairs: [], body: null }],
  [
    "several cookies stay several lines, in order",
    `(() => { const r = new Response(null, { headers: { "Set-Cookie": "a=1" } }); r.headers.append("x", "y"); r.headers.append("set-cookie", "b=2"); return r })()`,
    {
      status: 200,
      headerPairs: [
        ["set-cookie", "a=1"],
        ["x", "y"],
        ["set-cookie", "b=2"],
      ],
      body: null,
    },
  ],
  [
    "a Blob gives its type",
    `new Response(new Blob(["x"], { type: "Image/PNG" }))`,
    { status: 200, headerPairs: [["content-type", "image/png"]], body: { 0: 120 } },
  ],
  [
    "a Blob without type gives none",
    `new Response(new Blob(["x"]))`,
    { status: 200, headerPairs: [], body: { 0: 120 } },
  ],
  [
    "bytes give no type",
    `new Response(new Uint8Array([1, 2]))`,
    { status: 200, headerPairs: [], body: { 0: 1, 1: 2 } },
  ],
  [
    "a content length of the app is passed on",
    `new Response("x", { headers: [["content-length", "1"], TYPE] })`,
    {
      status: 200,
      headerPairs: [
        ["content-length", "1"],
        ["content-type", "a/b"],
      ],
      body: "x",
    },
  ],
  [
    "a response made over from another",
    `new Response("new", Response.json(1, { status: 201, headers: { a: "b" } }))`,
    {
      status: 201,
      headerPairs: [
        ["a", "b"],
        ["content-type", "application/json"],
      ],
      body: "new",
    },
  ],
];

for (const [name, code, expected] of PARTS) {
  test(name, async () => {
    using realm = await openPlatformRealm();
    assert.deepEqual(
      realm.run(`const TYPE = ["Content-Type", "a/b"]; return hooks.splitResponse(${code})`),
      expected,
    );
  });
}

for (const status of ["199", "600", "200.5", "NaN", '"x"', "0"]) {
  test(`status ${status} throws the RangeError`, async () => {
    using realm = await openPlatformRealm();
    assert.equal(
      realm.run(`try { new Response(null, { status: ${status} }) } catch (e) { return String(e) }`),
      RANGE,
    );
  });
}

test("a stream comes out as the stream itself", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    const stream = new ReadableStream({ start(c) { c.enqueue(new Uint8Array([65])); c.close() } });
    const response = new Response(stream);
    const parts = hooks.splitResponse(response);
    return [parts.body === stream, parts.headerPairs, response.bodyUsed];`);
  assert.deepEqual(result, [true, [], true]);
});

test("a response that was read, or is sent a second time, is refused", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    const read = new Response("x"); await read.text();
    const sent = new Response("x"); hooks.splitResponse(sent);
    const fail = (r) => { try { hooks.splitResponse(r) } catch (e) { return String(e) } };
    return [fail(read), fail(sent), fail({ status: 200 })];`);
  const already = "TypeError: body stream already read";
  assert.deepEqual(result, [already, already, "TypeError: Not a Response"]);
});

test("isResponse knows responses and subclasses from look-alikes", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    class Mine extends Response {}
    const values = [new Response(), new Mine(), undefined, "x", {}, Object.create(Response.prototype), new Request("http://h")];
    return values.map(hooks.isResponse);`);
  assert.deepEqual(result, [true, true, false, false, false, false, false]);
});

test("an echoed request body and clones carry the same bytes", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    const { request } = hooks.makeRequest({ url: "http://h/", method: "POST", headerPairs: [], body: new Uint8Array([72, 105]) });
    const echo = new Response(request.body);
    const copy = echo.clone();
    return [await echo.text(), await copy.text()];`);
  assert.deepEqual(result, ["Hi", "Hi"]);
});

test("a form overrides the type, because only it knows the boundary, and can be read back", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    const form = new FormData(); form.append("a", "1"); form.append("f", new File(["x"], "n.txt", { type: "text/css" }));
    const response = new Response(form, { headers: { "content-type": "multipart/form-data" } });
    const type = response.headers.get("content-type");
    const back = await response.formData();
    return [/^multipart\\/form-data; boundary=/.test(type), back.get("a"), back.get("f").name, back.get("f").type, await back.get("f").text()];`);
  assert.deepEqual(result, [true, "1", "n.txt", "text/css", "x"]);
});

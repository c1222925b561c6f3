import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const make = (method: string, body: string, pairs = "[]"): string =>
  `const { request, abort } = hooks.makeRequest({ url: "http://127.0.0.1:3211/a?b=1", method: "${method}", headerPairs: ${pairs}, body: ${body} });`;

test("repeated headers stay separate entries and get joins them", async () => {
  using realm = await openPlatformRealm();
  const pairs = `[["x-foo", "a"], ["authorization", "Bearer t"], ["x-foo", "b"], ["convex-request-id", "r"]]`;
  const result = realm.run(`${make("GET", "null", pairs)}
    return [request.headers.get("X-Foo"), request.headers.get("Authorization"), [...request.headers], request.url];`);
  assert.deepEqual(result, [
    "a, b",
    "Bearer t",
    [
      ["x-foo", "a"],
      ["authorization", "Bearer t"],
      ["x-foo", "b"],
      ["convex-request-id", "r"],
    ],
    "http://127.0.0.1:3211/a?b=1",
  ]);
});

test("the method stays as sent, HEAD too, and is not changed by headers", async () => {
  using realm = await openPlatformRealm();
  assert.equal(realm.run(`${make("HEAD", "null")} return request.method`), "HEAD");
});

test("a request without body has null as body and empty text", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`${make("GET", "null")}
    return [request.body, request.bodyUsed, await request.text(), await request.text(), request.bodyUsed];`);
  assert.deepEqual(result, [null, false, "", "", false]);
});

test("an empty body gives empty text once, and json rejects with a SyntaxError", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    const one = () => hooks.makeRequest({ url: "http://x/", method: "POST", headerPairs: [], body: new Uint8Array(0) }).request;
    const error = await one().json().catch((e) => e);
    return [await one().text(), one().body === null, error instanceof SyntaxError];`);
  assert.deepEqual(result, ["", false, true]);
});

test("a megabyte of bytes arrives unchanged", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    const bytes = Uint8Array.from({ length: 1048576 }, (_, i) => (i * 31 + (i >> 8)) & 255);
    ${make("POST", "bytes.slice()")}
    const got = new Uint8Array(await request.arrayBuffer());
    return got.length === bytes.length && got.every((byte, i) => byte === bytes[i]);`);
  assert.equal(result, true);
});

test("a body held by the host is read chunk by chunk, whichever way it is asked for", async () => {
  const chunks = [encode('{"a":'), new Uint8Array(0), encode('"ü"}')];
  using realm = await openPlatformRealm({ bodies: { 1: chunks, 2: chunks, 3: chunks, 4: chunks } });
  const result = realm.run(`
    const body = (exchange) => hooks.makeRequest({ url: "http://x/", method: "DELETE", headerPairs: [], body: { exchange } }).request;
    const seen = [];
    for await (const chunk of body(3).body) seen.push(chunk.length);
    const byob = body(4).body.getReader({ mode: "byob" });
    const first = await byob.read(new Uint8Array(3));
    return [await body(1).json(), await body(2).text(), seen, [...first.value], await body(9).text()];`);
  assert.deepEqual(result, [{ a: "ü" }, '{"a":"ü"}', [5, 5], [123, 34, 97], ""]);
});

test("a caller's buffer waiting at the end of a host body is told that there is no more", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`${make("POST", "{ exchange: 1 }")}
    const { done, value } = await request.body.getReader({ mode: "byob" }).read(new Uint8Array(3));
    return [done, value.length];`);
  assert.deepEqual(result, [true, 0]);
});

test("cancelling the stream of a host body tells the host", async () => {
  using realm = await openPlatformRealm({ bodies: { 7: [encode("x")] } });
  realm.run(`${make("POST", "{ exchange: 7 }")} await request.body.cancel();`);
  assert.deepEqual(realm.cancelled, [7]);
});

test("a broken upload rejects the reading", async () => {
  using realm = await openPlatformRealm({ bodies: { 1: [encode("x"), new Error("upload broke")] } });
  const result = realm.run(`${make("POST", "{ exchange: 1 }")}
    const error = await request.text().catch((e) => e);
    return [error instanceof Error, error.message];`);
  assert.deepEqual(result, [true, "upload broke"]);
});

for (const second of ["text", "json", "arrayBuffer", "bytes", "blob", "formData"]) {
  test(`a second read by ${second}() rejects with a TypeError`, async () => {
    using realm = await openPlatformRealm();
    const result = realm.run(`${make("POST", "new Uint8Array([65])")}
      const first = await request.text();
      const error = await request.${second}().catch((e) => e);
      return [first, request.bodyUsed, error instanceof TypeError, error.message];`);
    assert.deepEqual(result, ["A", true, true, "body stream already read"]);
  });
}

test("a body is unusable once its stream has a reader or was read from", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`${make("POST", "new Uint8Array([65, 66])")}
    const reader = request.body.getReader();
    const locked = await request.text().catch((e) => e.message);
    await reader.read();
    reader.releaseLock();
    return [locked, request.bodyUsed, await request.text().catch((e) => e.message)];`);
  assert.deepEqual(result, ["body stream already read", true, "body stream already read"]);
});

test("text drops a byte order mark and replaces broken sequences", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`${make("POST", "new Uint8Array([0xef, 0xbb, 0xbf, 65, 0xff, 0xe2, 0x82])")}
    return await request.text();`);
  assert.equal(result, "A\ufffd\ufffd");
});

test("the signal aborts when the client goes away, asked for before or after", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    ${make("GET", "null")}
    const seen = [];
    request.signal.addEventListener("abort", () => seen.push(request.signal.reason.name));
    abort();
    const late = hooks.makeRequest({ url: "http://x/", method: "GET", headerPairs: [], body: null });
    late.abort("gone");
    return [seen, request.signal === request.signal, late.request.signal.aborted, late.request.signal.reason];`);
  assert.deepEqual(result, [["AbortError"], true, true, "gone"]);
});

test("a clone has its own headers and body", async () => {
  using realm = await openPlatformRealm({ bodies: { 1: [encode("ab"), encode("c")] } });
  const result = realm.run(`
    ${make("POST", "{ exchange: 1 }", '[["a", "1"]]')}
    const copy = request.clone();
    copy.headers.set("a", "2");
    return [await request.text(), await copy.text(), request.headers.get("a"), copy.method];`);
  assert.deepEqual(result, ["abc", "abc", "1", "POST"]);
});

test("in a query or mutation a host body is refused while one in memory can be read", async () => {
  using realm = await openPlatformRealm({ isTransaction: true });
  const result = realm.run(`
    ${make("POST", "{ exchange: 1 }")}
    const text = await new Request("http://x/", { method: "POST", body: "memory" }).text();
    return [text, await request.text().catch((e) => e.message)];`);
  assert.deepEqual(result, [
    "memory",
    "Can't use stream in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.",
  ]);
});

test("no object of the app can name a body of the host", async () => {
  using realm = await openPlatformRealm({ bodies: { 1: [encode("secret")] } });
  const result = realm.run(`
    const stream = Object.assign(new ReadableStream({ start(c) { c.enqueue(new Uint8Array([65])); c.close() } }), { exchange: 1 });
    return [await new Response(stream).text(), await new Response({ exchange: 1 }).text()];`);
  assert.deepEqual(result, ["A", "[object Object]"]);
});

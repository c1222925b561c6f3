import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const CASES: readonly [name: string, code: string, expected: unknown][] = [
  [
    "the URL is parsed and normalised",
    `return new Request("http://EXAMPLE.com/a b").url`,
    "http://example.com/a%20b",
  ],
  ["a URL object is taken", `return new Request(new URL("/x", "http://h")).url`, "http://h/x"],
  ["a relative URL throws a TypeError", `try { new Request("/x") } catch (e) { return e.name }`, "TypeError"],
  [
    "credentials in the URL throw",
    `try { new Request("http://u:p@h/") } catch (e) { return e.name }`,
    "TypeError",
  ],
  [
    "known methods are upper-cased, others kept",
    `return ["post", "patch"].map((method) => new Request("http://h", { method }).method)`,
    ["POST", "patch"],
  ],
  [
    "forbidden methods throw",
    `try { new Request("http://h", { method: "TRACE" }) } catch (e) { return e.name }`,
    "TypeError",
  ],
  [
    "a body on GET throws",
    `try { new Request("http://h", { body: "x" }) } catch (e) { return [e.name, e.message] }`,
    ["TypeError", "Request with GET/HEAD method cannot have body."],
  ],
  [
    "a string body implies its type",
    `return new Request("http://h", { method: "POST", body: "x" }).headers.get("content-type")`,
    "text/plain;charset=UTF-8",
  ],
  [
    "the caller's type wins over the implied one",
    `return new Request("http://h", { method: "POST", body: "x", headers: { "Content-Type": "a/b" } }).headers.get("content-type")`,
    "a/b",
  ],
  [
    "a request made from another takes its body over",
    `const a = new Request("http://h", { method: "POST", body: "x", headers: { a: "1" } });
     const b = new Request(a, { headers: { b: "2" } });
     return [a.bodyUsed, b.method, [...b.headers], await b.text()]`,
    [true, "POST", [["b", "2"]], "x"],
  ],
  [
    "a request can serve as options for another URL",
    `const a = new Request("http://h/1", { method: "PUT", body: "x", headers: { a: "1" } });
     const b = new Request("http://h/2", a);
     return [b.url, b.method, b.headers.get("a"), await b.text()]`,
    ["http://h/2", "PUT", "1", "x"],
  ],
  [
    "the signal follows the one given",
    `const c = new AbortController(); const r = new Request("http://h", { signal: c.signal }); c.abort("why");
     return [r.signal.aborted, r.signal.reason, r.signal === c.signal]`,
    [true, "why", false],
  ],
  [
    "browser members have their defaults",
    `const r = new Request("http://h"); return [r.redirect, r.mode, r.cache, r.credentials, r.keepalive, r.duplex]`,
    ["follow", "cors", "default", "same-origin", false, "half"],
  ],
  [
    "every kind of body is understood",
    `const read = async (body) => new Request("http://h", { method: "POST", body }).text();
     return Promise.all([read(new Blob(["b", new Uint8Array([108])])), read(new Uint8Array([65]).buffer), read(new Uint8Array([64, 65]).subarray(1)), read(new URLSearchParams({ a: "1 2" })), read(7)])`,
    ["bl", "A", "A", "a=1+2", "7"],
  ],
  [
    "a stream body is read, and a locked one refused",
    `const stream = () => new ReadableStream({ start(c) { c.enqueue(new Uint8Array([65])); c.close() } });
     const locked = stream(); locked.getReader();
     let refused; try { new Request("http://h", { method: "POST", body: locked }) } catch (e) { refused = e.name }
     return [await new Request("http://h", { method: "POST", body: stream(), duplex: "half" }).text(), refused]`,
    ["A", "TypeError"],
  ],
  [
    "a stream of something else than bytes rejects the reading",
    `return new Response(new ReadableStream({ start(c) { c.enqueue("text"); c.close() } })).text().catch((e) => e.name)`,
    "TypeError",
  ],
];

for (const [name, code, expected] of CASES) {
  test(name, async () => {
    using realm = await openPlatformRealm();
    assert.deepEqual(realm.run(code), expected);
  });
}

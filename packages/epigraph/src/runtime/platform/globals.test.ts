import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const PRESENT =
  "AbortController AbortSignal Blob Crypto CryptoKey DOMException Event EventTarget File FormData Headers Performance PerformanceEntry PerformanceMark PerformanceMeasure ReadableStream ReadableStreamBYOBReader ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream URL URLSearchParams WritableStream WritableStreamDefaultWriter atob btoa structuredClone";
const ABSENT =
  "Buffer require module exports __dirname global process setImmediate MessageChannel BroadcastChannel CustomEvent WebSocket EventSource XMLHttpRequest navigator location document window localStorage Worker CompressionStream DecompressionStream CountQueuingStrategy ByteLengthQueuingStrategy";

test("every class is a non-enumerable global under its own name", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`return ${JSON.stringify(PRESENT.split(" "))}.filter((name) =>
    typeof globalThis[name] !== "function" || globalThis[name].name !== name || Object.keys(globalThis).includes(name))`);
  assert.deepEqual(result, []);
});

test("what the runtime leaves out stays out", async () => {
  using realm = await openPlatformRealm();
  assert.deepEqual(
    realm.run(`return ${JSON.stringify(ABSENT.split(" "))}.filter((name) => name in globalThis)`),
    [],
  );
});

test("installing adds these globals and nothing of the host", async () => {
  using realm = await openPlatformRealm();
  const own = realm.run(`
    const builtin = /^(Array|Atomics|Big|Boolean|Data|Date|Decimal|Error|Eval|Finalization|Float|Function|Infinity|Int|Iterator|JSON|Map|Math|NaN|Number|Object|Promise|Proxy|Range|Reference|Reflect|RegExp|Set|Shared|String|Symbol|Syntax|Temporal|TypeError|Uint|URIError|Weak|WebAssembly|Aggregate|Async|Disposable|Suppressed|console|decode|encode|escape|eval|globalThis|is[FN]|parse|undefined|unescape)/;
    return Object.getOwnPropertyNames(globalThis).filter((name) => !builtin.test(name)).sort()`);
  const harness = ["__platform", "hooks", "outcome", "runTimers"];
  const rest = ["addEventListener", "removeEventListener", "dispatchEvent", "crypto", "performance", "self"];
  assert.deepEqual(own, [...PRESENT.split(" "), ...harness, ...rest].sort());
});

test("a global can be replaced before and after its first use", async () => {
  using realm = await openPlatformRealm();
  assert.deepEqual(
    realm.run(
      `URL = 1; void ReadableStream; ReadableStream = 2; return [URL, ReadableStream, new Request("http://H/").url]`,
    ),
    [1, 2, "http://h/"],
  );
});

test("url basics", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    const u = new URL("../c?x=1&x=2#h", "https://user:pw@Exämple.com:8443/a/b/");
    u.searchParams.append("y", "a b"); u.hostname = "e.com"; u.port = "443";
    return [u.href, u.searchParams.getAll("x"), URL.canParse("nope"), URL.parse("nope"), new URL("https://ex\\u00e4mple.com").host, [...new URLSearchParams("?a=1&b=2")], JSON.stringify(u)];`);
  const href = "https://user:pw@e.com/a/c?x=1&x=2&y=a+b#h";
  assert.deepEqual(result, [
    href,
    ["1", "2"],
    false,
    null,
    "xn--exmple-cua.com",
    [
      ["a", "1"],
      ["b", "2"],
    ],
    JSON.stringify(href),
  ]);
});

test("randomness and hashes", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    const name = (f) => { try { f(); return "none" } catch (e) { return e.name } };
    const hex = async (algorithm) => new Uint8Array(await crypto.subtle.digest(algorithm, new TextEncoder().encode("abc"))).reduce((t, b) => t + b.toString(16).padStart(2, "0"), "");
    return [
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()),
      crypto.getRandomValues(new Uint32Array(4)).some((n) => n > 0xffff),
      name(() => crypto.getRandomValues(new Uint8Array(65537))), name(() => crypto.getRandomValues(new Float64Array(1))),
      await hex("sha-256"), await hex({ name: "SHA-1" }),
      await crypto.subtle.digest("md5", new Uint8Array()).catch(String),
      name(() => new Crypto()), name(() => new SubtleCrypto()), name(() => new CryptoKey()),
    ];`);
  assert.deepEqual(result, [
    true,
    true,
    "QuotaExceededError",
    "TypeMismatchError",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "a9993e364706816aba3e25717850c26c9cd0d89d",
    "NotSupportedError: Unrecognized or invalid algorithm md5",
    "TypeError",
    "TypeError",
    "TypeError",
  ]);
});

test("performance marks and measures", async () => {
  using realm = await openPlatformRealm();
  const result = realm.run(`
    performance.mark("a", { startTime: 2 });
    const m = performance.measure("m", "a");
    let missing; try { performance.measure("m", "zzz") } catch (e) { missing = e.name }
    return [performance.now(), performance.timeOrigin, m.toJSON(), performance.measure("n", { start: 1, duration: 4 }).duration, missing];`);
  const measure = { name: "m", entryType: "measure", startTime: 2, duration: 10.5, detail: null };
  assert.deepEqual(result, [12.5, 1000, measure, 4, "SyntaxError"]);
});

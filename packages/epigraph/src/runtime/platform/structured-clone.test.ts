import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const CASES: readonly [name: string, code: string, expected: unknown][] = [
  [
    "plain data, with cycles and shared references",
    `const shared = { x: 1 }; const v = { a: [1, , undefined], s1: shared, s2: shared, big: 1n }; v.self = v;
     const c = structuredClone(v);
     return [c !== v, c.self === c, c.s1 === c.s2, c.s1 !== shared, c.a.length, 1 in c.a, c.big === 1n]`,
    [true, true, true, true, 3, false, true],
  ],
  [
    "builtins keep their kind",
    `const v = { d: new Date(5), r: /a/gi, m: new Map([[{ k: 1 }, new Set([1])]]), n: Object(7), s: Object("s") };
     const c = structuredClone(v); const [[key, set]] = c.m;
     return [c.d instanceof Date && c.d.getTime(), String(c.r), key.k, [...set], typeof c.n, c.n + 1, c.s.length]`,
    [5, "/a/gi", 1, [1], "object", 8, 1],
  ],
  [
    "views share their one copied buffer",
    `const b = new ArrayBuffer(8); const v = { a: new Uint8Array(b, 2, 3), d: new DataView(b, 1) }; v.a[0] = 9;
     const c = structuredClone(v); v.a[0] = 1;
     return [c.a.length, c.a[0], c.a.byteOffset, c.d.getUint8(1), c.a.buffer === c.d.buffer, c.a.buffer !== b]`,
    [3, 9, 2, 9, true, true],
  ],
  [
    "errors keep name, message, stack and cause, not their own fields",
    `class Mine extends RangeError { extra = 1 }
     const e = new Mine("m", { cause: { why: 1 } }); const c = structuredClone(e);
     return [c instanceof RangeError, c instanceof Mine, c.name, c.message, c.cause.why, "extra" in c, c.stack === e.stack, structuredClone(new DOMException("x", "AbortError")).code]`,
    [true, false, "RangeError", "m", 1, false, true, 20],
  ],
  [
    "class instances become plain objects with their own fields, blobs stay blobs",
    `class P { #secret = 1; x = 2; get y() { return 3 } }
     const c = structuredClone({ p: new P(), f: new File(["ab"], "n", { type: "a/b", lastModified: 3 }) });
     return [Object.getPrototypeOf(c.p) === Object.prototype, c.p, c.f instanceof File, c.f.name, c.f.type, c.f.lastModified, await c.f.text()]`,
    [true, { x: 2 }, true, "n", "a/b", 3, "ab"],
  ],
  [
    "functions, symbols, promises and weak collections throw a DataCloneError",
    `return [() => 1, Symbol("s"), { f() {} }, Promise.resolve(), new WeakMap(), [new WeakSet()], new Proxy(() => 1, {})].map((v) => { try { structuredClone(v); return "none" } catch (e) { return [e.name, e.code] } })`,
    Array.from({ length: 7 }, () => ["DataCloneError", 25]),
  ],
  [
    "options are refused",
    `try { structuredClone(1, {}) } catch (e) { return e.message }`,
    "structuredClone with transfer not supported",
  ],
  [
    "a key named __proto__ is a key",
    `const c = structuredClone(JSON.parse('{"__proto__":{"x":1}}')); return [Object.hasOwn(c, "__proto__"), c.x === undefined]`,
    [true, true],
  ],
];

for (const [name, code, expected] of CASES) {
  test(name, async () => {
    using realm = await openPlatformRealm();
    assert.deepEqual(realm.run(code), expected);
  });
}

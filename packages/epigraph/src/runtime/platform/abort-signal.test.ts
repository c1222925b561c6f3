import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const CASES: readonly [name: string, code: string, expected: unknown][] = [
  [
    "abort fires once, with an AbortError by default",
    `const c = new AbortController(); let n = 0; c.signal.onabort = () => n++; c.signal.addEventListener("abort", () => n++);
     c.abort(); c.abort("again");
     let thrown; try { c.signal.throwIfAborted() } catch (e) { thrown = e }
     return [n, c.signal.aborted, thrown.name, thrown.code, thrown instanceof DOMException, thrown instanceof Error, thrown === c.signal.reason]`,
    [2, true, "AbortError", 20, true, true, true],
  ],
  [
    "AbortSignal.abort is aborted from the start",
    `return [AbortSignal.abort("x").reason, AbortSignal.abort().reason.name]`,
    ["x", "AbortError"],
  ],
  [
    "timeout aborts with a TimeoutError when its time has come",
    `const s = AbortSignal.timeout(10); const before = s.aborted; runTimers(); return [before, s.aborted, s.reason.name, s.reason.code]`,
    [false, true, "TimeoutError", 23],
  ],
  [
    "timeout refuses what is no time",
    `try { AbortSignal.timeout(-1) } catch (e) { return e.name }`,
    "TypeError",
  ],
  [
    "any follows the first source, through other combined signals too",
    `const [a, b] = [new AbortController(), new AbortController()];
     const inner = AbortSignal.any([a.signal]); const outer = AbortSignal.any([inner, b.signal]);
     const order = []; for (const [n, s] of Object.entries({ a: a.signal, inner, outer })) s.addEventListener("abort", () => order.push(n, outer.aborted));
     a.abort("first"); b.abort("second");
     return [order, inner.reason, outer.reason]`,
    [["a", true, "inner", true, "outer", true], "first", "first"],
  ],
  [
    "any of an aborted one is aborted",
    `return AbortSignal.any([new AbortController().signal, AbortSignal.abort("x")]).reason`,
    "x",
  ],
  ["any of none never aborts", `return AbortSignal.any([]).aborted`, false],
  [
    "signals can't be constructed",
    `try { new AbortSignal() } catch (e) { return String(e) }`,
    "TypeError: Illegal constructor",
  ],
  [
    "listeners run in order, once or always",
    `const t = new EventTarget(); const seen = []; t.addEventListener("x", () => { seen.push(1) }, { once: true }); t.addEventListener("x", { handleEvent: () => seen.push(2) });
     t.dispatchEvent(new Event("x")); t.dispatchEvent(new Event("x")); return seen`,
    [1, 2, 2],
  ],
  [
    "the global object is an event target",
    `let n = 0; self.addEventListener("x", () => n++); globalThis.dispatchEvent(new Event("x")); return [n, self === globalThis, typeof window]`,
    [1, true, "undefined"],
  ],
];

for (const [name, code, expected] of CASES) {
  test(name, async () => {
    using realm = await openPlatformRealm();
    assert.deepEqual(realm.run(code), expected);
  });
}

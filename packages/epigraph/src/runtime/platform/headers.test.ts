import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlatformRealm } from "./testing/platform-realm.ts";

const CASES: readonly [name: string, code: string, expected: unknown][] = [
  [
    "iteration keeps insertion order and duplicates, with lower-case names",
    `const h = new Headers([["B", "1"], ["a", "2"], ["b", "3"]]); h.append("A", " 4 ");
     return [[...h], [...h.keys()], [...h.values()], [...h.entries()].length, h.get("A")]`,
    [
      [
        ["b", "1"],
        ["a", "2"],
        ["b", "3"],
        ["a", "4"],
      ],
      ["b", "a", "b", "a"],
      ["1", "2", "3", "4"],
      4,
      "2, 4",
    ],
  ],
  [
    "set replaces the first and removes the rest",
    `const h = new Headers([["a", "1"], ["b", "2"], ["a", "3"]]); h.set("A", "9"); h.set("c", "0"); return [...h]`,
    [
      ["a", "9"],
      ["b", "2"],
      ["c", "0"],
    ],
  ],
  [
    "delete removes all",
    `const h = new Headers([["a", "1"], ["b", "2"], ["a", "3"]]); h.delete("A"); h.delete("z"); return [[...h], h.has("a"), h.has("B"), h.get("a")]`,
    [[["b", "2"]], false, true, null],
  ],
  [
    "getSetCookie keeps cookies apart",
    `return new Headers([["Set-Cookie", "a=1, b"], ["set-cookie", "c=2"]]).getSetCookie()`,
    ["a=1, b", "c=2"],
  ],
  [
    "records, other Headers and any iterable make one",
    `const h = new Headers({ a: 1 }); const copy = new Headers(h); h.set("a", "2"); return [copy.get("a"), new Headers(new Map([["m", "v"]])).get("m"), [...new Headers()].length]`,
    ["1", "v", 0],
  ],
  [
    "forEach passes value, name and the object",
    `const seen = []; const h = new Headers({ a: "1" }); h.forEach(function (v, n, o) { seen.push(v, n, o === h, this.x) }, { x: 5 }); return seen`,
    ["1", "a", true, 5],
  ],
  [
    "malformed names, values and pairs throw a TypeError",
    `const name = (f) => { try { f(); return "none" } catch (e) { return e.name } };
     const h = new Headers();
     return [() => h.append("a b", ""), () => h.get(""), () => h.set("a", "x\\ny"), () => h.set("a", "\\u2603"), () => new Headers([["a"]]), () => new Headers("a"), () => h.set("a", "ü")].map(name)`,
    ["TypeError", "TypeError", "TypeError", "TypeError", "TypeError", "TypeError", "none"],
  ],
];

for (const [name, code, expected] of CASES) {
  test(name, async () => {
    using realm = await openPlatformRealm();
    assert.deepEqual(realm.run(code), expected);
  });
}

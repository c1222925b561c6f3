import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizePath, normalizeQuery, parseRequestTarget } from "./request-target.ts";

const targets: readonly (readonly [string, string, string, string | null])[] = [
  ["/a?b=1", "/a", "b=1", null],
  ["/a?b=1?c", "/a", "b=1?c", null],
  ["/a", "/a", "", null],
  ["/a?", "/a", "", null],
  ["/a#f?x", "/a", "", null],
  ["//a", "//a", "", null],
  ["http://h:1/a?b", "/a", "b", "h:1"],
  ["http://h", "/", "", "h"],
  ["*", "/", "", null],
];
for (const [target, path, query, authority] of targets) {
  test(`the target ${target} has path ${path} and query "${query}"`, () => {
    assert.deepEqual(parseRequestTarget(target), { path, query, authority });
  });
}

const paths: readonly (readonly [string, string])[] = [
  ["/a%20b", "/a%20b"],
  ["/a/../b", "/b"],
  ["/a/./b", "/a/b"],
  ["/a/%2E%2e/b", "/b"],
  ["/..", "/"],
  ["/.well-known/x", "/.well-known/x"],
  ["//a//b", "//a//b"],
  ["/a\\b", "/a/b"],
  ['/a"<>`{}b', "/a%22%3C%3E%60%7B%7Db"],
  ["/\xc3\xbc", "/%C3%BC"],
  ["/a|b~c[d]!$&'()*+,;=:@", "/a|b~c[d]!$&'()*+,;=:@"],
];
for (const [path, normal] of paths) {
  test(`the path ${path} is routed as ${normal}`, () => assert.equal(normalizePath(path), normal));
}

test("every visible ASCII path is what a URL parser makes of it", () => {
  for (let code = 0x21; code < 0x7f; code++) {
    const character = String.fromCharCode(code);
    if (character === "?" || character === "#") continue;
    const path = `/a${character}b`;
    assert.equal(normalizePath(path), new URL(`http://host${path}`).pathname, path);
  }
});

test("a query stays as it is, but bytes beyond ASCII are encoded", () => {
  assert.equal(normalizeQuery("x=1&y=%20z&w='\"|"), "x=1&y=%20z&w='\"|");
  assert.equal(normalizeQuery("x=\xc3\xbc"), "x=%C3%BC");
});

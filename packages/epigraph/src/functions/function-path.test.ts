import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalFunctionPath } from "./function-path.ts";

const valid: readonly (readonly [string, string])[] = [
  ["messages:list", "messages.js:list"],
  ["m", "m.js:default"],
  ["m.js:list", "m.js:list"],
  ["dir/sub/m:list", "dir/sub/m.js:list"],
  ["_system/cli/x:default", "_system/cli/x.js:default"],
  ["m:$a_1", "m.js:$a_1"],
];
for (const [path, canonical] of valid) {
  test(`${path} names ${canonical}`, () => assert.equal(canonicalFunctionPath(path), canonical));
}

const invalid = [
  "",
  ":list",
  "/m:list",
  "m/:list",
  "a//b:list",
  "m.ts:list",
  "a.b:list",
  "../m:list",
  "./m:list",
  "m-n:list",
  "mü:list",
  "m:",
  "m:a:b",
  "m:a/b",
  "m:1",
  `${"a".repeat(65)}:list`,
];
for (const path of invalid) {
  test(`"${path}" names no function`, () => {
    assert.throws(
      () => canonicalFunctionPath(path),
      (error: Error & { code: string }) => {
        assert.equal(error.code, "BadConvexFunctionIdentifier");
        assert.ok(error.message.startsWith(`${path} is not a valid path to a Convex function. `));
        return true;
      },
    );
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizeFunctionName } from "./run.ts";

for (const [spelling, path] of [
  ["messages:list", "messages:list"],
  ["messages.js:list", "messages:list"],
  ["messages.ts:list", "messages:list"],
  ["convex/messages.ts:list", "messages:list"],
  ["./convex/messages.ts:list", "messages:list"],
  ["src/convex/messages:list", "messages:list"],
  ["sub/messages:list", "sub/messages:list"],
  ["tasks", "tasks:default"],
  ["tasks.ts", "tasks:default"],
  ["api.messages.list", "messages:list"],
  ["internal.sub.messages.list", "sub/messages:list"],
  ["api.tasks", "tasks:default"],
  ["api.tasks.default", "tasks:default"],
] as const) {
  test(`a function may be named ${spelling}`, () => assert.equal(normalizeFunctionName(spelling), path));
}

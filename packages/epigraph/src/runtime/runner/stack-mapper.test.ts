import assert from "node:assert/strict";
import { it } from "node:test";
import { transformSync } from "esbuild";
import { StackMapper } from "./stack-mapper.ts";

const { map } = transformSync("\n\nexport function boom() {\n  throw new Error('boom');\n}\n", {
  sourcemap: "external",
  sourcefile: "../convex/a.ts",
  loader: "ts",
  minifyWhitespace: true,
});
const MAPPER = new StackMapper(
  new Map([
    ["a.js", map],
    ["unmapped.js", null],
  ]),
);
const THROWN = "export function boom(){".length + 1;

it("frames are mapped to the app's sources, with their names", () => {
  const stack = `Error: boom\n    at boom (convex:/a.js:1:${THROWN})\n    at convex:/a.js:1:${THROWN}`;
  assert.equal(
    MAPPER.map(stack),
    "    at boom (../convex/a.ts:4:3)\n    at <anonymous> (../convex/a.ts:4:3)\n",
  );
});

it("frames of the host, of modules without a map and of unknown ones are left out", () => {
  const stack = [
    "Error: boom",
    "    at x (convex:/_realm.js:1:1)",
    "    at x (convex:/_sdk.js:1:1)",
    "    at x (convex:/unmapped.js:1:1)",
    "    at x (convex:/nowhere.js:1:1)",
    "    at x (node:internal:1:1)",
    "    at Array.map (<anonymous>)",
  ].join("\n");
  assert.equal(MAPPER.map(stack), "");
});

it("frames that a nested function has brought along stay as they are", () => {
  const mapped = "    at boom (../convex/a.ts:4:3)\n";
  assert.equal(MAPPER.map(`Error: boom\n${mapped}`), mapped);
});

it("frames that an await goes back to say so, and which of several promises it was", () => {
  const stack = [
    `    at async boom (convex:/a.js:1:${THROWN})`,
    "    at async Promise.all (index 1)",
    `    at async convex:/a.js:1:${THROWN}`,
  ].join("\n");
  const mapped =
    "    at async boom (../convex/a.ts:4:3)\n    at async Promise.all (index 1)\n    at async <anonymous> (../convex/a.ts:4:3)\n";
  assert.equal(MAPPER.map(stack), mapped);
  assert.equal(MAPPER.map(mapped), mapped);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { base64ToBytes, bytesToBase64 } from "./base64.ts";
import { randomValues } from "./testing/random-value.ts";

test("agrees with Node's codec at every length and across chunk borders", () => {
  const random = randomValues(1);
  for (const length of [...Array(100).keys(), 6143, 6144, 6145, 12288, 20000]) {
    const bytes = random.bytes(length);
    const text = Buffer.from(bytes).toString("base64");
    assert.equal(bytesToBase64(bytes), text);
    assert.deepEqual(base64ToBytes(text), bytes);
  }
});

for (const [what, text] of [
  ["no padding", "AQ"],
  ["one padding character missing", "AQ="],
  ["white space", "AQ==\n"],
  ["URL-safe alphabet", "_-8="],
  ["stray bits after one byte", "AR=="],
  ["stray bits after two bytes", "AAB="],
  ["white space instead of a character", "AAAA AAA"],
  ["a group of white space", "AAAA    "],
  ["padding in the middle", "AQ==AQ=="],
  ["only padding", "===="],
  ["a character above ASCII", "AQé="],
] as const) {
  test(`refuses ${what}, in short text and in long`, () => {
    assert.equal(base64ToBytes(text), null);
    assert.equal(base64ToBytes("AAAA".repeat(100) + text), null);
  });
}

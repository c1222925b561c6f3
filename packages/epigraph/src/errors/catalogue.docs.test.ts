import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ERROR_CATALOGUE } from "./catalogue.ts";

const document = readFileSync(new URL("../../../../docs/ERRORS.md", import.meta.url), "utf8");
const sections = new Map(
  document
    .split("\n### ")
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")), section] as const),
);

test("docs/ERRORS.md has every code of the catalogue and no other", () => {
  assert.deepEqual([...sections.keys()], Object.keys(ERROR_CATALOGUE));
});

for (const [code, { status, audience, summary, remedy }] of Object.entries(ERROR_CATALOGUE)) {
  test(`docs/ERRORS.md says of ${code} what the catalogue says`, () => {
    const section = sections.get(code) ?? "";
    assert.ok(section.includes(`\n${status}, ${audience}. ${summary}\n`), section);
    assert.ok(section.includes(`\n- What to do: ${remedy}\n`), section);
    assert.match(section, /\n- Why: \S/);
  });
}

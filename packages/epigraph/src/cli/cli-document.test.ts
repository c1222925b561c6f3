import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cliDocument } from "./cli-document.ts";
import { COMMANDS } from "./commands/command-table.ts";

test("docs/CLI.md is what the code says", () => {
  const document = readFileSync(new URL("../../../../docs/CLI.md", import.meta.url), "utf8");
  assert.equal(
    document,
    cliDocument(COMMANDS),
    "run `node packages/epigraph/scripts/write-cli-document.ts` to write it anew",
  );
});

for (const { name, summary, description, options, form } of COMMANDS) {
  test(`${name} tells of itself without a full stop where none belongs, and each option once`, () => {
    assert.doesNotMatch(summary, /\.$/);
    assert.ok(summary.length <= 80, summary);
    for (const paragraph of description) assert.match(paragraph, /[.:]$/);
    for (const { text } of options) assert.doesNotMatch(text, /\.$/);
    const names = options.map((each) => each.name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(form.length < 40);
  });
}

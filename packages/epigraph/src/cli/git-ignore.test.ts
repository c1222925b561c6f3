import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { addToGitIgnore, editGitIgnore } from "./git-ignore.ts";

describe("entries of .gitignore", () => {
  const cases: readonly (readonly [name: string, before: string, after: string])[] = [
    ["are added to an empty file", "", ".env.local\n.epigraph/\n"],
    ["come last", "dist\n", "dist\n.env.local\n.epigraph/\n"],
    ["start on a line of their own", "dist", "dist\n.env.local\n.epigraph/\n"],
    ["are there already in another spelling", "/.env.local\n.epigraph\n", "/.env.local\n.epigraph\n"],
    ["are covered by wider patterns", ".env*\n.epigraph/\n", ".env*\n.epigraph/\n"],
    ["are not there in a comment", "# .epigraph/\n*.local\n", "# .epigraph/\n*.local\n.epigraph/\n"],
    [
      "are not there when a later line takes them back",
      ".epigraph/\n.env*\n!.env.local\n",
      ".epigraph/\n.env*\n!.env.local\n.env.local\n",
    ],
    ["have the file's line breaks", "dist\r\n", "dist\r\n.env.local\r\n.epigraph/\r\n"],
  ];
  for (const [name, before, after] of cases) {
    it(name, () => assert.equal(editGitIgnore(before, [".env.local", ".epigraph/"]), after));
  }

  it("are written into the folder's file once", () => {
    const folder = mkdtempSync(join(tmpdir(), "epigraph-ignore-"));
    try {
      for (let i = 0; i < 2; i++) addToGitIgnore(folder, ["data/x/"]);
      assert.equal(readFileSync(join(folder, ".gitignore"), "utf8"), "data/x/\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

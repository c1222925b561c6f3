import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findEntryPoints } from "./entry-points.ts";
import { TempApp } from "./testing/temp-app.ts";
import { hasUseNodeDirective } from "./use-node-directive.ts";

const CODE = "export const x = 1;\n";

describe("entry points", () => {
  const rules: readonly (readonly [file: string, source: string, isEntryPoint: boolean])[] = [
    ["a.ts", CODE, true],
    ["a.js", CODE, true],
    ["a.mjs", CODE, true],
    ["a.cts", CODE, true],
    ["a.tsx", CODE, true],
    ["a.jsx", CODE, true],
    ["sub/deep/a.ts", CODE, true],
    ["a.json", "{}", false],
    ["README.md", "", false],
    ["_generated/a.ts", CODE, false],
    ["sub/_generated/a.ts", CODE, true],
    [".a.ts", CODE, false],
    ["#a.ts", CODE, false],
    ["schema.ts", CODE, false],
    ["sub/schema.js", CODE, false],
    ["a.test.ts", CODE, false],
    ["auth.config.ts", CODE, false],
    ["my file.ts", CODE, false],
    ["my folder/a.ts", CODE, false],
    ["empty.ts", "", false],
    ["script.ts", "const x = 1;\n", false],
    ["script.js", "const x = 1;\n", true],
    ["blanks.ts", "\n\n   import './a';\n", true],
    ["exported.ts", "const exported = 1;\n", false],
  ];
  for (const [file, source, isEntryPoint] of rules) {
    it(`${isEntryPoint ? "takes" : "skips"} ${file}${source === CODE ? "" : ` with ${JSON.stringify(source)}`}`, () => {
      using temp = new TempApp({ [`convex/${file}`]: source });
      assert.deepEqual(
        findEntryPoints(temp.app).map((entry) => entry.file),
        isEntryPoint ? [file] : [],
      );
    });
  }

  it("skips folders that are components", () => {
    using temp = new TempApp({
      "convex/part/convex.config.ts": CODE,
      "convex/part/a.ts": CODE,
      "convex/b.ts": CODE,
    });
    assert.deepEqual(
      findEntryPoints(temp.app).map(({ name }) => name),
      ["b"],
    );
  });

  it("are sorted by path", () => {
    using temp = new TempApp({
      "convex/b.ts": CODE,
      "convex/a/z.ts": CODE,
      "convex/a.ts": CODE,
      "convex/B.ts": CODE,
    });
    assert.deepEqual(
      findEntryPoints(temp.app).map(({ file }) => file),
      ["B.ts", "a/z.ts", "a.ts", "b.ts"],
    );
  });

  const refused: readonly (readonly [files: readonly string[], code: string])[] = [
    [["_deps/a.ts"], "InvalidModulePath"],
    [["a.ts", "a.js"], "CanonicalizationConflict"],
    [["send-all.ts"], "BadConvexModuleIdentifier"],
    [["__.ts"], "BadConvexModuleIdentifier"],
    [[`${"a".repeat(65)}.ts`], "BadConvexModuleIdentifier"],
  ];
  for (const [files, code] of refused) {
    it(`refuses ${files.join(" with ").slice(0, 40)}`, () => {
      using temp = new TempApp(Object.fromEntries(files.map((file) => [`convex/${file}`, CODE])));
      assert.throws(() => findEntryPoints(temp.app), { code });
    });
  }
});

describe('the "use node" directive', () => {
  const cases: readonly (readonly [source: string, expected: boolean])[] = [
    ['"use node";\nimport x from "x";', true],
    ["'use node'", true],
    ['// comment\n/* "no" */ "use strict"; "use node";', true],
    ['#!/usr/bin/env node\n"use node";', true],
    ['import x from "x";\n"use node";', false],
    ['// "use node"\nexport const x = 1;', false],
    ['const x = "use node";', false],
    ['"use nodes";', false],
  ];
  for (const [source, expected] of cases) {
    it(`is ${expected ? "" : "not "}in ${JSON.stringify(source)}`, () => {
      assert.equal(hasUseNodeDirective(source), expected);
    });
  }
});

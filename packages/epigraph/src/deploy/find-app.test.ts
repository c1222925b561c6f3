import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { findApp } from "./find-app.ts";
import { TempApp } from "./testing/temp-app.ts";

describe("finding the app", () => {
  it("takes the convex folder", () => {
    using temp = new TempApp({ "convex/a.ts": "" });
    assert.equal(temp.app.functionsPath, "convex");
    assert.equal(temp.app.functionsFolder, join(temp.folder, "convex"));
  });

  it("follows convex.json", () => {
    using temp = new TempApp({
      "convex.json": '{ "functions": "./src/backend/", "codegen": { "fileType": "ts" } }',
      "src/backend/a.ts": "",
    });
    assert.equal(temp.app.functionsPath, "src/backend");
    assert.equal(temp.app.config.fileType, "ts");
  });

  it("reads what is asked of Node, and refuses what can't be meant", () => {
    const withNode = (node: string): TempApp =>
      new TempApp({ "convex/a.ts": "", "convex.json": `{ "node": ${node} }` });
    using asked = withNode('{ "externalPackages": ["sharp"], "nodeVersion": "22" }');
    assert.deepEqual(asked.app.config.node, { externalPackages: ["sharp"], nodeVersion: "22" });
    using silent = withNode("{}");
    assert.deepEqual(silent.app.config.node, { externalPackages: [], nodeVersion: null });
    for (const wrong of ['{ "externalPackages": "sharp" }', '{ "nodeVersion": 22 }']) {
      using temp = withNode(wrong);
      assert.throws(() => temp.app, { code: "InvalidConvexJson" });
    }
  });

  it("looks into src/ for Create React App, which compiles nothing else", () => {
    using temp = new TempApp({
      "package.json": '{ "dependencies": { "react-scripts": "5.0.0" } }',
      "src/convex/a.ts": "",
    });
    assert.equal(temp.app.functionsPath, "src/convex");
  });

  const failures: readonly (readonly [
    name: string,
    files: Record<string, string>,
    dir: string,
    text: RegExp,
  ])[] = [
    ["no app at all", {}, ".", /^There is no convex\/ folder in .*: create it/],
    [
      "an app in a package of a monorepo",
      { "packages/backend/package.json": "{}", "packages/backend/convex/a.ts": "" },
      ".",
      /run this with --dir packages\/backend\.$/,
    ],
    [
      "several apps in a monorepo",
      { "a/package.json": "{}", "a/convex/a.ts": "", "b/package.json": "{}", "b/convex/b.ts": "" },
      ".",
      /run this with --dir a \(also: b\)\.$/,
    ],
    [
      "a folder inside the app",
      { "convex/a.ts": "", "src/x.ts": "" },
      "src",
      /one further up: .* with --dir \.\.\.$/,
    ],
    [
      "a functions folder that is named but not there",
      { "convex.json": '{ "functions": "backend" }' },
      ".",
      /^convex\.json names "backend"/,
    ],
    ["a broken convex.json", { "convex.json": "{" }, ".", /convex\.json is not valid JSON/],
    [
      "settings that exclude each other",
      {
        "convex/a.ts": "",
        "convex.json": '{ "generateCommonJSApi": true, "codegen": { "fileType": "ts" } }',
      },
      ".",
      /remove one of them/,
    ],
  ];
  for (const [name, files, dir, text] of failures) {
    it(`says in one line what to do: ${name}`, () => {
      using temp = new TempApp(files);
      assert.throws(
        () => findApp(join(temp.folder, dir)),
        (error: Error) => text.test(error.message) && !error.message.includes("\n"),
      );
    });
  }
});

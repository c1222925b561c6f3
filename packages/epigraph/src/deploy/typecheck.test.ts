import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TempApp, TSCONFIG } from "./testing/temp-app.ts";
import { typecheck } from "./typecheck.ts";

const WRONG = { "convex/a.ts": "export const x: string = 1;\n", "convex/tsconfig.json": TSCONFIG };

describe("checking types", () => {
  it("gives what the app's own compiler prints", async () => {
    using temp = new TempApp(WRONG, { packages: ["typescript", "convex"] });
    assert.deepEqual(await typecheck(temp.app, { pretty: false }), {
      type: "failed",
      output: "convex/a.ts(1,14): error TS2322: Type 'number' is not assignable to type 'string'.\n",
    });
  });

  it("says why it is skipped", async () => {
    using noConfig = new TempApp({ "convex/a.ts": "" }, { packages: ["typescript"] });
    using noCompiler = new TempApp(WRONG, { packages: [] });
    assert.deepEqual(await typecheck(noConfig.app, { pretty: false }), {
      type: "skipped",
      reason: "there is no convex/tsconfig.json",
    });
    assert.deepEqual(await typecheck(noCompiler.app, { pretty: false }), {
      type: "skipped",
      reason: "the app has no package typescript",
    });
    using noTypes = new TempApp(WRONG, { packages: ["typescript"] });
    assert.deepEqual(await typecheck(noTypes.app, { pretty: false }), {
      type: "skipped",
      reason: "the app has no package epigraph, which brings the types",
    });
  });

  it("is done by the compiler that convex.json names", async () => {
    const files = { ...WRONG, "convex.json": '{ "typescriptCompiler": "tsgo" }' };
    using temp = new TempApp(files, { packages: ["typescript", "convex"] });
    const skipped = { type: "skipped", reason: "the app has no package @typescript/native-preview" };
    assert.deepEqual(await typecheck(temp.app, { pretty: false }), skipped);
    temp.write({
      "node_modules/@typescript/native-preview/package.json": '{ "bin": { "tsgo": "./tsgo.cjs" } }',
      "node_modules/@typescript/native-preview/tsgo.cjs":
        'console.log("checked by tsgo"); process.exitCode = 2;',
    });
    const failed = { type: "failed", output: "checked by tsgo\n" };
    assert.deepEqual(await typecheck(temp.app, { pretty: false }), failed);
  });

  it("can be stopped", async () => {
    using temp = new TempApp(WRONG, { packages: ["typescript", "convex"] });
    const outcome = typecheck(temp.app, { pretty: false, signal: AbortSignal.abort() });
    await assert.rejects(outcome, { name: "AbortError" });
  });
});

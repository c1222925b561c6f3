import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PushedCode, PushedModule } from "./analysis.ts";
import { hashModuleGraphs } from "./module-graphs.ts";

function module(path: string, source: string, fields: Partial<PushedModule> = {}): PushedModule {
  return {
    path,
    source,
    sourceMap: null,
    hash: source,
    environment: "isolate",
    isShareable: false,
    isPatching: false,
    ...fields,
  };
}

function code(modules: readonly PushedModule[], sdk = "sdk"): PushedCode {
  return {
    modules,
    sdk: module("_sdk.js", sdk),
    schema: null,
    definition: null,
    authConfig: null,
    packages: null,
    received: null,
    udfServerVersion: "1.0.0",
  };
}

const FOUND = { functions: [], httpRoutes: null };
const A = module("a.js", 'require("./_deps/one.js"); require("convex/server");');
const B = module("sub/b.js", 'require("../_deps/two.js");');
const ONE = module("_deps/one.js", 'require("./two.js");');
/** It imports who imports it. */
const TWO = module("_deps/two.js", 'f(() => require("./one.js"));');
const C = module("c.js", "alone");

/** Paths of the modules whose hash is another one. */
function changed(after: PushedCode, found: object = FOUND): readonly string[] {
  const [before, now] = [
    hashModuleGraphs(code([A, B, C, ONE, TWO]), { "a.js": FOUND, "sub/b.js": FOUND, "c.js": FOUND }),
    hashModuleGraphs(after, { "a.js": found as never, "sub/b.js": FOUND, "c.js": FOUND }),
  ];
  return [...before.keys()].filter((path) => before.get(path) !== now.get(path));
}

describe("what functions of a module are made of", () => {
  it("changes with the module, with all that it imports, and with the SDK where it imports that", () => {
    assert.deepEqual(changed(code([A, B, C, ONE, TWO])), []);
    assert.deepEqual(changed(code([{ ...A, hash: "other" }, B, C, ONE, TWO])), ["a.js"]);
    assert.deepEqual(changed(code([A, B, C, ONE, { ...TWO, hash: "other" }])), ["a.js", "sub/b.js"]);
    assert.deepEqual(changed(code([A, B, { ...C, hash: "other" }, ONE, TWO])), ["c.js"]);
    assert.deepEqual(changed(code([A, B, C, ONE, TWO], "other")), ["a.js"]);
  });

  it("changes with how realms use a module", () => {
    assert.deepEqual(changed(code([A, B, { ...C, isShareable: true }, ONE, TWO])), ["c.js"]);
    assert.deepEqual(changed(code([A, B, { ...C, isPatching: true }, ONE, TWO])), ["c.js"]);
  });

  it("changes with what the analysis finds in it, and not with what stands elsewhere", () => {
    const httpRoutes = [{ path: "/", method: "GET" }];
    assert.deepEqual(changed(code([A, B, C, ONE, TWO]), { ...FOUND, httpRoutes }), ["a.js"]);
    assert.deepEqual(changed(code([A, B, C, ONE, TWO, module("new.js", "new")])), []);
  });

  it("changes with everything where it imports what can't be found", () => {
    const lost = module("a.js", 'require("./lost.js")');
    const hashOf = (other: string): string | undefined =>
      hashModuleGraphs(code([lost, module("c.js", other)]), { "a.js": FOUND }).get("a.js");
    assert.notEqual(hashOf("one"), hashOf("two"));
  });
});

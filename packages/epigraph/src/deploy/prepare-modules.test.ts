import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { PushedCode } from "./analysis.ts";
import { bundleApp } from "./bundle.ts";
import { writeGenerated } from "./codegen/write-generated.ts";
import { prepareModules } from "./prepare-modules.ts";
import { evaluateCode } from "./testing/evaluate-code.ts";
import { TempApp } from "./testing/temp-app.ts";

async function prepare(files: Readonly<Record<string, string>>): Promise<PushedCode> {
  using temp = new TempApp(files);
  writeGenerated(temp.app);
  return prepareModules(await bundleApp(temp.app));
}

async function evaluate(files: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  return evaluateCode(await prepare(files))("a.js");
}

const UMD = `(function (root, factory) {
  if (typeof exports === "object" && typeof module !== "undefined") module.exports = factory(require("./dependency.cjs"));
  else root.umd = factory(root.dependency);
})(this, function (dependency) {
  return { dependency, kind: "commonjs" };
});`;

describe("app code in wrapper form", () => {
  it("does not see the wrapper's parameters", async () => {
    const { seen } = await evaluate({
      "convex/a.ts": `declare const require: unknown, module: unknown, exports: unknown;
export const seen = [typeof require, typeof module, typeof exports, typeof arguments, (() => typeof module)()];`,
    });
    assert.deepEqual(seen, Array(5).fill("undefined"));
  });

  it("does not see them in modules that have bundled CommonJS files beside them", async () => {
    const { seen } = await evaluate({
      "convex/a.ts": `import umd from "./umd.cjs";
declare const require: unknown, module: unknown;
export const seen = [typeof require, typeof module, typeof umd];`,
      "convex/umd.cjs": UMD,
      "convex/dependency.cjs": "module.exports = { has: typeof require, load: (name) => require(name) };",
    });
    assert.deepEqual(seen, ["undefined", "undefined", "object"]);
  });

  it("leaves the names to declarations of its own", async () => {
    const { seen, module } = await evaluate({
      "convex/a.ts": `export const module = { exports: 1 };
const exports = (require: number) => require + module.exports;
function count(...rest: unknown[]) { return arguments.length + rest.length; }
export const seen = [exports(1), count(1, 2)];`,
    });
    assert.deepEqual(seen, [2, 4]);
    assert.deepEqual(module, { exports: 1 });
  });

  it("runs bundled CommonJS and UMD files, with their own exports, module and require", async () => {
    const { umd, failure } = await evaluate({
      "convex/a.ts": `import umd from "./umd.cjs";
let failure: unknown;
try { umd.dependency.load("elsewhere"); } catch (error) { failure = error; }
export { umd, failure };`,
      "convex/umd.cjs": UMD,
      "convex/dependency.cjs": "exports.has = typeof require;\nexports.load = (name) => require(name);",
    });
    assert.equal((umd as { kind: string }).kind, "commonjs");
    assert.equal((umd as { dependency: { has: string } }).dependency.has, "function");
    assert.match(String(failure), /Dynamic require of "elsewhere" is not supported/);
  });

  it("can't use import.meta", async () => {
    const { read } = await evaluate({
      "convex/a.ts": "export const read = (): unknown => import.meta.url;",
    });
    assert.throws(read as () => unknown, { name: "TypeError", message: "import.meta unsupported" });
  });

  it("keeps its positions when names are replaced before them", async () => {
    const line =
      'export const x = (): unknown => [typeof require, typeof module, import.meta, new Error("here")];';
    const { modules } = await prepare({
      "convex/a.js": `import umd from "./umd.cjs";\n${line.replace(": unknown", "")}\nexport { umd };`,
      "convex/umd.cjs": UMD,
      "convex/dependency.cjs": "exports.load = (name) => require(name);",
    });
    const { source = "", sourceMap } = modules.find(({ path }) => path === "a.js") ?? {};
    const before = source.slice(0, source.indexOf('new Error("here")')).split("\n");
    const position = originalPositionFor(new TraceMap(sourceMap ?? ""), {
      line: before.length,
      column: before.at(-1)?.length ?? 0,
    });
    assert.equal(position.source, "../convex/a.js");
    assert.equal(position.line, 2);
    assert.equal(position.column, line.replace(": unknown", "").indexOf("new Error"));
  });
});

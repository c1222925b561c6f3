import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { PushedCode } from "./analysis.ts";
import { AppError } from "./app-error.ts";
import { bundleApp } from "./bundle.ts";
import { writeGenerated } from "./codegen/write-generated.ts";
import { findApp } from "./find-app.ts";
import { prepareModules } from "./prepare-modules.ts";
import { analyseCode, evaluateCode } from "./testing/evaluate-code.ts";
import { CHAT_APP, TempApp } from "./testing/temp-app.ts";

async function prepare(temp: TempApp): Promise<PushedCode> {
  writeGenerated(temp.app);
  return prepareModules(await bundleApp(temp.app));
}

async function failure(temp: TempApp): Promise<AppError> {
  try {
    await prepare(temp);
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error;
  }
  assert.fail("nothing was wrong");
}

describe("a bundle", () => {
  for (const packages of [["convex"], []]) {
    const origin = packages.length > 0 ? "the app's convex package" : "Epigraph's own SDK";
    it(`in wrapper form evaluates to the app's functions, with ${origin}`, async () => {
      using temp = new TempApp(CHAT_APP, { packages });
      writeGenerated(temp.app);
      const bundle = await bundleApp(temp.app);
      assert.match(bundle.sdk.origin, packages.length > 0 ? /^convex 1\.48\.0$/ : /^epigraph \d/);
      const { modules, schemaJson } = await analyseCode(await prepareModules(bundle));
      assert.deepEqual(
        Object.entries(modules).map(([path, { functions }]) => [
          path,
          functions.map((f) => `${f.udfType} ${f.name}`),
        ]),
        [
          ["helpers.js", []],
          ["http.js", []],
          ["messages.js", ["Query list", "Mutation send"]],
          ["sub/tasks.js", ["Action default"]],
        ],
      );
      assert.deepEqual(modules["http.js"]?.httpRoutes, [{ path: "/hi", method: "GET" }]);
      assert.match(schemaJson ?? "", /"by_author"/);
      assert.match(modules["messages.js"]?.functions[1]?.args ?? "", /"body"/);
    });
  }

  it("has the convex package only if the app or its workspace asks for it", async () => {
    const files = { "apps/web/convex/a.ts": 'import "convex/values";\nexport const x = 1;' };
    using temp = new TempApp({ ...files, "apps/web/package.json": "{}" });
    temp.write({ "package.json": "{}" });
    const origin = async (): Promise<string> =>
      (await bundleApp(findApp(`${temp.folder}/apps/web`))).sdk.origin;
    assert.match(await origin(), /^epigraph /);
    temp.write({ "package.json": '{ "devDependencies": { "convex": "*" } }' });
    assert.match(await origin(), /^convex /);
  });

  it("shares one SDK among modules, whichever package names it", async () => {
    using temp = new TempApp({
      "convex/a.ts": 'import { v } from "convex/values";\nexport const value = v;',
      "convex/b.ts": 'import { v } from "epigraph/values";\nexport const value = v;',
    });
    const load = evaluateCode(await prepare(temp));
    assert.equal(load("a.js")["value"], load("b.js")["value"]);
    assert.equal(load("a.js")["value"], (load("_sdk.js")["values"] as { v: unknown }).v);
  });

  it("evaluates shared code once, with live bindings and import cycles as in ES modules", async () => {
    using temp = new TempApp({
      "convex/count.ts": "export let count = 0;\nexport function add() { count++; }",
      "convex/a.ts":
        'import { add, count } from "./count";\nexport const bump = () => { add(); return count; };',
      "convex/b.ts": 'import { count } from "./count";\nexport const read = () => count;',
      "convex/odd.ts":
        'import { even } from "./even";\nexport const odd = (n: number): boolean => n > 0 && even(n - 1);',
      "convex/even.ts":
        'import { odd } from "./odd";\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);',
    });
    const load = evaluateCode(await prepare(temp));
    assert.equal((load("a.js")["bump"] as () => number)(), 1);
    assert.equal((load("b.js")["read"] as () => number)(), 1);
    assert.equal((load("odd.js")["odd"] as (n: number) => boolean)(7), true);
  });

  it("is strict code", async () => {
    using temp = new TempApp({
      "convex/a.ts": "export const self = function (this: unknown) { return this; };",
    });
    const { self } = evaluateCode(await prepare(temp))("a.js") as { self: () => unknown };
    assert.equal(self(), undefined);
  });

  it("keeps the names of functions and classes that collide", async () => {
    const source = (n: number) => `export class Failure extends Error { n = ${n}; }`;
    using temp = new TempApp({
      "convex/lib/one.js": source(1),
      "convex/lib/two.js": source(2),
      "convex/a.ts":
        'import { Failure as A } from "./lib/one";\nimport { Failure as B } from "./lib/two";\nexport const names = [A.name, B.name];',
    });
    assert.deepEqual(evaluateCode(await prepare(temp))("a.js")["names"], ["Failure", "Failure"]);
  });

  it("loads a module on import() of an action", async () => {
    using temp = new TempApp({
      "convex/a.ts": 'export const load = async () => (await import("./b")).value;',
      "convex/b.ts": "export const value = 7;",
    });
    const { load } = evaluateCode(await prepare(temp))("a.js") as { load: () => Promise<number> };
    assert.equal(await load(), 7);
  });

  it("maps wrapper form back to the app's source", async () => {
    using temp = new TempApp({
      "convex/deep/a.ts":
        'interface Unused { a: string }\n\nexport function fail(): never {\n  throw new Error("here");\n}\n',
    });
    const [module] = (await prepare(temp)).modules.filter(({ path }) => path === "deep/a.js");
    const lines = module?.source.split("\n") ?? [];
    const line = lines.findIndex((text) => text.includes("throw"));
    const position = originalPositionFor(new TraceMap(module?.sourceMap ?? ""), {
      line: line + 1,
      column: lines[line]?.indexOf("new Error") ?? 0,
    });
    assert.deepEqual([position.source, position.line, position.column], ["../../convex/deep/a.ts", 4, 8]);
  });

  it("has the same hashes for the same files in another folder", async () => {
    using one = new TempApp(CHAT_APP);
    using two = new TempApp(CHAT_APP);
    const [a, b] = [await prepare(one), await prepare(two)];
    assert.deepEqual(
      a.modules.map(({ path, hash }) => [path, hash]),
      b.modules.map(({ path, hash }) => [path, hash]),
    );
    assert.equal(a.schema?.hash, b.schema?.hash);
  });

  it("gives stand-ins for server-only, async_hooks and WebAssembly", async () => {
    using temp = new TempApp({
      "convex/add.wasm": "",
      "convex/a.ts": `import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import empty from "./add.wasm";
export const found = [AsyncLocalStorage, empty instanceof WebAssembly.Module];`,
    });
    const { writeFileSync } = await import("node:fs");
    writeFileSync(`${temp.folder}/convex/add.wasm`, new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    const { found } = evaluateCode(await prepare(temp))("a.js") as { found: unknown[] };
    assert.deepEqual(found, [(globalThis as { AsyncLocalStorage?: unknown }).AsyncLocalStorage, true]);
  });

  it("lists the app's own files it was made from, also those outside of the functions folder", async () => {
    using temp = new TempApp({
      "convex/a.ts": 'import "./_generated/server";\nimport { x } from "../shared/x";\nexport const y = x;',
      "shared/x.ts": "export const x = 1;",
    });
    writeGenerated(temp.app);
    const { inputs } = await bundleApp(temp.app);
    assert.deepEqual(inputs.map((path) => path.slice(temp.folder.length + 1)).sort(), [
      "convex/a.ts",
      "shared/x.ts",
    ]);
  });
});

describe("a bundle that fails", () => {
  it("names every place", async () => {
    using temp = new TempApp({
      "convex/a.ts": 'export const x = 1;\nimport y from "./nowhere";\nexport { y };',
      "convex/b.ts": "export const = 5;",
    });
    const { problems, code } = await failure(temp);
    assert.equal(code, "BundleFailed");
    const places = problems.map(
      ({ location, text }) => `${location?.file}:${location?.line}:${location?.column} ${text}`,
    );
    assert.deepEqual(places.sort(), [
      'convex/a.ts:2:14 Could not resolve "./nowhere"',
      'convex/b.ts:1:13 Expected identifier but found "="',
    ]);
  });

  it("explains modules of Node", async () => {
    using temp = new TempApp({
      "convex/a.ts": 'import { readFileSync } from "node:fs";\nexport const x = readFileSync;',
    });
    const { problems } = await failure(temp);
    assert.match(problems[0]?.notes[0] ?? "", /a file of its own that has "use node"; at its top/);
  });

  it("refuses top-level await at its place", async () => {
    using temp = new TempApp({
      "convex/a.ts": "type T = string;\nexport const x: T = await Promise.resolve('a');\n",
    });
    const { problems } = await failure(temp);
    assert.equal(problems[0]?.text, "Top-level awaits in source files are unsupported");
    assert.deepEqual(problems[0]?.location, { file: "convex/a.ts", line: 2, column: 20 });
  });

  it("says what to do in an empty folder", async () => {
    using temp = new TempApp({ "convex/README.md": "" });
    const { code, message } = await failure(temp);
    assert.equal(code, "NoFunctions");
    assert.match(message, /add a file such as convex\/messages\.ts/);
  });
});

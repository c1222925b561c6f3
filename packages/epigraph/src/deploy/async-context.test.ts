import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findAsyncContext } from "./async-context.ts";
import { bundleApp } from "./bundle.ts";
import { writeGenerated } from "./codegen/write-generated.ts";
import { prepareModules } from "./prepare-modules.ts";
import { TempApp } from "./testing/temp-app.ts";

describe("modules with an async context", () => {
  it("are those of each graph that has a module naming it", () => {
    const modules = [
      { path: "a.js", source: 'import { x } from "./_deps/A.js";' },
      { path: "sub/b.js", source: 'import"../_deps/A.js";\nexport { y } from "../_deps/B.js";' },
      { path: "c.js", source: 'import { y } from "./_deps/C.js";' },
      { path: "d.js", source: 'const x = () => import("./_deps/A.js");' },
      { path: "_deps/A.js", source: "new AsyncLocalStorage()" },
      { path: "_deps/B.js", source: "" },
      { path: "_deps/C.js", source: 'import "./C.js"; const MyAsyncLocalStorageLike = 1;' },
    ];
    assert.deepEqual([...findAsyncContext(modules)].sort(), [
      "_deps/A.js",
      "_deps/B.js",
      "a.js",
      "d.js",
      "sub/b.js",
    ]);
  });

  it("have no async functions left, and others keep theirs", async () => {
    using temp = new TempApp({
      "convex/a.ts": `import { AsyncResource } from "async_hooks";
export const f = async () => { for await (const x of g()) await x; return AsyncResource; };
async function* g() { yield 1; }`,
      "convex/b.ts": "export const f = async () => { await null; };",
    });
    writeGenerated(temp.app);
    const { modules } = await prepareModules(await bundleApp(temp.app));
    const source = (path: string): string => modules.find((module) => module.path === path)?.source ?? "";
    assert.doesNotMatch(source("a.js"), /\basync\b(?!_hooks)|\bawait\b/);
    assert.match(source("b.js"), /async \(\) =>/);
  });
});

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";

/** `(func (export "add") (param i32 i32) (result i32) …)`; all of its bytes are ASCII. */
const ADD_WASM = Buffer.from(
  "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b",
  "hex",
).toString("latin1");

const app = await InThreadApp.start({
  "convex/loading.ts": `import { action, mutation, query } from "./_generated/server";
import add from "./add.wasm";
const attempt = async (run: () => unknown) => { try { return await run(); } catch (error: any) { return [error.name, error.message]; } };
const atImport = attempt(async () => (await import("./other")).value);
const CASES: Record<string, () => unknown> = {
  literal: async () => (await import("./other")).value,
  shared: async () => (await import("../lib/shared")).default,
  sdk: async () => typeof (await import("convex/values")).v.string,
  computed: async () => { const name = "./oth" + "er.js"; return (await import(name)).value; },
  missing: async () => { const name = "./nowhere.js"; return (await import(name)).value; },
  ofTheHost: async () => { const names = ["node:fs", "fs", "../../../etc/passwd", "data:text/javascript,1", "file:///etc/passwd"]; return Promise.all(names.map((name) => attempt(() => import(name)).then((found: any) => found[0]))); },
  twice: async () => (await import("./other")).counter === (await import("./other")).counter,
  state: async () => { const { counter } = await import("./other"); return [++counter.value, ++counter.value]; },
  atomics: () => [typeof Atomics.load, "wait" in Atomics, "waitAsync" in Atomics],
  meta: () => import.meta.url,
  atImport: () => atImport,
  imported: async () => {
    const { exports } = await WebAssembly.instantiate(add, {}) as any;
    return [add instanceof WebAssembly.Module, exports.add(2, 3), new WebAssembly.Instance(add).exports.add!(40, 2)];
  },
  bytes: async () => {
    const bytes = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]);
    const [compiled, { module, instance }] = await Promise.all([WebAssembly.compile(bytes), WebAssembly.instantiate(bytes.buffer)]);
    return [compiled instanceof WebAssembly.Module, module instanceof WebAssembly.Module, instance instanceof WebAssembly.Instance, WebAssembly.validate(bytes)];
  },
  noWasm: () => Promise.all([WebAssembly.compile(new Uint8Array(3)), 1]),
  noWasmInside: () => WebAssembly.instantiate(new Uint8Array(3)),
};
const run = (_ctx: unknown, { name }: any) => attempt(CASES[name]!);
export const inQuery = query(run);
export const inMutation = mutation(run);
export const inAction = action(run);
`,
  "convex/add.wasm": ADD_WASM,
  "convex/wasm.d.ts": 'declare module "*.wasm" { const module: WebAssembly.Module; export default module; }',
  "convex/other.ts": "export const value = 3;\nexport const counter = { value: 0 };\n",
  "lib/shared.ts": 'export default "shared";\n',
});
after(() => app[Symbol.asyncDispose]());

const KINDS = [
  ["query", "loading:inQuery"],
  ["mutation", "loading:inMutation"],
  ["action", "loading:inAction"],
] as const;
const REFUSED = ["TypeError", "dynamic module import unsupported"];

for (const [kind, path] of KINDS) {
  const run = (name: string): Promise<unknown> => app.value(kind, path, { name });

  describe(`import() in a ${kind}`, () => {
    if (kind === "action") {
      it("gives modules of the deployment", async () => {
        assert.equal(await run("literal"), 3);
        assert.equal(await run("shared"), "shared");
        assert.equal(await run("sdk"), "function");
        assert.equal(await run("computed"), 3);
        assert.equal(await run("atImport"), 3);
      });

      it("gives the same module again, and anew to the next action", async () => {
        assert.equal(await run("twice"), true);
        for (let round = 0; round < 2; round++) assert.deepEqual(await run("state"), [1, 2]);
      });

      it("finds nothing else", async () => {
        const [name, message] = (await run("missing")) as string[];
        assert.deepEqual(
          [name, message?.slice(0, 48)],
          ["Error", "Couldn't find JavaScript module 'nowhere.js'. Di"],
        );
        assert.deepEqual(await run("ofTheHost"), ["Error", "Error", "Error", "Error", "Error"]);
      });
    } else {
      it("is refused", async () => {
        for (const name of ["literal", "shared", "sdk", "computed", "missing", "atImport"]) {
          assert.deepEqual(await run(name), REFUSED);
        }
      });
    }
  });

  describe(`in a ${kind}`, () => {
    it("import.meta is not there", async () =>
      assert.deepEqual(await run("meta"), ["TypeError", "import.meta unsupported"]));

    it("nobody can stop the thread to wait for memory", async () =>
      assert.deepEqual(await run("atomics"), ["function", false, false]));

    it("WebAssembly compiles, and runs what was imported or is made of bytes", async () => {
      assert.deepEqual(await run("imported"), [true, 5, 42]);
      assert.deepEqual(await run("bytes"), [true, true, true, true]);
      assert.equal(((await run("noWasm")) as string[])[0], "CompileError");
      assert.equal(((await run("noWasmInside")) as string[])[0], "CompileError");
    });
  });
}
